"""What is asked for before the world: rows that two départements wrote to each other."""

from tests.access.reciprocity import between

__all__ = ("between",)
