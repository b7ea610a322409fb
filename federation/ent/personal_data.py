"""What shared services keep of a person here: which they use by name, and which they want first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from federation.ent.models import Favourite, GivenLink, Licence, ServiceOpening

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos services"),
    why=_("Vous ouvrir les services du collège, et montrer d'abord ceux que vous préférez."),
    reads=("ent.Licence", "ent.Favourite"),
)
def services(user: User) -> Iterable[Record]:
    """Licences taken, and favourites."""
    taken = Licence.objects.filter(user=user).select_related("opening__enabled")
    for licence in taken.order_by("taken_at", "pk"):
        yield record_of(licence, "taken_at", service=licence.opening.enabled.service_code)
    for favourite in Favourite.objects.filter(user=user).order_by("since", "pk"):
        yield record_of(favourite, "service_code", "since")


@holds(
    _("Vos autres portails"),
    why=_("Dire à un autre département que c'est vous, parce que vous l'avez accepté."),
    reads=("ent.GivenLink",),
)
def given_links(user: User) -> Iterable[Record]:
    """To which départements, since when, and until when."""
    for link in GivenLink.objects.filter(user=user).order_by("given_at", "pk"):
        yield record_of(link, "departement_code", "text_version", "given_at", "used_at", "ended_at")


@holds(
    _("Les services que vous avez ouverts depuis hier"),
    why=_("Vous déconnecter de tous à la fois. C'est effacé au bout d'un jour."),
    reads=(
        "ent.ServiceOpening",
        "ent.AuthorizationCode",
        "ent.AccessToken",
        "ent.CasTicket",
        "ent.SamlAnswer",
    ),
)
def openings(user: User) -> Iterable[Record]:
    """Which services, and when; not what only served to tell them who it was."""
    opened = ServiceOpening.objects.filter(user=user).select_related("registration__enabled")
    for opening in opened.order_by("opened_at", "pk"):
        service = opening.registration.sector
        yield record_of(opening, "opened_at", "ended_at", service=service)
