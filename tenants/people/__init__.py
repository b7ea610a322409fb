"""Collèges, pupils, guardians, households, and the feeds they come from."""
