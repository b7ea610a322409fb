"""What stands in for the ENT's services in the demo and in tests: small sites that sign people in.

    python -m tools.standins.services --port 0 --client ISSUER=ID:SECRET --portal SLUG=ORIGIN --key PEM

`/oidc/NAME/` signs in by OpenID Connect, with the issuer that its address names; `/cas/NAME/SLUG/` by CAS,
at the portal of that name; `/saml/NAME/SLUG/` by SAML 2, with python3-saml (MIT, by OneLogin). `/webhooks/…/`
takes what it is sent and forgets it (`/webhooks/…/503/` does not). Each site shows who it thinks one is,
and all that it was told. It speaks the wire protocols, and knows nothing of ours.
Names in `localhost` or `.test` are this machine.
"""
