"""Small academic feeds written by hand, for tests of the import."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">\n'
)
KINDS = {"EtabEducNat": "categorieStructure"}


def record(category: str, record_id: str, request: str = "addRequest", **attributes: Any) -> str:
    """One record; an attribute given a list has several values."""
    lines = []
    for name, value in attributes.items():
        values = value if isinstance(value, list) else [value]
        inside = "".join(f"<value>{text}</value>" for text in values)
        lines.append(f'<attr name="{name}">{inside}</attr>')
    wrap = {"addRequest": "attributes", "modifyRequest": "modifications"}.get(request)
    body = f"<{wrap}>{''.join(lines)}</{wrap}>" if wrap else ""
    kind = KINDS.get(category, "categoriePersonne")
    return (
        f'<{request}><operationalAttributes><attr name="{kind}"><value>{category}</value></attr>'
        f"</operationalAttributes><identifier><id>{record_id}</id></identifier>{body}</{request}>\n"
    )


def school(record_id: str = "700", uai: str = "0921234F", **more: Any) -> str:
    return record(
        "EtabEducNat",
        record_id,
        **{"ENTStructureUAI": uai, "ENTStructureNomCourant": f"Collège {record_id}", **more},
    )


def guardian(record_id: str, **more: Any) -> str:
    given = {"sn": "Diallo", "givenName": f"Parent{record_id}", "ENTPersonVille": "Nanterre"}
    return record("PersRelEleve", record_id, **{**given, **more})


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
