"""Indicators that départements share: a catalogue as data, and what a tenant computes of its own rows.

Nothing is stored here: a figure is computed when it is asked for, protected, and only then published
(docs/adr/0075). What `queries.compute` returns is raw, and stays in the tenant.
"""
