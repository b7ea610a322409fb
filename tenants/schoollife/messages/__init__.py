"""Threads between families and collèges: who is in them, what each may read, and what is moderated."""
