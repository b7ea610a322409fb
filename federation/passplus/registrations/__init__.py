"""Registering for Pass+: what a family says and gives, what agents decide, what the days do."""
