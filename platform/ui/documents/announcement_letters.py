"""Letters that bring an announcement to the homes that did not read it: one page each, for a window envelope.

They come class by class. What is too long for its page goes on, on the next.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _

from tenants.schoollife.announcements.models import Announcement
from tenants.schoollife.announcements.printing import Home, Typeset
from ui import mail, wording
from ui.documents.sheets import Sender, sender_of
from ui.documents.typesetting import FOLDER, compiled, said

TEMPLATE = FOLDER / "announcement_letters.typ"


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What one letter says."""

    place: str
    addressee: tuple[str, ...]
    heading: str
    opening: tuple[str, ...]
    body: tuple[str, ...]
    slip_name: str  # empty: nothing is given back
    slip: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """A file of letters."""

    title: str
    sender: Sender
    pages: tuple[Page, ...]


def typesetter(*, at: datetime.datetime) -> Typeset:
    """What sets letters, for the operation that prints them."""
    return lambda announcement, homes: letters_file(announcement, homes, at=at)


def letters_file(
    announcement: Announcement, homes: Sequence[Home], *, at: datetime.datetime
) -> bytes:
    """The letters, in one PDF that is read aloud as it is seen."""
    return compiled(TEMPLATE, said("bundle", bundle_of(announcement, homes)), at=at)


def bundle_of(announcement: Announcement, homes: Sequence[Home]) -> Bundle:
    """What a file of letters says."""
    return Bundle(
        title=_("Lettres d'une annonce"),
        sender=sender_of(mail.current_departement(), regie_name="", regie_siret=""),
        pages=tuple(_page(announcement, home) for home in homes),
    )


def _page(announcement: Announcement, home: Home) -> Page:
    opening = [_("Pour %(children)s") % {"children": wording.and_list(home.children)}]
    if announcement.correction:
        opening.append(_("Annonce corrigée. %(what)s") % {"what": announcement.correction})
    slip = (
        (
            _("J'ai lu cette annonce."),
            _("Nom :"),
            _("Date et signature :"),
        )
        if announcement.asks_acknowledgement
        else ()
    )
    return Page(
        place=" · ".join(part for part in (home.school_class, home.college) if part),
        addressee=home.addressee,
        heading=announcement.title,
        opening=tuple(map(wording.typographic, opening)),
        body=tuple(
            wording.typographic(line) for line in announcement.body.splitlines() if line.strip()
        ),
        slip_name=_("À rendre au secrétariat du collège") if slip else "",
        slip=tuple(map(wording.typographic, slip)),
    )
