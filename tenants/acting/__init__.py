"""Agents who act for a family: with a reason, for a time, in the family's sight."""
