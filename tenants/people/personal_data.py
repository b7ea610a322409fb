"""What the directory of families holds about a person and their children."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.people import queries
from tenants.people.models import Guardianship, HouseholdMember, Pupil, Schooling

if TYPE_CHECKING:
    from tenants.accounts.models import User


def own_pupils(user: User) -> QuerySet[Pupil]:
    """The children a person answers for today, and the pupil they are."""
    today = timezone.localdate()
    children = queries.children_of(user, on=today)
    return Pupil.objects.filter(Q(pk__in=children.values("pk")) | Q(user=user)).order_by("pk")


@holds(
    _("Vos coordonnées"),
    why=_("Vous écrire et vous envoyer les factures. Elles viennent du collège."),
    reads=("people.Guardian",),
)
def guardian(user: User) -> Iterable[Record]:
    """What the academic feed says of the person."""
    found = queries.guardian_of(user)
    if found is not None:
        yield record_of(
            found, "jointure_id", "title", "last_name", "first_name", "email", "mobile_phone",
            "home_phone", "street", "postal_code", "city", "country", "missing_since",
        )  # fmt: skip


@holds(
    _("Vos enfants"),
    why=_(
        "Inscrire vos enfants aux services de leur collège. Ces informations viennent du collège."
    ),
    reads=("people.Pupil", "people.Schooling", "people.SchoolClass"),
)
def children(user: User) -> Iterable[Record]:
    """Each child, and where they were schooled."""
    for pupil in own_pupils(user):
        schoolings = (
            Schooling.objects.filter(pupil=pupil)
            .select_related("college", "school_class")
            .order_by("valid_from", "pk")
        )
        yield record_of(
            pupil, "jointure_id", "ine", "last_name", "first_name", "other_first_names", "birth_date"
        ) | {
            "scolarités": [
                record_of(
                    row, "regime", "is_boursier", "valid_from", "valid_until",
                    collège=str(row.college),
                    classe=str(row.school_class) if row.school_class else None,
                )
                for row in schoolings
            ]
        }  # fmt: skip


@holds(
    _("Votre lien avec vos enfants"),
    why=_("Savoir qui décide, qui est prévenu et qui paie."),
    reads=("people.Guardianship",),
)
def links(user: User) -> Iterable[Record]:
    """The person's own links, not those of the other parent."""
    own = Guardianship.objects.filter(guardian__user=user).select_related("pupil")
    for link in own.order_by("valid_from", "pk"):
        yield record_of(
            link, "relation", "legal_role", "is_financial", "is_contact", "is_payment",
            "payer_share_bp", "valid_from", "valid_until", enfant=link.pupil.full_name,
        )  # fmt: skip


@holds(
    _("Votre foyer"),
    why=_("Calculer vos prix d'après les ressources de votre foyer."),
    reads=("people.Household", "people.HouseholdMember"),
)
def households(user: User) -> Iterable[Record]:
    """The tax households of the person."""
    own = HouseholdMember.objects.filter(guardian__user=user).select_related("household")
    for membership in own.order_by("valid_from", "pk"):
        yield record_of(membership, "valid_from", "valid_until", foyer=membership.household.label)
