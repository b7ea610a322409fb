"""Handlers that turn outbox events into messages."""
