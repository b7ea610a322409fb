"""What agreements of two départements have in common, whatever they open: no table, abstract models."""
