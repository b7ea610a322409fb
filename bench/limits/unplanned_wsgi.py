"""The product without its plans: every document is executed by resolvers (bench/family_page.py)."""

from __future__ import annotations

import importlib

from socle.wsgi import application

importlib.import_module("api.plans").answered = lambda *_given: None  # once Django is there

__all__ = ["application"]
