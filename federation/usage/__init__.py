"""How much the portal and its services are used, counted without following anybody.

What is counted is a *visit*: pages asked for with less than half an hour between two of them. It is
counted by the dimensions of the DNMA, the State's measure of the audience of ENTs: collège (UAI),
profile, service, made by us (NATIF) or by a third party (TIERS). Nothing is kept of who came when:
docs/adr/0049 says what each window of time needs, and why.
"""
