"""The first connection of those whom neither an identity provider nor e-mail reaches, and recovery."""
