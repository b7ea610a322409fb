"""Acts on what is configured: open a source, change its keys, close it, set the rules.

One source of a kind is open at a time. The address is `https`, but for what stands in for the source
on this machine in the demo and the tests. The recipient is the public body that decides, never the
publisher: its SIRET goes with every question.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from stdnum.fr import siret

from billing.rights import credentials as sealing
from billing.rights import queries
from billing.rights.credentials import Credentials, ImpotCredentials, ParticulierCredentials
from billing.rights.models import RightsRules, RightsSource
from billing.rights.sources import api_impot, api_particulier, throttle_of
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError

Kind = RightsSource.Kind
VERSIONS = {Kind.API_PARTICULIER: api_particulier.VERSIONS, Kind.API_IMPOT: api_impot.VERSIONS}
_CREDENTIALS = {Kind.API_PARTICULIER: ParticulierCredentials, Kind.API_IMPOT: ImpotCredentials}
_KEY = re.compile(r"[\x21-\x7e]{1,8000}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SourceAlreadyOpen(DomainError):
    """A source of this kind is open: close it first, or change its keys."""

    code = "RIGHTS_SOURCE_ALREADY_OPEN"


class SourceInvalid(DomainError):
    """An address, a SIRET, a version or a key that cannot be; `field` says which."""

    code = "RIGHTS_SOURCE_INVALID"


class RulesInvalid(DomainError):
    """A delay or a rule that cannot be; `field` says which."""

    code = "RIGHTS_RULES_INVALID"


@transaction.atomic(durable=True)
def open_source(
    *,
    kind: str,
    base_url: str,
    recipient_siret: str,
    versions: Mapping[str, str],
    credentials: Credentials,
    actor: Actor,
    at: datetime.datetime,
) -> RightsSource:
    """
    Have a département ask a source, with a key of its own.

    :raises SourceAlreadyOpen: if it asks one of this kind
    :raises SourceInvalid: naming what cannot be
    """
    known = _versions_of(kind)
    if known is None or not isinstance(credentials, _CREDENTIALS[Kind(kind)]):
        raise SourceInvalid(field="kind", reason="kind")
    _check_keys(credentials)
    if not _is_address(base_url):
        raise SourceInvalid(field="base_url", reason="base_url")
    if not siret.is_valid(recipient_siret):
        raise SourceInvalid(field="recipient_siret", reason="recipient_siret")
    wrong = [name for name, version in versions.items() if version not in known.get(name, ())]
    if wrong or not versions:
        raise SourceInvalid(field="versions", value=", ".join(sorted(wrong)))
    if queries.open_source(kind) is not None:
        raise SourceAlreadyOpen(kind=kind)
    try:
        with transaction.atomic():
            source = RightsSource.objects.create(
                kind=kind,
                base_url=base_url.rstrip("/"),
                recipient_siret=siret.compact(recipient_siret),
                versions=dict(versions),
                sealed_credentials=sealing.sealed(credentials),
                opened_at=at,
            )
    except IntegrityError as error:
        raise SourceAlreadyOpen(kind=kind) from error
    _write_down("opened", source, actor=actor, at=at)
    return source


def _check_keys(credentials: Credentials) -> None:
    """Keys go in headers: printable, in one piece. Only a delegation may be left out."""
    for name, value in dataclasses.asdict(credentials).items():
        is_left_out = not value and name == "delegation_id"
        if not is_left_out and not _KEY.fullmatch(value):
            raise SourceInvalid(field=name, reason="credentials")


def _versions_of(kind: str) -> dict[str, frozenset[str]] | None:
    """The endpoints of a kind of source, each with the versions that are spoken."""
    if kind not in Kind.values:
        return None
    return {str(endpoint): spoken for endpoint, spoken in VERSIONS[Kind(kind)].items()}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_ours = parts.scheme == "http" and host in _LOOPBACK
    is_plain = not (parts.query or parts.fragment or parts.username or port == 0)
    return bool(host) and is_plain and (parts.scheme == "https" or is_ours)


@transaction.atomic(durable=True)
def replace_keys(
    *, source: RightsSource, credentials: Credentials, actor: Actor, at: datetime.datetime
) -> RightsSource:
    """
    Change the keys of a source; what was wrong with the former ones is forgotten.

    :raises SourceInvalid: if they are keys of another kind of source, or none
    """
    locked = _lock_source(source)
    if not isinstance(credentials, _CREDENTIALS[Kind(locked.kind)]):
        raise SourceInvalid(field="kind", reason="kind")
    _check_keys(credentials)
    locked.sealed_credentials = sealing.sealed(credentials)
    locked.problem, locked.problem_at = "", None
    locked.save(update_fields=["sealed_credentials", "problem", "problem_at"])
    _write_down("keys_replaced", locked, actor=actor, at=at)
    transaction.on_commit(throttle_of(locked).reset)
    return locked


@transaction.atomic(durable=True)
def close_source(*, source: RightsSource, actor: Actor, at: datetime.datetime) -> RightsSource:
    """Ask it no more; families give a document instead. Closing again changes nothing."""
    locked = _lock_source(source)
    if locked.closed_at is None:
        locked.closed_at = at
        locked.save(update_fields=["closed_at"])
        _write_down("closed", locked, actor=actor, at=at)
    return locked


def _lock_source(source: RightsSource) -> RightsSource:
    return RightsSource.objects.select_for_update(of=("self",), no_key=True).get(pk=source.pk)


def _write_down(what: str, source: RightsSource, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"rights.source.{what}",
        subject_type="rights_source",
        subject_id=source.public_id,
        at=at,
        kind=source.kind,
        versions=source.versions,
    )


@transaction.atomic(durable=True)
def set_rules(
    *,
    sla_hours: int,
    longest_days: int,
    lasting: str,
    document_days: int,
    actor: Actor,
    at: datetime.datetime,
) -> RightsRules:
    """
    Say how requests are treated from now on; those under way keep their days.

    :raises RulesInvalid: naming what cannot be
    """
    bounds = {
        "sla_hours": (sla_hours, 1, 24 * longest_days),
        "longest_days": (longest_days, 1, 90),
        "document_days": (document_days, 0, 365),
    }
    for field, (value, least, most) in bounds.items():
        if not least <= value <= most:
            raise RulesInvalid(field=field)
    if lasting not in RightsRules.Lasting.values:
        raise RulesInvalid(field="lasting")
    rules = RightsRules.objects.create(
        sla_hours=sla_hours,
        longest_days=longest_days,
        lasting=lasting,
        document_days=document_days,
        set_at=at,
    )
    record_audit(
        actor=actor,
        action="rights.rules.set",
        subject_type="rights_rules",
        subject_id=rules.pk,
        at=at,
        sla_hours=sla_hours,
        longest_days=longest_days,
    )
    return rules
