"""How a département's figures leave it: computed, protected, looked at, then published or held back.

What is prepared, why cells are left out, and what was counted in them stay in the tenant's schema. Only
what is told goes to the shared tables (`federation.releases`), by one operation.
"""
