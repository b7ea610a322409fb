"""Payments: what families pay online, and the money that follows."""
