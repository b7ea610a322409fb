"""What must hold before a process serves."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

_LOGIN = """
    SELECT session_user::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
    FROM pg_catalog.pg_roles WHERE rolname = session_user
"""

# What PUBLIC may do, and so every tenant (docs/security/isolation.md).
WALLS = (
    "TEMPORARY n'est pas retiré à PUBLIC",
    "CONNECT n'est pas retiré à PUBLIC",
    "le schéma public est ouvert à PUBLIC",
    "set_config n'est pas retiré à PUBLIC",
)
_WALLS = """
    SELECT
        coalesce(bool_or(right_given.privilege_type = 'TEMPORARY'), false),
        coalesce(bool_or(right_given.privilege_type = 'CONNECT'), false),
        EXISTS (SELECT 1 FROM pg_catalog.pg_namespace AS n, aclexplode(n.nspacl) AS acl
                WHERE n.nspname = 'public' AND acl.grantee = 0),
        EXISTS (SELECT 1 FROM pg_catalog.pg_proc AS p,
                    aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
                WHERE p.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure
                  AND acl.grantee = 0)
    FROM pg_catalog.pg_database AS d
    LEFT JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS right_given
      ON right_given.grantee = 0
    WHERE d.datname = current_database()
"""


def refuse_unsafe_database() -> None:
    """Refuse to serve with a login that could pass a right, a policy or a wall.

    :raises ImproperlyConfigured: in an owner process; if the login is a superuser, passes policies or
        makes roles; or if the database was not prepared (`socle tenant roles`)
    """
    if settings.PROCESS == "owner":
        raise ImproperlyConfigured(
            "Un processus « owner » migre et crée des départements : il ne sert pas de pages. "
            "Donnez à SOCLE_PROCESS la valeur web."
        )
    with connection.cursor() as cursor:  # a superuser is already refused at connection
        cursor.execute(_LOGIN)
        name, *dangerous = cursor.fetchone()
        cursor.execute(_WALLS)
        missing = [
            wall for wall, is_missing in zip(WALLS, cursor.fetchone(), strict=True) if is_missing
        ]
    if any(dangerous):
        raise ImproperlyConfigured(
            f"Le rôle « {name} » a trop de droits pour servir des pages. "
            "Donnez à DATABASE_URL le rôle socle_web."
        )
    if missing:
        raise ImproperlyConfigured(
            f"La base n'est pas préparée : {', '.join(missing)}. "
            "Lancez `socle tenant roles --superuser-url …`."
        )
