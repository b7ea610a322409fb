"""Lessons, what changes in them, where they come from, and the feeds that give them out."""
