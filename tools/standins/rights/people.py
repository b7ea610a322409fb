"""The people it answers about, and the published cases."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
Params = dict[str, list[str]]
_QUOTIENT, _SCHOOLING = "quotient_familial", "scolarites"
# Which folder of cases is about which endpoint and version.
_FOLDERS = {
    "api_particulier_v3_cnav_quotient_familial_with_civility": ("v3", _QUOTIENT),
    "api_particulier_v3_men_scolarites_with_civility": ("v3", _SCHOOLING),
    "api_particulier_v4_men_scolarites_with_civility": ("v4", _SCHOOLING),
}
# What a client may add to a case without making it another.
_OF_THE_CALL = {"recipient", "delegation_id", "nomUsage"}


def plain(text: str) -> str:
    """A name without accents, case or marks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]+", " ", decomposed.encode("ascii", "ignore").decode()).strip()


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """An adult: who they are, and what the CAF and the tax office know of them."""

    birth_name: str
    first_name: str
    sex: str
    birth_date: str
    tax_number: str
    provider: str = "CNAF"
    quotient: int | None = None
    income: int | None = None
    parts: float | None = None
    children: tuple[Json, ...] = ()

    @classmethod
    def read(cls, text: str) -> Person:
        """From what is given on the command line."""
        said = json.loads(text)
        return cls(**said | {"children": tuple(said.get("children", ()))})

    def is_asked(self, params: Params) -> bool:
        """Whether a request of API Particulier is about this person."""
        year, month, day = self.birth_date.split("-")
        born = [
            (params.get("anneeDateNaissance"), year),
            (params.get("moisDateNaissance"), month),
            (params.get("jourDateNaissance"), day),
        ]
        return (
            plain(params["nomNaissance"][0]) == plain(self.birth_name)
            and plain(params["prenoms[]"][0]) == plain(self.first_name)
            and params["sexeEtatCivil"] == [self.sex]
            and all(given is None or int(given[0]) == int(known) for given, known in born)
        )

    def quotient_reply(self, today: datetime.date) -> Json:
        """As the OpenAPI file has it."""
        who = {
            "nom_naissance": self.birth_name.upper(), "nom_usage": None,
            "prenoms": self.first_name.upper(), "date_naissance": self.birth_date, "sexe": self.sex,
        }  # fmt: skip
        children = [
            {"nom_naissance": child["name"].upper(), "prenoms": child["first_name"].upper(),
             "date_naissance": child["birth_date"], "sexe": child.get("sex", "F")}
            for child in self.children
        ]  # fmt: skip
        address = {
            "destinataire": who["prenoms"], "complement_information": None,
            "complement_information_geographique": None, "numero_libelle_voie": None,
            "lieu_dit": None, "code_postal_ville": None, "pays": "FRANCE",
        }  # fmt: skip
        quotient = {
            "fournisseur": self.provider, "valeur": self.quotient, "annee": today.year,
            "mois": today.month, "annee_calcul": today.year, "mois_calcul": today.month,
        }  # fmt: skip
        data = {
            "allocataires": [who], "enfants": children, "adresse": address,
            "quotient_familial": quotient,
        }  # fmt: skip
        return {"data": data, "links": {}, "meta": {}}

    def income_reply(self) -> Json:
        """As the Swagger has it: a part of what it may say."""
        year, month, day = self.birth_date.split("-")
        return {
            "rfr": self.income, "sitFam": "C", "nbPart": self.parts,
            "pac": {"nbPac": len(self.children)}, "nmNaiDec1": self.birth_name.upper(),
            "prnmDec1": self.first_name.upper(),
            "dateNaisDec1": {"jour": day, "mois": month, "annee": year},
        }  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """A published case: what it is asked with, and what it answers."""

    version: str
    endpoint: str
    params: dict[str, frozenset[str]]
    status: int
    payload: str
    name: str


def published(folder: Path) -> list[Case]:
    """DINUM's cases of the endpoints that are spoken here, the most precise first."""
    found = []
    for name, (version, endpoint) in _FOLDERS.items():
        for path in sorted((folder / "payloads" / name).glob("*.y*ml")):
            said = yaml.safe_load(path.read_text(encoding="utf-8"))
            found.append(
                Case(
                    version=version, endpoint=endpoint, params=_params(said["params"]),
                    status=int(said["status"]), payload=said["payload"], name=f"{name}/{path.name}",
                )
            )  # fmt: skip
    return sorted(found, key=lambda case: -sum(map(len, case.params.values())))


def _params(said: Json) -> dict[str, frozenset[str]]:
    return {
        ("prenoms[]" if name == "prenoms" else name): frozenset(
            map(_value, value if isinstance(value, list) else [value])
        )
        for name, value in said.items()
    }


def _value(value: object) -> str:
    text = str(value).strip()
    return str(int(text)) if text.isdecimal() and len(text) <= 2 else text


def matching(cases: Sequence[Case], version: str, endpoint: str, params: Params) -> Case | None:
    """The case that a request asks: the most precise of those it says everything of."""
    asked = {
        name: frozenset(map(_value, values))
        for name, values in params.items()
        if name not in _OF_THE_CALL
    }
    of_endpoint = [one for one in cases if (one.version, one.endpoint) == (version, endpoint)]
    exact = (case for case in of_endpoint if case.params == asked)
    partial = (
        case
        for case in of_endpoint
        if all(asked.get(name) == values for name, values in case.params.items())
    )
    return next(exact, None) or next(partial, None)
