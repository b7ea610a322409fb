"""Who the contract suite of the bank runs on: our test bank, and two peers that others wrote.

`knowledge` says what each peer does not know, `peer` how one speaks to it, `starting` how it is
started. See tests/README.md.
"""
