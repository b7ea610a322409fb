"""The SAML 2 identity provider of a département (OASIS saml-core-2.0, saml-bindings-2.0, saml-profiles-2.0).

pysaml2 holds the messages and the rules of their signatures, libxmlsec1's wheel computes these: no
program, no system library, no private key in a file. What is ours is what is kept and what is told: the
services, their keys and addresses, an identifier for each service alone, and the granted attributes.
"""
