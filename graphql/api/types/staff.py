"""What agents read: billing runs, and imports of the academic feed."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.loaders import Runs
from api.paging import Page, connection
from api.scalars import Money
from api.types.enumerations import AnomalySeverity, BillingRunState, FeedImportState
from billing.invoicing.models import Anomaly as AnomalyRow
from billing.invoicing.models import BillingRun as RunRow
from tenants.people.models import FeedImport as FeedRow


class Count(graphene.ObjectType):
    """Un décompte : un nom, et combien."""

    name = graphene.String(required=True, description="Ce qui est compté.")
    value = graphene.Int(required=True, description="Combien.")


class Anomaly(graphene.ObjectType):
    """Quelque chose d'étrange dans une facturation."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    code = graphene.String(required=True, description="Le nom de l'anomalie.")
    severity = graphene.Field(AnomalySeverity, required=True, description="La gravité.")
    answer = graphene.String(required=True, description="La réponse donnée, ou un texte vide.")
    is_answered = graphene.Boolean(required=True, description="Vrai si une réponse est donnée.")

    @staticmethod
    def resolve_id(anomaly: AnomalyRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return anomaly.public_id

    @staticmethod
    def resolve_is_answered(anomaly: AnomalyRow, _info: GraphQLResolveInfo) -> bool:
        return anomaly.answered_at is not None


@dataclasses.dataclass(frozen=True, slots=True)
class RunNode:
    """A billing run, in the batch it was read with."""

    run: RunRow
    batch: Runs

    @property
    def public_id(self) -> uuid.UUID:
        return self.run.public_id


class BillingRun(graphene.ObjectType):
    """La facturation d'un mois par une régie."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    regie_name = graphene.String(required=True, description="Le nom de la régie.")
    month = graphene.Date(required=True, description="Le mois, par son premier jour.")
    state = graphene.Field(BillingRunState, required=True, description="L'état.")
    invoices = graphene.Int(required=True, description="Le nombre de factures calculées.")
    total = graphene.Field(Money, required=True, description="Le total calculé.")
    is_correction = graphene.Boolean(
        required=True, description="Vrai pour la régularisation d'un mois déjà émis."
    )
    credit_notes = graphene.Int(required=True, description="Le nombre d'avoirs calculés.")
    credited = graphene.Field(Money, required=True, description="Ce que ces avoirs rendent.")
    prepared_at = graphene.DateTime(required=True, description="Quand elle a été préparée.")
    issued_at = graphene.DateTime(description="Quand elle a été émise.")
    anomalies = graphene.List(
        graphene.NonNull(Anomaly),
        required=True,
        description="Les anomalies sans réponse d'abord, cent au plus.",
    )

    @staticmethod
    def resolve_id(node: RunNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.run.public_id

    @staticmethod
    def resolve_regie_name(node: RunNode, _info: GraphQLResolveInfo) -> str:
        return node.run.regie.name

    @staticmethod
    def resolve_month(node: RunNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.run.month

    @staticmethod
    def resolve_state(node: RunNode, _info: GraphQLResolveInfo) -> str:
        return node.run.state

    @staticmethod
    def resolve_invoices(node: RunNode, _info: GraphQLResolveInfo) -> int:
        return int(node.run.counts.get("invoices", 0))

    @staticmethod
    def resolve_total(node: RunNode, _info: GraphQLResolveInfo) -> int:
        return int(node.run.counts.get("total_cents", 0))

    @staticmethod
    def resolve_is_correction(node: RunNode, _info: GraphQLResolveInfo) -> bool:
        return node.run.corrects_id is not None

    @staticmethod
    def resolve_credit_notes(node: RunNode, _info: GraphQLResolveInfo) -> int:
        return int(node.run.counts.get("credits", 0))

    @staticmethod
    def resolve_credited(node: RunNode, _info: GraphQLResolveInfo) -> int:
        return int(node.run.counts.get("credit_cents", 0))

    @staticmethod
    def resolve_prepared_at(node: RunNode, _info: GraphQLResolveInfo) -> datetime.datetime:
        return node.run.prepared_at

    @staticmethod
    def resolve_issued_at(node: RunNode, _info: GraphQLResolveInfo) -> datetime.datetime | None:
        return node.run.issued_at

    @staticmethod
    def resolve_anomalies(node: RunNode, _info: GraphQLResolveInfo) -> list[AnomalyRow]:
        return node.batch.anomalies.get(node.run.pk, [])


BillingRunConnection: Any = connection(BillingRun, "des facturations")


def runs_page(page: Page) -> Page:
    """The same page, its runs sharing a batch."""
    batch = Runs([run.pk for run in page.nodes])
    return dataclasses.replace(page, nodes=[RunNode(run, batch) for run in page.nodes])


def run_node(run: RunRow) -> RunNode:
    """One run alone."""
    return RunNode(run, Runs([run.pk]))


class FeedImport(graphene.ObjectType):
    """Une lecture de l'annuaire académique : un essai à blanc, ou ce qui a été fait."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.String(required=True, description="Le type d'annuaire, par exemple AAF.")
    state = graphene.Field(FeedImportState, required=True, description="L'état.")
    file_names = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="Les fichiers lus."
    )
    counts = graphene.List(
        graphene.NonNull(Count), required=True, description="Ce que les lignes sont devenues."
    )
    started_at = graphene.DateTime(required=True, description="Quand la lecture a commencé.")
    ended_at = graphene.DateTime(required=True, description="Quand elle a fini.")

    @staticmethod
    def resolve_id(feed: FeedRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return feed.public_id

    @staticmethod
    def resolve_counts(feed: FeedRow, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        return list(_flat(feed.counts))


def _flat(counts: Mapping[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    """Counts within counts, as names with dots."""
    flat: list[dict[str, Any]] = []
    for name, value in sorted(counts.items()):
        if isinstance(value, Mapping):
            flat += _flat(value, f"{prefix}{name}.")
        elif isinstance(value, int) and not isinstance(value, bool):
            flat.append({"name": f"{prefix}{name}", "value": value})
    return flat


FeedImportConnection: Any = connection(FeedImport, "des imports d'annuaire")
