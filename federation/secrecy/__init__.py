"""Statistical secrecy of tables: what may be told, and what must be left out so that nothing is found.

Pure: no database, no clock, nothing of what a table is about. `protecting.protect` is the door.
"""
