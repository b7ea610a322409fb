"""Outside systems for demo and tests: each a separate process that speaks the real wire protocol.

Nothing of the product imports these, and they import nothing of it.
"""
