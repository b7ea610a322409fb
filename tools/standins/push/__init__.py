"""A service of push messages and the browser behind it, for tests: it opens what it is sent, or says why not.

What it knows of the standards (RFC 8030, 8188, 8291, 8292) is written here from their text, on primitives
alone: it shares no code with what sends.
"""
