"""What stands in for FranceConnect and EduConnect in the demo and in tests.

    python -m tools.standins.identity --port 0 --key FILE --client JSON… --service JSON… --person JSON…

It speaks their wire protocols, and knows nothing of ours: OpenID Connect as FranceConnect v2 does (pairwise
subjects, tokens of 60 s, a signed userinfo), SAML 2 as EduConnect does (signed requests asked for,
response and assertion signed with SHA-256, attributes by OID). Each shows a page with the people it was
given, of the service that asks: whoever is chosen is signed in. There is no password.
"""
