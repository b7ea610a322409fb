"""Servers that somebody else runs: what DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL give.

REDIS_URL alone replaces the embedded Redis. The two database addresses go together, and replace the
embedded PostgreSQL: one serves, the other migrates, and neither may do the other's work.
"""

from __future__ import annotations

import dataclasses

import psycopg
import redis

from commons import environment

SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://rôle:mot-de-passe@hôte:5432/base"
PAIR = ("DATABASE_URL", "DATABASE_OWNER_URL")


class BadServers(RuntimeError):
    """What was given does not make servers; the message is for the person at the terminal."""


@dataclasses.dataclass(frozen=True, slots=True)
class Servers:
    """The addresses given; an empty one means: start ours."""

    web_url: str
    owner_url: str
    redis_url: str

    @property
    def has_database(self) -> bool:
        return bool(self.web_url)

    def environment(self) -> dict[str, str]:
        """The variables given."""
        found = {
            "DATABASE_URL": self.web_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
        }
        return {name: value for name, value in found.items() if value}


def given() -> Servers:
    """The servers given by the environment.

    :raises BadServers: if one database address comes without the other
    """
    servers = Servers(
        web_url=environment.url("DATABASE_URL", "", schemes=SCHEMES, example=EXAMPLE),
        owner_url=environment.url("DATABASE_OWNER_URL", "", schemes=SCHEMES, example=EXAMPLE),
        redis_url=environment.url(
            "REDIS_URL", "", schemes=("redis", "rediss", "unix"), example="redis://hôte:6379/0"
        ),
    )
    if bool(servers.web_url) != bool(servers.owner_url):
        there, missing = PAIR if servers.web_url else reversed(PAIR)
        raise BadServers(
            f"{there} est donnée sans {missing}. Donnez les deux pour votre PostgreSQL, "
            "ou aucune pour celui de la démonstration."
        )
    return servers


def try_out(servers: Servers) -> None:
    """See that each server given answers.

    :raises BadServers: if one does not
    """
    for name, url in zip(PAIR, (servers.web_url, servers.owner_url), strict=True):
        if url:
            _try_database(name, url)
    if servers.redis_url:
        _try_redis(servers.redis_url)


def _try_database(name: str, url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise BadServers(
            f"La base de {name} ne répond pas, ou refuse ce rôle ({_first_line(error)}). "
            "Voir docs/settings.md, « Un PostgreSQL extérieur »."
        ) from error


def _try_redis(url: str) -> None:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as error:
        raise BadServers(f"Le Redis de REDIS_URL ne répond pas ({_first_line(error)}).") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
