"""Rights for tests: sources that are open, a family that asks, and what the worker then does."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from billing.rights import operations, queries
from billing.rights.credentials import ImpotCredentials, ParticulierCredentials
from billing.rights.identity import AskedIdentity
from billing.rights.models import RightsRequest, RightsSource
from billing.tariffs import operations as tariffs
from billing.tariffs.models import PriceDecision
from commons import uploads
from commons.actors import Actor
from commons.uploads import StoredFile
from tenants.people.models import Guardian, Pupil
from tests.factories.canteen import Family, make_family
from tests.factories.tariffs import ACTOR, make_version
from tests.sources import (
    AMINATA,
    CLIENT,
    SECRET,
    SIRET,
    TAX_NUMBER,
    TOKEN,
    VERSIONS,
)

PARENT, AGENT, OTHER_AGENT = (Actor("user", name) for name in ("parent", "agent", "other-agent"))
# A day of the school year, whatever the day of the test: sources answer about the present.
NOW = timezone.now
CAF, TAX = RightsSource.Kind.API_PARTICULIER, RightsSource.Kind.API_IMPOT


def make_source(address: str, kind: str = CAF, **traits: Any) -> RightsSource:
    """A source that the département asks."""
    keys: Any = ParticulierCredentials(token=traits.pop("token", TOKEN))
    versions = VERSIONS
    if kind == TAX:
        keys = ImpotCredentials(client_id=CLIENT, client_secret=SECRET, teleservice_id="T1")
        versions = {"situation_ir": "1.0"}
    return operations.open_source(
        **{
            "kind": kind, "base_url": address, "recipient_siret": SIRET, "versions": versions,
            "credentials": keys, "actor": ACTOR, "at": NOW(), **traits,
        }
    )  # fmt: skip


def make_asking_family(*, priced: bool = True, departement: str = "94") -> Family:
    """Aminata Diallo, whom the sources know, and her child; with the highest price so far."""
    make_version(departement)
    family = make_family()
    Guardian.objects.filter(pk=family.guardians[0].pk).update(
        first_name="Aminata", email="aminata@exemple.fr"
    )
    family.guardians[0].refresh_from_db()
    Pupil.objects.filter(pk=family.pupil.pk).update(first_name="Ibrahima")
    family.pupil.refresh_from_db()
    if priced:
        tariffs.decide_price(
            pupil=family.pupil,
            service="HALF_BOARD",
            valid_from=timezone.localdate() - datetime.timedelta(days=30),
            actor=ACTOR,
            at=NOW(),
        )
    return family


def begin(family: Family) -> RightsRequest:
    return operations.begin_request(
        household=family.household, guardian=family.guardians[0], actor=PARENT, at=NOW()
    )


def chosen(
    family: Family, way: str = "CAF_MSA", *, identity: AskedIdentity | None = None
) -> RightsRequest:
    """A request whose way is chosen, and nothing agreed to."""
    if identity is None and way == "CAF_MSA":
        identity = AskedIdentity(civil=AMINATA)
    if identity is None and way == "TAX":
        identity = AskedIdentity(tax_number=TAX_NUMBER)
    return operations.choose_way(
        request=begin(family),
        way=way,
        guardian=family.guardians[0],
        identity=identity,
        actor=PARENT,
        at=NOW(),
    )


def agree_and_ask(request: RightsRequest, *, at: datetime.datetime | None = None) -> RightsRequest:
    agreement = queries.agreement_of(request)
    assert agreement is not None
    return operations.consent_and_ask(
        request=request,
        text_version=agreement.text.version,
        guardian=request.guardian,
        actor=PARENT,
        at=at or NOW(),
    )


def asked(family: Family, way: str = "CAF_MSA", **more: Any) -> RightsRequest:
    """A request whose source the worker is about to ask."""
    return agree_and_ask(chosen(family, way, **more))


def answered(
    family: Family, way: str = "CAF_MSA", *, at: datetime.datetime | None = None, **more: Any
) -> RightsRequest:
    """A request whose source was asked, and what became of it."""
    return operations.put_question(request=asked(family, way, **more), at=at or NOW())


def stored(name: str = "notice.pdf", content: bytes = b"a notice") -> StoredFile:
    """A document that is kept; its bytes are not looked into."""
    return uploads.store(
        uploads.Upload(
            declared_name=name, content_type="application/pdf", content=content + name.encode()
        )
    )


def to_inspect(family: Family) -> RightsRequest:
    """A request that waits for an agent, with a document."""
    request = chosen(family, "DOCUMENT")
    operations.attach_document(
        request=request, kind="CAF_CERTIFICATE", stored=stored(), actor=PARENT, at=NOW()
    )
    request.refresh_from_db()
    return request


def prices(family: Family) -> list[tuple[int, bool]]:
    """The prices of the child, oldest first, each with whether it holds to this day."""
    rows = PriceDecision.objects.filter(pupil=family.pupil).order_by("valid_from", "pk")
    return [(row.unit_price_cents, row.valid_until is None) for row in rows]
