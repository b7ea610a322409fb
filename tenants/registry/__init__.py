"""The départements: what they are, how one is made, and how the database keeps them apart."""
