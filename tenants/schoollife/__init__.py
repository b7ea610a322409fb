"""The school's daily life: rooms that do not know each other, above people."""
