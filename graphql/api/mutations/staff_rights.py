"""What agents do on requests of rights: take, put back, decide, ask for a document, refuse."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.mutations.family_rights import RightsRequestInput, value_of
from api.scalars import Cents, public_id
from api.types.enumerations import ProofKind, QuotientBasis
from api.types.rights import RightsRequest, request_node
from billing.rights import operations
from billing.rights.access import access_request_to_decide
from billing.rights.models import RightsRequest as RequestRow
from tenants.accounts.capabilities import Capability


class RightsWordsInput(graphene.InputObjectType):
    """Une demande, et ce que la famille lira."""

    request_id = graphene.ID(required=True, description="La demande (UUID).")
    words = graphene.String(required=True, description="Pourquoi, en une ou deux phrases.")


class RightsFiguresInput(graphene.InputObjectType):
    """Ce que dit une pièce. Le tarif dit à partir de quand cela compte."""

    request_id = graphene.ID(required=True, description="La demande (UUID).")
    proof_kind = graphene.Field(ProofKind, required=True, description="La pièce vue.")
    basis = graphene.Field(QuotientBasis, description="De quel quotient il s'agit.")
    quotient = graphene.Decimal(description="Le quotient, s'il est écrit, en euros par mois.")
    reference_tax_income_cents = Cents(description="Le revenu fiscal de référence, de l'année.")
    tax_parts = graphene.Decimal(description="Le nombre de parts.")
    children = graphene.Int(description="Les enfants du foyer, si le tarif les compte.")
    statuses = graphene.List(
        graphene.NonNull(graphene.String), description="Les situations que la pièce prouve."
    )
    proof_dated_on = graphene.Date(description="Le jour de la pièce, si le tarif borne son âge.")
    note = graphene.String(description="Une note sur la pièce, pour les agents.")


def _acts_on(
    name: str,
    what: str,
    input_type: type[graphene.InputObjectType],
    act: Callable[..., RequestRow],
) -> type[OperationMutation]:
    """A mutation of agents on one request: the operation takes what the input says."""

    def perform(_cls: Any, context: Context, *, request_id: str, **said: Any) -> dict[str, Any]:
        found = access_request_to_decide(context.require_user(), public_id(request_id))
        done = act(request=found, actor=context.actor, at=context.at, **said)
        return {"rights_request": request_node(done)}

    members = {
        "__doc__": what,
        "Meta": type("Meta", (), {"rule": rules.needs(Capability.DECIDE_PRICES)}),
        "Arguments": type(
            "Arguments", (), {"input": input_type(required=True, description="Ce qui est demandé.")}
        ),
        "about": {"NOT_FOUND": "request_id", "RIGHTS_WORDS_MISSING": "words"},
        "rights_request": graphene.Field(RightsRequest, description="La demande."),
        "perform": classmethod(perform),
    }
    return type(name, (OperationMutation,), members)


def _decide(  # noqa: PLR0913  one argument per figure
    *,
    request: RequestRow,
    proof_kind: Any,
    basis: Any = None,
    quotient: Decimal | None = None,
    reference_tax_income_cents: int | None = None,
    tax_parts: Decimal | None = None,
    children: int | None = None,
    statuses: list[str] | None = None,
    proof_dated_on: datetime.date | None = None,
    note: str | None = None,
    **acting: Any,
) -> RequestRow:
    figures = operations.Figures(
        proof_kind=value_of(proof_kind),
        basis=value_of(basis) if basis is not None else "",
        quotient=quotient,
        reference_tax_income_cents=reference_tax_income_cents,
        tax_parts=tax_parts,
        children=children,
        statuses=tuple(statuses or ()),
        dated_on=proof_dated_on,
        note=(note or "")[:200],
    )
    return operations.decide_request(request=request, figures=figures, **acting)


TakeRightsRequest = _acts_on(
    "TakeRightsRequest", "Have a request for oneself.", RightsRequestInput, operations.take_request
)
ReleaseRightsRequest = _acts_on(
    "ReleaseRightsRequest", "Put a request back.", RightsRequestInput, operations.release_request
)
DecideRightsRequest = _acts_on(
    "DecideRightsRequest", "Decide with what was read.", RightsFiguresInput, _decide
)
AskRightsDocument = _acts_on(
    "AskRightsDocument", "Ask for another document.", RightsWordsInput, operations.ask_document
)
RefuseRightsRequest = _acts_on(
    "RefuseRightsRequest", "Refuse, with words.", RightsWordsInput, operations.refuse_request
)
