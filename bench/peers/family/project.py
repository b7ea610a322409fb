"""The settings of a peer's project. `BENCH_PEER_URL` is the database's address, as the tenant's role."""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict


def set_up(*applications: str, urls: str) -> None:
    """Settings as `startproject` makes them for production, without what serves pages and sessions."""
    # The role may set nothing afterwards: Django finds its time zone as it wants it.
    options = f"-c search_path={os.environ['BENCH_PEER_SCHEMA']} -c TimeZone=UTC"
    address: dict[str, Any] = conninfo_to_dict(os.environ["BENCH_PEER_URL"])
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address["dbname"],
        "USER": address["user"],
        "PASSWORD": address["password"],
        "HOST": address["host"],
        "PORT": address.get("port", ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"options": options},
    }
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",  # without it strawberry-django imports it in vain each time
            "django.contrib.auth",
            "bench.peers.family",
            *applications,
        ],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        ROOT_URLCONF=urls,
        SECRET_KEY="bench",
        TIME_ZONE="UTC",
        USE_TZ=True,
    )
    django.setup()
