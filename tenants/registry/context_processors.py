"""What every page knows of its département."""

from typing import Any

from django.http import HttpRequest


def departement(request: HttpRequest) -> dict[str, Any]:
    """The current département, or None on the public host."""
    return {"departement": getattr(request, "tenant", None)}
