"""What moves between départements, and only what an agreement lets through (docs/adr/0001)."""
