"""The console of a département's agents."""
