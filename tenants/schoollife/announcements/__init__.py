"""What a collège or the département announces, who has read it, and how people are told."""
