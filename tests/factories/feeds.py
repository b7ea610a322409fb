"""Small academic feeds written by hand, and taken the day they are dated."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from commons.actors import Actor
from tenants.people import operations
from tenants.people.aaf.file_names import find_feed
from tenants.people.models import FeedImport

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">\n'
)
KINDS = {"EtabEducNat": "categorieStructure"}
ACTOR = Actor.system("tests")
MOTHER, FATHER = "10$2$1$1$1$1", "11$1$0$2$1$0"
LATER = datetime.date(2024, 11, 4)


def record(category: str, record_id: str, request: str = "addRequest", **attributes: Any) -> str:
    """One record; an attribute given a list has several values, one given None is left out."""
    lines = []
    for name, value in attributes.items():
        if value is None:
            continue
        values = value if isinstance(value, list) else [value]
        inside = "".join(f"<value>{text}</value>" for text in values)
        lines.append(f'<attr name="{name}">{inside}</attr>')
    wrap = {"addRequest": "attributes", "modifyRequest": "modifications"}.get(request)
    if request == "modifyRequest":
        lines = [
            line.replace("<attr ", '<modification operation="replace" ').replace(
                "</attr>", "</modification>"
            )
            for line in lines
        ]
    body = f"<{wrap}>{''.join(lines)}</{wrap}>" if wrap else ""
    kind = KINDS.get(category, "categoriePersonne")
    return (
        f'<{request}><operationalAttributes><attr name="{kind}"><value>{category}</value></attr>'
        f"</operationalAttributes><identifier><id>{record_id}</id></identifier>{body}</{request}>\n"
    )


def school(record_id: str = "700", uai: str = "0921234S", **more: Any) -> str:
    return record(
        "EtabEducNat",
        record_id,
        **{"ENTStructureUAI": uai, "ENTStructureNomCourant": f"Collège {record_id}", **more},
    )


def guardian(record_id: str, **more: Any) -> str:
    given = {"sn": "Diallo", "givenName": f"Parent{record_id}", "ENTPersonVille": "Nanterre"}
    return record("PersRelEleve", record_id, **{**given, **more})


FAMILY = (school(), guardian("10", mail="Awa@exemple.fr"), guardian("11"))


def pupil(record_id: str, links: list[str] | None = None, **more: Any) -> str:
    given = {
        "sn": "Diallo",
        "givenName": f"Enfant{record_id}",
        "ENTPersonDateNaissance": "04/05/2013",
        "ENTElevePersRelEleve": links or [],
        "ENTEleveRegime": "DEMI-PENSIONNAIRE DANS L'ETABLISSEMENT",
        "ENTPersonStructRattach": "700",
        "ENTEleveClasses": "700$6E1",
    }
    return record("Eleve", record_id, **{**given, **more})


def write(
    folder: Path,
    *records: str,
    day: datetime.date = datetime.date(2024, 9, 2),
    variant: str = "Complet",
    name: str = "",
) -> Path:
    """One file with these records, alone in its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"FULL_ENTTEST_{variant}_{day:%Y%m%d}_Eleve_0000.xml")
    path.write_text(f"{HEAD}<ficAlimMENESR>{''.join(records)}</ficAlimMENESR>", encoding="utf-8")
    return folder


def take(folder: Path, **options: Any) -> FeedImport:
    """Take a feed on its day, whatever disappears."""
    day = find_feed([folder]).day
    return operations.import_aaf(
        **{
            "paths": [folder],
            "apply": True,
            "forced": {operations.Force.DISAPPEARING},
            "actor": ACTOR,
            "at": datetime.datetime(day.year, day.month, day.day, 6, tzinfo=datetime.UTC),
            **options,
        }
    )


def became(imported: FeedImport, kind: str = "PUPIL") -> dict[str, int]:
    """What the records of a kind became."""
    return imported.counts["become"].get(kind, {})


def delta(folder: Path, *records: str, day: datetime.date = LATER) -> Path:
    """A delta with these records."""
    return write(folder, *records, day=day, variant="Delta")


def change(record_id: str, category: str = "Eleve", **attributes: Any) -> str:
    """What a delta changes of a record."""
    return record(category, record_id, "modifyRequest", **attributes)


def removal(record_id: str, category: str = "Eleve") -> str:
    """What a delta removes."""
    return record(category, record_id, "deleteRequest")
