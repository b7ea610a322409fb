"""The GraphQL schema of a département's host, and its text (SDL), committed beside this package.

`graphql/schema.graphql` is what integrators read; a test fails when it no longer says what the code
says, and `socle graphql schema` writes it again.
"""

from __future__ import annotations

from pathlib import Path

import graphene

from api.mutations.contest_price import ContestPrice
from api.mutations.dispute_invoice_line import DisputeInvoiceLine
from api.mutations.enrol_in_canteen import EnrolInCanteen
from api.mutations.pay_invoices import LeavePayment, PayInvoices, ResumePayment
from api.queries import Query

SDL_PATH = Path(__file__).resolve().parents[1] / "schema.graphql"


class Mutation(graphene.ObjectType):
    """Ce qui peut être fait."""

    contest_price = ContestPrice.Field(
        required=True, description="Contester le prix d'un enfant à soi."
    )
    dispute_invoice_line = DisputeInvoiceLine.Field(
        required=True, description="Signaler une erreur sur une ligne d'une de ses factures."
    )
    enrol_in_canteen = EnrolInCanteen.Field(
        required=True, description="Inscrire un enfant à la cantine, et décider son prix."
    )
    pay_invoices = PayInvoices.Field(
        required=True, description="Commencer à payer des factures, sur la page du prestataire."
    )
    resume_payment = ResumePayment.Field(
        required=True, description="Demander où en est un paiement, et sa page s'il n'en a pas."
    )
    leave_payment = LeavePayment.Field(
        required=True, description="Abandonner un paiement, s'il n'a pas été payé entre-temps."
    )


schema = graphene.Schema(query=Query, mutation=Mutation)


def sdl() -> str:
    """The schema as text."""
    return f"{str(schema).strip()}\n"
