"""What partners are paid: runs, statements and their lines, transfers, corrections, disputes.

A statement says the same to an agent and to its partner; who may ask for one is decided at the root.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import graphene
from django.db.models import Q, QuerySet
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.paging import Page, connection, page_of_rows, paged
from api.scalars import Money
from api.types.enumerations import (
    PartnerAnomalyKind,
    PartnerRunState,
    PayoutState,
    ReturnReasonCode,
    StatementDisputeState,
    StatementPaymentState,
)
from federation.passplus.models import PartnerRun as RunRow
from federation.passplus.models import PartnerStatement as StatementRow
from federation.passplus.models import PaymentOrder as OrderRow
from federation.passplus.models import Payout as PayoutRow
from federation.passplus.models import StatementDispute as DisputeRow
from federation.passplus.models import StatementLine as LineRow
from federation.passplus.reimbursing import queries
from federation.passplus.reimbursing.anomalies import Anomaly, anomalies_of
from ui.documents.partner_statements import label_of

ONE_DAY = datetime.timedelta(days=1)
LINES_SHOWN = LIST_LENGTHS["PartnerStatement.lines"]
ODD_SHOWN = LIST_LENGTHS["PartnerRun.anomalies"]


def cents_of(name: str) -> Callable[[Any, GraphQLResolveInfo], int | None]:
    """An amount as the row holds it."""

    def resolve(row: Any, _info: GraphQLResolveInfo) -> int | None:
        found = getattr(getattr(row, "row", row), name)
        return None if found is None else int(found)

    return resolve


def id_of_row(row: Any, _info: GraphQLResolveInfo) -> uuid.UUID:
    """The public identifier of a row."""
    found: uuid.UUID = row.public_id
    return found


class StatementDispute(graphene.ObjectType):
    """Ce qu'un partenaire ne comprend pas d'une ligne, et la réponse."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    partner = graphene.String(required=True, description="Le nom du partenaire.")
    statement = graphene.String(required=True, description="Le numéro du relevé.")
    line = graphene.String(required=True, description="La ligne en cause.")
    text = graphene.String(required=True, description="Ce que le partenaire écrit.")
    state = graphene.Field(StatementDisputeState, required=True, description="L'état.")
    opened_at = graphene.DateTime(required=True, description="Quand il l'a écrit.")
    answer = graphene.String(required=True, description="La réponse ; vide avant.")
    answered_at = graphene.DateTime(description="Quand la réponse a été donnée.")

    resolve_id = staticmethod(id_of_row)

    @staticmethod
    def resolve_partner(dispute: DisputeRow, _info: GraphQLResolveInfo) -> str:
        return dispute.line.statement.partner.name

    @staticmethod
    def resolve_statement(dispute: DisputeRow, _info: GraphQLResolveInfo) -> str:
        return dispute.line.statement.number

    @staticmethod
    def resolve_line(dispute: DisputeRow, _info: GraphQLResolveInfo) -> str:
        return label_of(dispute.line)

    @staticmethod
    def resolve_state(dispute: DisputeRow, _info: GraphQLResolveInfo) -> str:
        return str(dispute.state)


StatementDisputeConnection: Any = connection(StatementDispute, "des contestations de relevés")


class PartnerStatementLine(graphene.ObjectType):
    """Une chose due au partenaire, et comment elle est comptée. Rien n'y est dit du jeune."""

    id = graphene.ID(required=True, description="Son numéro, pour la contester.")
    label = graphene.String(required=True, description="Le ticket, ou ce qui est ajouté.")
    due_at = graphene.DateTime(required=True, description="Quand c'est devenu dû.")
    validated = graphene.Field(Money, required=True, description="Ce qui a été validé.")
    rate = graphene.Decimal(required=True, description="La part versée, en pour cent.")
    cap = graphene.Field(Money, description="Ce qui est versé au plus, s'il y a un plafond.")
    rules = graphene.String(description="Le code des règles ; rien quand tout est versé.")
    paid = graphene.Field(Money, required=True, description="Ce qui est versé.")
    disputes = graphene.List(
        graphene.NonNull(StatementDispute), required=True, description="Ce qui en est contesté."
    )

    resolve_validated = staticmethod(cents_of("gross_cents"))
    resolve_cap = staticmethod(cents_of("cap_cents"))
    resolve_paid = staticmethod(cents_of("due_cents"))

    @staticmethod
    def resolve_id(line: LineRow, _info: GraphQLResolveInfo) -> str:
        return str(line.pk)

    @staticmethod
    def resolve_label(line: LineRow, _info: GraphQLResolveInfo) -> str:
        return label_of(line)

    @staticmethod
    def resolve_rate(line: LineRow, _info: GraphQLResolveInfo) -> Decimal:
        return line.rate

    @staticmethod
    def resolve_rules(line: LineRow, _info: GraphQLResolveInfo) -> str | None:
        return line.rules.code if line.rules else None

    @staticmethod
    def resolve_disputes(line: LineRow, _info: GraphQLResolveInfo) -> list[DisputeRow]:
        return sorted(line.disputes.all(), key=lambda one: -one.pk)


