"""Pupils who move from one département to another: agreements, matching without disclosure, transfers."""
