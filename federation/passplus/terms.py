"""What a partner declares and signs. The declarations are here, word for word; the agreement is data.

The conditions are those of a Pass+ partner in 92 (2017): a body of two years, which respects laïcité and
welcomes girls and boys alike; a company's offer goes with what collèges teach. A département that has
not published its own agreement uses the model of this folder, which says that it is an example.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus.models import PartnerApplication, PartnerKind, PartnerTerms

MODEL_PATH = Path(__file__).with_name("agreement_model.json")
DECLARATIONS = {
    "LAICITY": "Notre structure respecte la laïcité et les valeurs de la République.",
    "EQUAL_ACCESS": "Notre structure accueille les filles et les garçons de la même façon.",
    "OFFER": "Notre offre s'adresse aux jeunes de la 6e à la 3e, à un prix affiché.",
    "SCHOOLING": "Notre offre culturelle ou sportive va avec les programmes du collège.",
    "TRUE": "Ces renseignements sont exacts. Nous dirons tout changement.",
}
_OF_COMPANIES = frozenset({"SCHOOLING"})
LONGEST_TEXT = 4000
MOST_ARTICLES = 40


class TermsInvalid(DomainError):
    """An agreement that cannot be published; `field` names what is wrong."""

    code = "PASSPLUS_TERMS_INVALID"


class TermsPublished(DomainError):
    """This version was published, with other words."""

    code = "PASSPLUS_TERMS_PUBLISHED"


@dataclasses.dataclass(frozen=True, slots=True)
class Article:
    """A part of an agreement."""

    title: str
    text: str


def asked_of(kind: str) -> dict[str, str]:
    """The declarations that a body of this kind makes."""
    return {
        code: words
        for code, words in DECLARATIONS.items()
        if code not in _OF_COMPANIES or kind == PartnerKind.COMPANY
    }


def signable_from(application: PartnerApplication, least_years: int) -> datetime.date | None:
    """The first day on which a body has existed long enough; None if nobody said since when it does."""
    founded = application.founded_on
    if founded is None:
        return None
    try:
        return founded.replace(year=founded.year + least_years)
    except ValueError:  # the 29th of February
        return datetime.date(founded.year + least_years, 3, 1)


def terms_in_force(*, at: datetime.datetime) -> PartnerTerms:
    """What is signed now: the latest that was published, else the model, which is then kept."""
    latest = PartnerTerms.objects.order_by("-pk").first()
    if latest is not None:
        return latest
    model = json.loads(MODEL_PATH.read_text(encoding="utf-8"))
    found, _created = PartnerTerms.objects.get_or_create(
        version=model["version"], defaults={**model, "is_illustrative": True, "published_at": at}
    )
    return found


def articles_of(terms: PartnerTerms) -> list[Article]:
    """The articles, in the order in which they are read."""
    return [Article(**article) for article in terms.articles]


@transaction.atomic(durable=True)
def publish_terms(
    *,
    version: str,
    title: str,
    articles: Sequence[Article],
    least_years: int,
    actor: Actor,
    at: datetime.datetime,
) -> PartnerTerms:
    """
    Publish what partners sign from now on. What was signed before stands; the same again changes nothing.

    :raises TermsInvalid: if a word is missing or too long
    :raises TermsPublished: if this version has other words
    """
    said = {
        "title": " ".join(title.split()),
        "articles": [
            {"title": " ".join(one.title.split()), "text": one.text.strip()} for one in articles
        ],
        "least_years": least_years,
    }
    named = " ".join(version.split())
    if not named or len(named) > 30:
        raise TermsInvalid(field="version")
    if not said["title"] or len(title) > 200:
        raise TermsInvalid(field="title")
    if not 0 <= least_years <= 20:
        raise TermsInvalid(field="least_years")
    if not 1 <= len(articles) <= MOST_ARTICLES or any(
        not one["title"] or not one["text"] or len(one["text"]) > LONGEST_TEXT
        for one in said["articles"]  # type: ignore[attr-defined]
    ):
        raise TermsInvalid(field="articles")
    kept, is_new = PartnerTerms.objects.get_or_create(
        version=named, defaults={**said, "published_at": at}
    )
    if any(getattr(kept, field) != value for field, value in said.items()):
        raise TermsPublished(version=named)
    if is_new:
        record_audit(
            actor=actor,
            action="passplus.terms.published",
            subject_type="PartnerTerms",
            subject_id=kept.public_id,
            at=at,
            version=named,
        )
    return kept
