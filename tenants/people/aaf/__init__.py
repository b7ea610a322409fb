"""The academic feed (annuaire académique fédérateur, 2nd degree): reading it, and writing fixtures."""
