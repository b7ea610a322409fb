"""The working group of the départements: who is of it, what it says of a figure, what it agreed on.

Tables of the public schema, which no département's role reaches. Its members have accounts of the public
host, apart from any they have in a département: a session of one opens nothing of the other.
"""
