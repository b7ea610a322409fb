"""Billing runs, their review, and the invoices they issue."""
