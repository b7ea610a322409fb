"""The observatory: what the working group of the départements compares, on the public host.

It reads what was released (`federation.releases`) and what the group wrote (`federation.workgroup`), and
never a département's own schema.
"""
