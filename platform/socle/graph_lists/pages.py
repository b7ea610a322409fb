"""The page of a row, in words: what it says name by name, and the tables under it.

Pictures and comparisons are drawn on the page alone. A row whose page is a task's own has none here.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import graphene

from api.types.acts import ActRow, texts
from console import naming
from console.around import Table
from console.exports import without_markup
from console.readonly import ReadOnlyAdmin
from console.records import Detail
from ui.requests import SignedInRequest

_DRAWN = re.compile(r"<(?:svg|table|div|section|figure|ul|dl)\b")


class ConsoleDetail(graphene.ObjectType):
    """Ce que la page d'une ligne dit : un nom, et sa valeur."""

    name = graphene.String(required=True, description="Le nom.")
    value = graphene.String(description="La valeur, écrite pour être lue ; rien si c'est vide.")


class ConsoleTable(graphene.ObjectType):
    """Un tableau sous une ligne : les lignes d'une facture, les personnes d'un foyer."""

    title = graphene.String(required=True, description="Son titre.")
    heads = texts("Les titres des colonnes.")
    rows = graphene.List(graphene.NonNull(ActRow), required=True, description="Ses lignes.")


class ConsolePage(graphene.ObjectType):
    """La page d'une ligne de la console, en mots ; ce qu'elle dessine n'est que sur la page."""

    title = graphene.String(required=True, description="Comment la console nomme cette ligne.")
    details = graphene.List(
        graphene.NonNull(ConsoleDetail), required=True, description="Ce qu'elle dit, dans l'ordre."
    )
    tables = graphene.List(
        graphene.NonNull(ConsoleTable), required=True, description="Les tableaux en dessous."
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PageNode:
    """The page of a row, for who reads it; each part is made when it is asked for."""

    admin: ReadOnlyAdmin
    request: SignedInRequest
    row: Any

    @property
    def title(self) -> str:
        return naming.name_of(self.row)

    @property
    def details(self) -> list[ConsoleDetail]:
        told = self.admin.details(self.request, self.row)
        return [_detail(one) for one in told if not _DRAWN.search(str(one.value))]

    @property
    def tables(self) -> list[ConsoleTable]:
        return [_table(one) for one in self.admin.around(self.request, self.row)]


def has_page(model_admin: ReadOnlyAdmin) -> bool:
    """Whether a row's page says its fields, rather than lead to a task's own."""
    return type(model_admin).page_of is ReadOnlyAdmin.page_of


def _detail(told: Detail) -> ConsoleDetail:
    return ConsoleDetail(name=told.name, value=without_markup(told.value) or None)


def _table(table: Table) -> ConsoleTable:
    rows = [ActRow(cells=[without_markup(cell.text) for cell in row]) for row in table.rows]
    return ConsoleTable(title=table.title, heads=table.heads, rows=rows)
