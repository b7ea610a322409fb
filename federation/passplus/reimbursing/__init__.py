"""Paying partners: what they validated becomes a statement, an order to the bank, and a movement."""
