"""The mutations, one file each; `base` is what they share."""
