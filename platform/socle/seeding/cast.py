"""The people of the demo and of the tests: one per situation (shared UX: "Who")."""

from __future__ import annotations

import dataclasses

from tenants.accounts.capabilities import Role
from tenants.registry.provisioning import NewDepartement

PASSWORD = "Socle-demo-2026"  # noqa: S105  printed by the demo

DEPARTEMENTS = (
    NewDepartement(
        code="92",
        name="Hauts-de-Seine",
        slug="hauts-de-seine",
        primary_color="#1d4f8c",
        accent_color="#a3304a",
        emblem="meander",
        contact_phone="09 69 32 60 92",
        contact_email="cantine@hauts-de-seine.exemple.fr",
        payment_help=(
            "Payez par chèque à l'ordre de la régie de restauration, ou en espèces au collège."
        ),
    ),
    NewDepartement(
        code="94",
        name="Val-de-Marne",
        slug="val-de-marne",
        primary_color="#0f6b4f",
        accent_color="#8a4b12",
        emblem="confluence",
        contact_phone="39 94",
        contact_email="cantine@val-de-marne.exemple.fr",
        payment_help="Payez à l'intendance du collège, par chèque ou en espèces.",
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody who signs in, and why they are in the cast."""

    schema_name: str
    email: str
    first_name: str
    last_name: str
    situation: str
    role: Role | None = None

    @property
    def address(self) -> str:
        """Where they start."""
        return "/console/" if self.role else "/"


FAMILIES = (
    CastMember(
        "d92", "aminata.diallo@exemple.fr", "Aminata", "Diallo", "deux enfants, deux collèges"
    ),
    CastMember("d92", "julie.moreau@exemple.fr", "Julie", "Moreau", "parents séparés : la moitié"),
    CastMember(
        "d92", "thomas.moreau@exemple.fr", "Thomas", "Moreau", "parents séparés : la moitié"
    ),
    CastMember(
        "d92",
        "marie-antoinette.de-la-rochefoucauld-montmorency@exemple.fr",
        "Marie-Antoinette",
        "De La Rochefoucauld-Montmorency",
        "un nom très long, cinq enfants",
    ),
    CastMember("d92", "paul.nouveau@exemple.fr", "Paul", "Nouveau", "aucun enfant rattaché"),
    CastMember("d94", "lan.nguyen@exemple.fr", "Lan", "Nguyen", "bénéficiaire du RSA"),
    CastMember("d94", "marc.petit@exemple.fr", "Marc", "Petit", "prix selon le quotient CAF"),
)
AGENTS = (
    CastMember(
        "d92", "claire.regisseuse@exemple.fr", "Claire", "Dumas", "régisseuse", Role.REGISSEUR
    ),
    CastMember("d92", "karim.lecture@exemple.fr", "Karim", "Benali", "lecture seule", Role.READER),
    CastMember(
        "d92", "sophie.instruction@exemple.fr", "Sophie", "Leroy", "instructrice", Role.INSTRUCTOR
    ),
    CastMember(
        "d92", "nadia.admin@exemple.fr", "Nadia", "Haddad", "administratrice", Role.ADMINISTRATOR
    ),
    CastMember(
        "d92",
        "helene.secretaire@exemple.fr",
        "Hélène",
        "Garnier",
        "secrétaire d'un collège",
        Role.COLLEGE_SECRETARY,
    ),
    CastMember("d94", "paul.regisseur@exemple.fr", "Paul", "Roussel", "régisseur", Role.REGISSEUR),
    CastMember("d94", "ines.lecture@exemple.fr", "Inès", "Faure", "lecture seule", Role.READER),
)
CAST = (*FAMILIES, *AGENTS)


def table(*, port: int, base_domain: str) -> list[tuple[str, str, str]]:
    """The lines the demo prints: who, where, and with which address."""
    slugs = {new.schema_name: new.slug for new in DEPARTEMENTS}
    return [
        (
            f"{member.first_name} {member.last_name} ({member.situation})",
            f"http://{slugs[member.schema_name]}.{base_domain}:{port}{member.address}",
            member.email,
        )
        for member in CAST
    ]
