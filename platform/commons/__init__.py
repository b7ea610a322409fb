"""Floor 0: what every room stands on. It knows nothing of départements, people or bills."""
