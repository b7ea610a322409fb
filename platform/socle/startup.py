"""What must hold before a process serves."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

_LOGIN = """
    SELECT session_user::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
    FROM pg_catalog.pg_roles WHERE rolname = session_user
"""


def refuse_unsafe_database() -> None:
    """Refuse to serve with a login that could pass a right, a policy or a wall.

    :raises ImproperlyConfigured: if the login is a superuser, passes policies, or makes roles
    """
    with connection.cursor() as cursor:  # a superuser is already refused at connection
        cursor.execute(_LOGIN)
        name, *dangerous = cursor.fetchone()
    if settings.PROCESS != "owner" and any(dangerous):
        raise ImproperlyConfigured(
            f"Le rôle « {name} » a trop de droits pour servir des pages. "
            "Donnez à DATABASE_URL le rôle socle_web."
        )
