"""What the directory shows: the partners found, how far they are, and where the other pages are."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.errors import DomainError
from federation.passplus.directory import Search, search_partners, town_written
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner
from federation.passplus.neighbours import neighbours_found
from federation.passplus.towns import Town
from tenants.registry.addresses import origin_of
from ui import wording
from ui.errors import explain
from ui.passplus_texts import DOMAINS

DISTANCES = (2, 5, 10, 20, 50)
_SHORTEST_SAID = 950  # metres: below, a town is a point and no distance means anything
_LONGEST_PAGE = 9999


class DirectoryForm(forms.Form):
    """What somebody looks for. It comes in the address, so that an answer can be kept and sent."""

    quoi = forms.CharField(
        label=gettext_lazy("Quoi ?"),
        help_text=gettext_lazy("Une activité ou un nom. Exemple : judo"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    ville = forms.CharField(
        label=gettext_lazy("Près de quelle ville ?"),
        help_text=gettext_lazy("Son nom ou son code postal."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    distance = forms.TypedChoiceField(
        label=gettext_lazy("À quelle distance ?"),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choisissez une distance de la liste.")},
    )
    domaine = forms.ChoiceField(
        label=gettext_lazy("Quel domaine ?"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choisissez un domaine de la liste.")},
    )
    page = forms.IntegerField(
        required=False, min_value=1, max_value=_LONGEST_PAGE, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.town: Town | None = None
        distances = [(str(km), _("%(km)d km au plus") % {"km": km}) for km in DISTANCES]
        self.fields["distance"].choices = [("", _("Toutes")), *distances]  # type: ignore[attr-defined]
        domains = [(domain.value, str(DOMAINS[domain.value])) for domain in Domain]
        self.fields["domaine"].choices = [("", _("Tous")), *domains]  # type: ignore[attr-defined]

    def clean_ville(self) -> str:
        """A town we know; the one it is, is kept."""
        written: str = self.cleaned_data["ville"].strip()
        if written:
            try:
                self.town = town_written(written)
            except DomainError as error:
                raise forms.ValidationError(str(explain(error))) from error
        return written

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("distance") and not said.get("ville") and "ville" not in self.errors:
            self.add_error("ville", _("Écrivez d'abord une ville."))
        return said

    def search(self) -> Search:
        """What is looked for; of what could not be read, nothing."""
        said = self.cleaned_data
        return Search(
            text=said.get("quoi", ""),
            domain=Domain(said["domaine"]) if said.get("domaine") else None,
            near=self.town,
            within_km=said.get("distance") if self.town else None,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A partner of the list."""

    public_id: uuid.UUID
    name: str
    activities: str
    place: str
    domains: str
    distance: str


@dataclasses.dataclass(frozen=True, slots=True)
class NeighbourLine:
    """A partner of another département that takes our cards; its page is on the other portal."""

    url: str
    name: str
    activities: str
    place: str
    departement: str
    domains: str
    distance: str


@dataclasses.dataclass(frozen=True, slots=True)
class DirectoryPage:
    """The answer: its first words, its lines, and the pages around; the neighbours' on the first."""

    told: str
    lines: Sequence[Line]
    page: int
    pages: int
    before_url: str
    after_url: str
    neighbours: Sequence[NeighbourLine] = ()


def page_of(form: DirectoryForm, *, at: datetime.datetime) -> DirectoryPage | None:
    """What is found; nothing when the question is to be put again."""
    if not form.is_valid():
        return None
    search = form.search()
    found = search_partners(search, page=form.cleaned_data["page"] or 1)
    return DirectoryPage(
        told=_told(found.count, form.town),
        lines=[_line(partner) for partner in found.partners],
        page=found.page,
        pages=found.pages,
        before_url=_url(form, found.page - 1) if found.page > 1 else "",
        after_url=_url(form, found.page + 1) if found.page < found.pages else "",
        neighbours=_neighbours(search, at=at) if found.page == 1 else (),
    )


def _neighbours(search: Search, *, at: datetime.datetime) -> list[NeighbourLine]:
    return [
        NeighbourLine(
            url=origin_of(one.departement) + reverse("portal:partner", args=[one.row.public_id]),
            name=one.row.name,
            activities=one.detail("activities"),
            place=f"{one.detail('postal_code')} {one.detail('town')}".strip(),
            departement=one.departement.name,
            domains=domains_in_words(one.domains),
            distance=distance_in_words(one.metres),
        )
        for one in neighbours_found(search, at=at)
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class PartnerSheet:
    """What the page of a partner says."""

    name: str
    activities: str
    description: str
    domains: str
    address: Sequence[str]
    phone: str
    phone_link: str
    email: str
    site: str


def sheet_of(partner: Partner) -> PartnerSheet:
    """A partner as families read it."""
    return PartnerSheet(
        name=partner.name,
        activities=partner.activities,
        description=partner.description,
        domains=domains_in_words(partner.domains),
        address=[line for line in (partner.street, _place(partner)) if line],
        phone=wording.phone_number(partner.phone) if partner.phone else "",
        phone_link=partner.phone,
        email=partner.email,
        site=partner.site,
    )


def domains_in_words(domains: Sequence[str]) -> str:
    """`Sport et culture`."""
    words = wording.and_list([str(DOMAINS[domain]).lower() for domain in domains])
    return words[:1].upper() + words[1:]


def distance_in_words(metres: float | None) -> str:
    """`À 3 km environ`: the point of a town is no address."""
    if metres is None:
        return ""
    if metres < _SHORTEST_SAID:
        return wording.typographic(_("À moins de 1 km"))
    kilometres = max(1, int(metres / 1000 + 1 / 2))
    return wording.typographic(_("À %(km)d km environ") % {"km": kilometres})


def _told(count: int, town: Town | None) -> str:
    if not count:
        return _("Aucun partenaire ne correspond.")
    if town is None:
        words = ngettext("%(count)d partenaire", "%(count)d partenaires", count)
        return wording.typographic(words % {"count": count})
    words = ngettext(
        "%(count)d partenaire, vu de %(town)s",
        "%(count)d partenaires, les plus proches de %(town)s d'abord",
        count,
    )
    return wording.typographic(words % {"count": count, "town": town.name})


def _line(partner: Partner) -> Line:
    return Line(
        public_id=partner.public_id,
        name=partner.name,
        activities=partner.activities,
        place=_place(partner),
        domains=domains_in_words(partner.domains),
        distance=distance_in_words(getattr(partner, "metres", None)),
    )


def _place(partner: Partner) -> str:
    return f"{partner.postal_code} {partner.town}".strip()


def _url(form: DirectoryForm, page: int) -> str:
    said = {
        name: form.data[name]
        for name in ("quoi", "ville", "distance", "domaine")
        if form.data.get(name)
    }
    return f"{reverse('portal:partner-directory')}?{urlencode({**said, 'page': page})}"
