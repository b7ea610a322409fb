"""The services that every département may enable, described once, in the public schema."""