class PartnerPayout(graphene.ObjectType):
    """Un virement à un partenaire."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    reference = graphene.String(required=True, description="La référence de bout en bout.")
    partner = graphene.String(required=True, description="Le nom du partenaire.")
    statement = graphene.String(required=True, description="Le numéro du relevé payé.")
    amount = graphene.Field(Money, required=True, description="Le montant.")
    account_ending = graphene.String(required=True, description="La fin du compte payé.")
    state = graphene.Field(PayoutState, required=True, description="L'état.")
    executes_on = graphene.Date(required=True, description="Le jour demandé à la banque.")
    returned_on = graphene.Date(description="Quand il est revenu, s'il l'est.")
    return_reason = graphene.Field(ReturnReasonCode, description="Pourquoi il est revenu.")
    is_trusted_again = graphene.Boolean(
        required=True, description="Vrai si le compte a été vérifié depuis."
    )

    resolve_id = staticmethod(id_of_row)
    resolve_amount = staticmethod(cents_of("amount_cents"))

    @staticmethod
    def resolve_reference(payout: PayoutRow, _info: GraphQLResolveInfo) -> str:
        return payout.end_to_end_id

    @staticmethod
    def resolve_partner(payout: PayoutRow, _info: GraphQLResolveInfo) -> str:
        return payout.statement.partner.name

    @staticmethod
    def resolve_statement(payout: PayoutRow, _info: GraphQLResolveInfo) -> str:
        return payout.statement.number

    @staticmethod
    def resolve_account_ending(payout: PayoutRow, _info: GraphQLResolveInfo) -> str:
        return payout.iban.ending

    @staticmethod
    def resolve_state(payout: PayoutRow, _info: GraphQLResolveInfo) -> str:
        return str(payout.state)

    @staticmethod
    def resolve_executes_on(payout: PayoutRow, _info: GraphQLResolveInfo) -> datetime.date:
        return payout.order.executes_on

    @staticmethod
    def resolve_return_reason(payout: PayoutRow, _info: GraphQLResolveInfo) -> str | None:
        return payout.return_reason or None

    @staticmethod
    def resolve_is_trusted_again(payout: PayoutRow, _info: GraphQLResolveInfo) -> bool:
        return payout.trusted_at is not None


PartnerPayoutConnection: Any = connection(PartnerPayout, "des virements à des partenaires")


@dataclasses.dataclass(frozen=True, slots=True)
class StatementNode:
    """A statement, with its latest transfer."""

    row: StatementRow
    payout: PayoutRow | None

    @property
    def public_id(self) -> uuid.UUID:
        return self.row.public_id


class PartnerStatement(graphene.ObjectType):
    """Le relevé d'un partenaire : ce qu'il a validé, et ce qui lui est versé."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    number = graphene.String(required=True, description="Son numéro ; vide avant l'approbation.")
    partner = graphene.String(required=True, description="Le nom du partenaire.")
    since = graphene.Date(required=True, description="Le premier jour.")
    last_day = graphene.Date(required=True, description="Le dernier jour, compris.")
    issued_at = graphene.DateTime(description="Quand il a été émis.")
    validated = graphene.Field(Money, required=True, description="Ce qui a été validé.")
    kept = graphene.Field(Money, required=True, description="La part du Département.")
    withheld = graphene.Field(Money, required=True, description="Le trop-payé retenu.")
    due = graphene.Field(Money, required=True, description="Ce qui est à verser.")
    payment = graphene.Field(
        StatementPaymentState, required=True, description="Où en est son paiement."
    )
    payout = graphene.Field(PartnerPayout, description="Son dernier virement, s'il y en a un.")
    lines = graphene.List(
        graphene.NonNull(PartnerStatementLine),
        required=True,
        after_line=graphene.Argument(
            graphene.ID, description="La dernière ligne déjà lue, pour lire les suivantes."
        ),
        description="Ses lignes, vingt-cinq à la fois, les plus anciennes d'abord.",
    )

    resolve_id = staticmethod(id_of_row)
    resolve_validated = staticmethod(cents_of("gross_cents"))
    resolve_kept = staticmethod(cents_of("kept_cents"))
    resolve_withheld = staticmethod(cents_of("withheld_cents"))
    resolve_due = staticmethod(cents_of("due_cents"))

    @staticmethod
    def resolve_number(node: StatementNode, _info: GraphQLResolveInfo) -> str:
        return node.row.number

    @staticmethod
    def resolve_partner(node: StatementNode, _info: GraphQLResolveInfo) -> str:
        return node.row.partner.name

    @staticmethod
    def resolve_since(node: StatementNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.row.run.since

    @staticmethod
    def resolve_last_day(node: StatementNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.row.run.until - ONE_DAY

    @staticmethod
    def resolve_issued_at(
        node: StatementNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.issued_at

    @staticmethod
    def resolve_payment(node: StatementNode, _info: GraphQLResolveInfo) -> str:
        return str(queries.standing_of_payment(node.row, node.payout))

    @staticmethod
    def resolve_lines(
        node: StatementNode, _info: GraphQLResolveInfo, after_line: str | None = None
    ) -> list[LineRow]:
        lines = queries.lines_of(node.row)
        if after_line is not None:
            last = queries.line_of(node.row, after_line)
            lines = lines.filter(Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk))
        return list(lines[:LINES_SHOWN])


PartnerStatementConnection: Any = connection(PartnerStatement, "des relevés de partenaires")


def statement_nodes(rows: Sequence[StatementRow]) -> list[StatementNode]:
    """Statements, their transfers read together."""
    paid = queries.latest_payouts(rows)
    return [StatementNode(row, paid.get(row.pk)) for row in rows]


def statements_page(
    rows: QuerySet[StatementRow], *, order: tuple[str, ...], first: int | None, after: str | None
) -> Page:
    """A page of statements."""
    page = page_of_rows(rows, order=order, first=first, after=after)
    return dataclasses.replace(page, nodes=statement_nodes(page.nodes))


class PaymentOrder(graphene.ObjectType):
    """L'ordre de virement d'un paiement. Son fichier se prend dans la console."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    message = graphene.String(required=True, description="Comment la banque le nomme.")
    executes_on = graphene.Date(required=True, description="Le jour demandé.")
    transfers = graphene.Int(required=True, description="Combien de virements.")
    total = graphene.Field(Money, required=True, description="Leur montant.")
    digest = graphene.String(required=True, description="L'empreinte de son fichier.")

    resolve_id = staticmethod(id_of_row)
    resolve_total = staticmethod(cents_of("total_cents"))

    @staticmethod
    def resolve_message(order: OrderRow, _info: GraphQLResolveInfo) -> str:
        return order.message_id

    @staticmethod
    def resolve_transfers(order: OrderRow, _info: GraphQLResolveInfo) -> int:
        return order.transfers_count


class PartnerAnomaly(graphene.ObjectType):
    """Ce qui est inhabituel dans un paiement. Rien n'est arrêté : une personne décide."""

    kind = graphene.Field(PartnerAnomalyKind, required=True, description="Ce qui est inhabituel.")
    partner = graphene.String(required=True, description="Le nom du partenaire.")
    amount = graphene.Field(Money, required=True, description="Ce qui serait versé.")

    resolve_amount = staticmethod(cents_of("cents"))

    @staticmethod
    def resolve_kind(anomaly: Anomaly, _info: GraphQLResolveInfo) -> str:
        return str(anomaly.kind)

    @staticmethod
    def resolve_partner(anomaly: Anomaly, _info: GraphQLResolveInfo) -> str:
        return anomaly.partner.name


class PartnerRun(graphene.ObjectType):
    """Ce que les partenaires ont validé sur une période, payé ensemble, à deux personnes."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(PartnerRunState, required=True, description="L'état.")
    since = graphene.Date(required=True, description="Le premier jour.")
    last_day = graphene.Date(required=True, description="Le dernier jour, compris.")
    prepared_at = graphene.DateTime(required=True, description="Quand il a été préparé.")
    is_own = graphene.Boolean(
        required=True, description="Vrai si qui demande l'a préparé : un autre l'approuve."
    )
    decided_at = graphene.DateTime(description="Quand il a été décidé.")
    answer = graphene.String(required=True, description="Pourquoi il est refusé ; vide sinon.")
    partners = graphene.Int(required=True, description="Combien de partenaires.")
    entries = graphene.Int(required=True, description="Combien de tickets et d'ajouts.")
    validated = graphene.Field(Money, required=True, description="Ce qui a été validé.")
    kept = graphene.Field(Money, required=True, description="La part du Département.")
    withheld = graphene.Field(Money, required=True, description="Le trop-payé retenu.")
    due = graphene.Field(Money, required=True, description="Ce qui est à verser.")
    anomalies = graphene.List(
        graphene.NonNull(PartnerAnomaly),
        required=True,
        description="Ce qui est inhabituel, tant qu'il est à approuver.",
    )
    order = graphene.Field(PaymentOrder, description="Son ordre de virement, une fois approuvé.")
    statements = paged(PartnerStatementConnection, "Ses relevés, le plus à payer d'abord.")

    @staticmethod
    def resolve_id(node: queries.RunRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.public_id

    @staticmethod
    def resolve_state(node: queries.RunRow, _info: GraphQLResolveInfo) -> str:
        return str(node.run.state)

    @staticmethod
    def resolve_since(node: queries.RunRow, _info: GraphQLResolveInfo) -> datetime.date:
        return node.run.since

    @staticmethod
    def resolve_last_day(node: queries.RunRow, _info: GraphQLResolveInfo) -> datetime.date:
        return node.run.until - ONE_DAY

    @staticmethod
    def resolve_prepared_at(node: queries.RunRow, _info: GraphQLResolveInfo) -> datetime.datetime:
        return node.run.asked_at

    @staticmethod
    def resolve_is_own(node: queries.RunRow, info: GraphQLResolveInfo) -> bool:
        return bool(node.run.asked_by == str(info.context.require_user().public_id))

    @staticmethod
    def resolve_decided_at(
        node: queries.RunRow, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.run.decided_at

    @staticmethod
    def resolve_answer(node: queries.RunRow, _info: GraphQLResolveInfo) -> str:
        return node.run.answer

    @staticmethod
    def resolve_partners(node: queries.RunRow, _info: GraphQLResolveInfo) -> int:
        return node.totals.partners

    @staticmethod
    def resolve_entries(node: queries.RunRow, _info: GraphQLResolveInfo) -> int:
        return node.totals.lines

    @staticmethod
    def resolve_validated(node: queries.RunRow, _info: GraphQLResolveInfo) -> int:
        return node.totals.gross_cents

    @staticmethod
    def resolve_kept(node: queries.RunRow, _info: GraphQLResolveInfo) -> int:
        return node.totals.kept_cents

    @staticmethod
    def resolve_withheld(node: queries.RunRow, _info: GraphQLResolveInfo) -> int:
        return node.totals.withheld_cents

    @staticmethod
    def resolve_due(node: queries.RunRow, _info: GraphQLResolveInfo) -> int:
        return node.totals.due_cents

    @staticmethod
    def resolve_anomalies(node: queries.RunRow, _info: GraphQLResolveInfo) -> list[Anomaly]:
        if node.run.state != RunRow.State.PREPARED:
            return []
        return anomalies_of(node.run)[:ODD_SHOWN]

    @staticmethod
    def resolve_order(node: queries.RunRow, _info: GraphQLResolveInfo) -> OrderRow | None:
        return queries.order_of(node.run)

    @staticmethod
    def resolve_statements(
        node: queries.RunRow, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = queries.statements_of_run(node.run)
        return statements_page(rows, order=("-due_cents", "pk"), first=first, after=after)


PartnerRunConnection: Any = connection(PartnerRun, "des paiements de partenaires")


def runs_page(*, first: int | None, after: str | None) -> Page:
    """A page of the runs, the latest first."""
    page = page_of_rows(queries.every_run(), order=("-asked_at", "-pk"), first=first, after=after)
    return dataclasses.replace(page, nodes=queries.run_rows(page.nodes))


def run_node(run: RunRow) -> queries.RunRow:
    """One run by itself."""
    return queries.run_rows([run])[0]
