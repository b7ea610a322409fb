"""A family's tables in a Django project of its own: what the peers written in Python read."""
