"""The people of the demo and of the tests: one per situation (shared UX: "Who")."""

from __future__ import annotations

import dataclasses

from django.utils import timezone

from commons.school_calendar import school_year_of
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
    NewDepartement(
        code="77",
        name="Seine-et-Marne",
        slug="seine-et-marne",
        primary_color="#6d5610",
        accent_color="#1f6f6b",
        emblem="fields",
        contact_phone="01 99 00 77 00",  # 01 99 00 is kept for fiction (Arcep, plan de numérotation)
        contact_email="cantine@seine-et-marne.exemple.fr",
        payment_help="Payez par chèque à l'ordre de la régie de restauration.",
    ),
    NewDepartement(
        code="78",
        name="Yvelines",
        slug="yvelines",
        primary_color="#3f5f1a",
        accent_color="#a2543a",
        emblem="grove",
        contact_phone="01 99 00 78 00",
        contact_email="cantine@yvelines.exemple.fr",
        payment_help="Payez par chèque à l'ordre de la régie de restauration.",
    ),
    NewDepartement(
        code="91",
        name="Essonne",
        slug="essonne",
        primary_color="#0b5f78",
        accent_color="#b0560a",
        emblem="valley",
        contact_phone="01 99 00 91 00",
        contact_email="cantine@essonne.exemple.fr",
        payment_help="Payez à l'intendance du collège, par chèque ou en espèces.",
    ),
    NewDepartement(
        code="93",
        name="Seine-Saint-Denis",
        slug="seine-saint-denis",
        primary_color="#7a2d6e",
        accent_color="#0f766e",
        emblem="canal",
        contact_phone="01 99 00 93 00",
        contact_email="cantine@seine-saint-denis.exemple.fr",
        payment_help="Payez à l'intendance du collège, par chèque ou en espèces.",
    ),
    NewDepartement(
        code="95",
        name="Val-d'Oise",
        slug="val-d-oise",
        primary_color="#8f3519",
        accent_color="#3f5aa6",
        emblem="bridge",
        contact_phone="01 99 00 95 00",
        contact_email="cantine@val-d-oise.exemple.fr",
        payment_help="Payez à l'intendance du collège, par chèque ou en espèces.",
    ),
)
# Seeded whole: sixty families, every month since September, every situation. The others have about
# twenty families and their latest month, so that seven start in the time two would take.
WHOLE = frozenset({"d92", "d94"})


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
    # One person, an account in each: nothing of one département is known in the other. She may link them.
    CastMember(
        "d92",
        "elise.lambert@exemple.fr",
        "Élise",
        "Lambert",
        "un enfant dans le 78 : portails à relier",
    ),
    CastMember(
        "d78",
        "elise.lambert@exemple.fr",
        "Élise",
        "Lambert",
        "un enfant dans le 92 : portails à relier",
    ),
    CastMember("d94", "lan.nguyen@exemple.fr", "Lan", "Nguyen", "bénéficiaire du RSA"),
    CastMember("d94", "marc.petit@exemple.fr", "Marc", "Petit", "prix selon le quotient CAF"),
    CastMember("d77", "sandrine.morvan@exemple.fr", "Sandrine", "Morvan", "deux enfants"),
    CastMember("d91", "karine.dacosta@exemple.fr", "Karine", "Da Costa", "aucune pièce donnée"),
    CastMember("d93", "yasmine.belhadj@exemple.fr", "Yasmine", "Belhadj", "trois enfants"),
    CastMember("d95", "stephane.guillou@exemple.fr", "Stéphane", "Guillou", "prix maximum choisi"),
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
    *(
        CastMember(schema_name, email, first_name, last_name, situation, Role.ADMINISTRATOR)
        for schema_name, email, first_name, last_name, situation in (
            ("d77", "gilles.admin@exemple.fr", "Gilles", "Perrot", "administrateur"),
            ("d78", "laurence.admin@exemple.fr", "Laurence", "Vasseur", "administratrice"),
            ("d91", "olivier.admin@exemple.fr", "Olivier", "Renou", "administrateur"),
            ("d93", "myriam.admin@exemple.fr", "Myriam", "Oukil", "administratrice"),
            ("d95", "brigitte.admin@exemple.fr", "Brigitte", "Naudin", "administratrice"),
        )
    ),
)
CAST = (*FAMILIES, *AGENTS)


@dataclasses.dataclass(frozen=True, slots=True)
class OnPaper:
    """Somebody whom e-mail does not reach: a pupil with an account, or a parent with a letter."""

    schema_name: str
    first_name: str
    last_name: str
    situation: str
    page: str
    tells: str  # what they sign in with; `{born}` is the year a child of theirs was born


LOGIN = "chloe.moreau.472"
CODE = "CDFG-HJKM-34PR"
PUPIL = OnPaper("d92", "Chloé", "Moreau", "élève, ses parents sont séparés", "/", LOGIN)
LETTER = OnPaper(
    "d92",
    "Charles-Édouard",
    "De La Rochefoucauld-Montmorency",
    "une lettre, pas d'adresse électronique",
    "/premiere-connexion/",
    f"code {CODE}, enfant né le 08/04/{{born}}",
)
ON_PAPER = (PUPIL, LETTER)


@dataclasses.dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the working group, who signs in on the public host."""

    email: str
    first_name: str
    last_name: str
    situation: str
    role: str
    code: str


WORKGROUP = (
    Colleague(
        "nadia.bensaid@exemple.fr", "Nadia", "Bensaïd",
        "groupe de travail, responsable", "EDITOR", "92",
    ),
    Colleague(
        "yann.kermarec@exemple.fr", "Yann", "Kermarec", "groupe de travail, membre", "MEMBER", "94"
    ),
)  # fmt: skip


def table(*, port: int, base_domain: str) -> list[tuple[str, str, str]]:
    """The lines the demo prints: who, where, and with which address."""
    slugs = {new.schema_name: new.slug for new in DEPARTEMENTS}
    born = school_year_of(timezone.localdate()).start_year - 13  # see `feed`
    return (
        [
            (
                f"{member.first_name} {member.last_name} ({member.situation})",
                f"http://{slugs[member.schema_name]}.{base_domain}:{port}{member.address}",
                member.email,
            )
            for member in CAST
        ]
        + [
            (
                f"{one.first_name} {one.last_name} ({one.situation})",
                f"http://socle.{base_domain}:{port}/observatoire/connexion/",
                one.email,
            )
            for one in WORKGROUP
        ]
        + [
            (
                f"{one.first_name} {one.last_name} ({one.situation})",
                f"http://{slugs[one.schema_name]}.{base_domain}:{port}{one.page}",
                one.tells.format(born=born),
            )
            for one in ON_PAPER
        ]
    )
