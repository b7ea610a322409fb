"""What two départements write to each other about pupils who move: agreements, and sealed envelopes."""
