"""Somebody who reads what the public host serves, and solves.

Imports nothing of Socle's (tests/architecture says so): it knows the released files, the rules that anybody
may read, and linear programming. `released` reads the files; `knowledge` writes down what they say as
equations; `bounding` asks between which values each figure that was left out must lie.
"""
