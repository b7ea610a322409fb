"""What two départements write to each other: agreements, partners, captures, monthly statements."""
