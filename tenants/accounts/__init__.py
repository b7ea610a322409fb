"""Users, their roles, and signing in."""
