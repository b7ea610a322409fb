"""Which services are open to whom. A person's are read in one statement: `sql/services.sql`."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from commons.hot_reads import read_json
from federation.catalogue import queries as catalogue
from federation.catalogue.attributes import Attribute, Profile
from federation.ent import cas
from federation.ent.models import EnabledService, Opening, Registration, ServiceOpening

if TYPE_CHECKING:
    from tenants.accounts.models import User

SQL = Path(__file__).parent / "sql" / "services.sql"
# As whom somebody who is several uses a service.
_FIRST = (Profile.PUPIL, Profile.GUARDIAN, Profile.STAFF)


@dataclasses.dataclass(frozen=True, slots=True)
class Covering:
    """An opening that covers the person; `licences` is None when they are not counted."""

    opening_id: int
    licences: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class CoveredChild:
    """A child of a guardian whom a service is for."""

    pupil_id: int
    first_name: str


@dataclasses.dataclass(frozen=True, slots=True)
class OpenService:
    """A service, as it is open to one person today."""

    public_id: uuid.UUID
    code: str
    name: str
    description: str
    editor: str
    category: str
    is_native: bool
    is_ready: bool
    protocol: str
    native_route: str
    launch_url: str
    granted: tuple[Attribute, ...]
    legal_basis: str
    down_since: datetime.datetime | None
    is_favourite: bool
    profiles: frozenset[Profile]
    coverings: tuple[Covering, ...]
    children: tuple[CoveredChild, ...]

    @property
    def profile(self) -> Profile:
        """As whom the person uses it."""
        return next(one for one in _FIRST if one in self.profiles)

    @property
    def can_be_launched(self) -> bool:
        """Whether there is something to open."""
        return self.is_ready and bool(self.native_route or self.launch_url)


def services_of(user: User, *, on: datetime.date) -> tuple[OpenService, ...]:
    """The services open to an account on a day, its favourites first."""
    if not user.is_active:
        return ()
    return tuple(map(_open_service, read_json(SQL, user_id=user.pk, day=on)))


def service_of(user: User, code: str, *, on: datetime.date) -> OpenService | None:
    """One of them, by its code."""
    return next((one for one in services_of(user, on=on) if one.code == code), None)


def _open_service(row: Mapping[str, Any]) -> OpenService:
    read = dict(row)
    down_since, granted = read.pop("down_since"), read.pop("granted")
    return OpenService(
        public_id=uuid.UUID(read.pop("public_id")),
        # A code that the code no longer knows tells nothing.
        granted=tuple(one for one in Attribute if one in granted),
        down_since=datetime.datetime.fromisoformat(down_since) if down_since else None,
        profiles=frozenset(map(Profile, read.pop("profiles"))),
        coverings=tuple(Covering(*pair) for pair in read.pop("openings")),
        children=tuple(CoveredChild(*pair) for pair in read.pop("children")),
        **read,
    )


def name_of(code: str) -> str:
    """How the catalogue calls a service."""
    shared = catalogue.service_named(code)
    return shared.name if shared else code


def enabled_services() -> QuerySet[EnabledService]:
    """What the département enables, in the order of the codes."""
    return EnabledService.objects.filter(disabled_at__isnull=True).order_by("service_code")


def enabled_service(code: str) -> EnabledService | None:
    """A service that is enabled, by its code."""
    return EnabledService.objects.filter(service_code=code, disabled_at__isnull=True).first()


def openings_of(enabled: EnabledService) -> QuerySet[Opening]:
    """To whom a service is or was open, latest first, with how many licences are `taken_count`."""
    return (
        Opening.objects.filter(enabled=enabled)
        .select_related("college", "school_class")
        .annotate(taken_count=Count("taken"))
        .order_by("-valid_from", "-pk")
    )


def registrations_of(enabled: EnabledService) -> QuerySet[Registration]:
    """How a service signs people in with us, those that are closed last."""
    return Registration.objects.filter(enabled=enabled).order_by("-closed_at", "pk")


def is_registered(client_id: str, redirect_uri: str) -> bool:
    """Whether an open client has people come back to this address."""
    if "\0" in client_id:
        return False
    found = Registration.objects.filter(client_id=client_id, closed_at__isnull=True).first()
    return found is not None and redirect_uri in found.redirect_uris


def is_opening_of(sid: str, *, browser: str) -> bool:
    """Whether a `sid` that we gave is of a session that is still open in this browser."""
    try:
        public_id = uuid.UUID(sid)
    except ValueError:
        return False
    return ServiceOpening.objects.filter(
        public_id=public_id, browser=browser, ended_at__isnull=True
    ).exists()


def cas_registration_of(url: str) -> Registration | None:
    """The CAS service that an address belongs to: the very one first, else the longest beginning."""
    rows = Registration.objects.filter(
        protocol=Registration.Protocol.CAS,
        closed_at__isnull=True,
        enabled__disabled_at__isnull=True,
    ).select_related("enabled")
    found = [row for row in rows if cas.is_of_service(url, row)]
    return max(found, key=lambda row: (row.service_url == url, len(row.service_url)), default=None)


def _open_partners() -> QuerySet[Registration]:
    return Registration.objects.filter(
        protocol=Registration.Protocol.SAML,
        closed_at__isnull=True,
        enabled__disabled_at__isnull=True,
    ).select_related("enabled")


def saml_registration_of(entity_id: str) -> Registration | None:
    """The SAML partner of this name."""
    if not entity_id or "\0" in entity_id:
        return None
    return _open_partners().filter(entity_id=entity_id).first()


def saml_registration_by_id(registration_id: int) -> Registration | None:
    """A SAML partner that is still open, by its row."""
    return _open_partners().filter(pk=registration_id).first()


def saml_registration_for(service_code: str) -> Registration | None:
    """The SAML partner that a service is opened at: the latest that was registered."""
    return _open_partners().filter(enabled__service_code=service_code).order_by("-pk").first()


def _saml_openings() -> QuerySet[ServiceOpening]:
    return ServiceOpening.objects.filter(
        registration__protocol=Registration.Protocol.SAML
    ).select_related("registration__enabled", "user")


def openings_left_by_browser(browser: str) -> list[uuid.UUID]:
    """The openings of a browser's session that its browser alone can sign out of, oldest first."""
    found = _saml_openings().filter(browser=browser, ended_at__isnull=True)
    told = found.exclude(registration__logout_url="").order_by("pk")
    return list(told.values_list("public_id", flat=True))


def saml_opening(public_id: uuid.UUID) -> ServiceOpening | None:
    """An opening of a SAML partner, running or ended, by what it is named by."""
    return _saml_openings().filter(public_id=public_id).first()


def running_openings(
    registration_id: int, *, browser: str, public_ids: Collection[uuid.UUID]
) -> list[ServiceOpening]:
    """The openings of a SAML partner that have not ended: those named, or else this browser's."""
    found = _saml_openings().filter(registration_id=registration_id, ended_at__isnull=True)
    named = found.filter(public_id__in=public_ids) if public_ids else found.filter(browser=browser)
    return list(named.order_by("pk"))
