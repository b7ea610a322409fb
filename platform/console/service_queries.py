"""What the pages of services read across the shared catalogue and the département's own tables."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from console.around import Cell, Table
from federation.catalogue.models import SharedService
from federation.ent import queries
from federation.ent.models import EnabledService, Opening
from tenants.people.models import College, SchoolClass
from ui import wording


def names_by_code() -> dict[str, str]:
    """How the services of the catalogue are called."""
    return dict(SharedService.objects.values_list("code", "name"))


def name_of_service(code: str) -> str:
    """How a service is called; its code, once the catalogue has forgotten it."""
    return names_by_code().get(code, code)


def with_names(enabled: Iterable[EnabledService]) -> None:
    """Let services know how they are called, all of them by one query."""
    listed = list(enabled)
    names = names_by_code() if listed else {}
    for one in listed:
        one.service_name = names.get(one.service_code, one.service_code)  # type: ignore[attr-defined]


def name_of_enabled(enabled: EnabledService) -> str:
    """How an enabled service is called."""
    return getattr(enabled, "service_name", "") or name_of_service(enabled.service_code)


def classes_of(college: College | None, *, school_year: int) -> list[SchoolClass]:
    """The classes of a collège in a school year, by name."""
    if college is None:
        return []
    found = SchoolClass.objects.filter(college=college, school_year=school_year)
    return list(found.order_by("level", "name"))


def audience_of(opening: Opening) -> str:
    """To whom: `Élèves, Collège Jean Moulin, 5e B`."""
    words = [str(opening.get_profile_display())]
    words.append(opening.college.name if opening.college else _("tous les collèges"))
    if opening.school_class:
        words.append(opening.school_class.name)
    return ", ".join(words)


def openings_table(enabled: EnabledService) -> list[Table]:
    """The openings of a service, under it."""
    rows = [
        (
            Cell(audience_of(opening)),
            Cell(wording.full_date(opening.valid_from)),
            Cell(wording.full_date(opening.valid_until) if opening.valid_until else "–"),
            Cell(
                _("Sans limite")
                if opening.licences is None
                else f"{opening.taken_count} / {opening.licences}"  # type: ignore[attr-defined]
            ),
        )
        for opening in queries.openings_of(enabled)[:50]
    ]
    heads = (_("À qui"), _("Du"), _("Jusqu'au (exclu)"), _("Licences"))
    return [Table(title=_("Ouvertures"), heads=heads, rows=tuple(rows))] if rows else []
