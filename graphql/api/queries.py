"""The root of what can be read. Each field declares who may ask for it (`api.rules`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.announcement_queries import AnnouncementQuery
from api.limits import LIST_LENGTHS
from api.loaders import Bills
from api.machine_queries import MachineQuery
from api.message_queries import MessageQuery
from api.own_queries import OwnQuery
from api.paging import Page, id_of, page_of_rows, paged
from api.partner_queries import PartnerQuery
from api.pass_queries import PassQuery
from api.scalars import public_id
from api.school_record_queries import SchoolRecordsQuery
from api.types.acting import AgentAccess
from api.types.contests import PriceContest
from api.types.departement import Departement
from api.types.enumerations import (
    MealService,
    RightsState,
    UsageProfile,
    UsageWindow,
)
from api.types.identities import LinkRequestConnection
from api.types.invoices import Invoice, InvoiceNode
from api.types.jobs import Job
from api.types.payments import Payment, PaymentNode, payment_node
from api.types.people import Child, ChildNode, Viewer, child_nodes
from api.types.prices import SimulatedHousehold, SimulatedPrice
from api.types.rights import (
    RequestNode,
    RightsRequest,
    RightsRequestConnection,
    request_node,
    requests_page,
)
from api.types.shared_services import Service
from api.types.staff import (
    BillingRun,
    BillingRunConnection,
    FeedImport,
    FeedImportConnection,
    RunNode,
    run_node,
    runs_page,
)
from api.types.tariffs import ScheduleDraft, TariffSimulation, simulation_node
from api.types.usage import Usage, UsageNode, usage_node
from billing.invoicing import queries as invoicing
from billing.invoicing.access import access_invoice, access_job, access_run
from billing.payments.access import access_own_payment, access_payment
from billing.rights.access import access_request, visible_requests
from billing.simulation import queries as simulation
from billing.simulation.models import ScheduleDraft as DraftRow
from billing.tariffs.access import access_price_contest
from billing.tariffs.models import PriceContest as ContestRow
from billing.tariffs.public_quotes import Answers, quoted_price
from billing.tariffs.queries import ExplainedPrice
from commons.models import Job as JobRow
from federation.ent.queries import OpenService, services_of
from federation.usage.access import access_scope
from federation.usage.models import Profile, Window
from tenants.accounts.capabilities import Capability
from tenants.accounts.models import User
from tenants.acting import queries as acting
from tenants.acting.models import ActingSession
from tenants.identities.access import waiting_requests
from tenants.people import queries as people
from tenants.people.access import access_feed_import, access_pupil
from tenants.people.models import FeedImport as FeedRow
from ui.wording import local_date

SERVICES_SHOWN = LIST_LENGTHS["Query.services"]


class Query(
    MessageQuery,
    OwnQuery,
    PassQuery,
    PartnerQuery,
    AnnouncementQuery,
    SchoolRecordsQuery,
    MachineQuery,
    graphene.ObjectType,
):
    """Ce qui peut être lu."""

    departement = graphene.Field(
        Departement, required=True, description="Le département de cet hôte. Ouvert à tous."
    )
    viewer = graphene.Field(
        Viewer, description="La personne connectée ; rien si personne ne l'est."
    )
    child = graphene.Field(
        Child, id=id_of("L'enfant"), description="Un enfant que la personne connectée peut voir."
    )
    invoice = graphene.Field(
        Invoice, id=id_of("La facture"), description="Une facture que la personne peut voir."
    )
    payment = graphene.Field(
        Payment, id=id_of("Le paiement"), description="Un paiement que la personne peut voir."
    )
    rights_requests = paged(
        RightsRequestConnection,
        "Les demandes de droits de son foyer, la plus récente d'abord ; toutes, pour les agents.",
        state=graphene.Argument(RightsState, description="Seulement celles dans cet état."),
    )
    rights_request = graphene.Field(
        RightsRequest, id=id_of("La demande"), description="Une demande de droits qu'on peut voir."
    )
    price_contest = graphene.Field(
        PriceContest,
        id=id_of("La contestation"),
        description="Une contestation à soi, ou toute autre pour les agents.",
    )
    simulate_price = graphene.Field(
        SimulatedPrice,
        service=graphene.Argument(MealService, required=True, description="Le service."),
        household=graphene.Argument(
            SimulatedHousehold, required=True, description="Ce qu'on dit du foyer."
        ),
        description="Ce que coûterait un repas aujourd'hui. Ouvert à tous, et rien n'est gardé.",
    )
    agent_accesses = graphene.List(
        graphene.NonNull(AgentAccess),
        required=True,
        description="Les agents qui ont ouvert le portail de la personne, le dernier d'abord.",
    )
    schedule_drafts = graphene.List(
        graphene.NonNull(ScheduleDraft),
        required=True,
        description="Les brouillons de barèmes, le dernier modifié d'abord. Pour les agents.",
    )
    schedule_draft = graphene.Field(
        ScheduleDraft,
        id=id_of("Le brouillon"),
        description="Un brouillon de barème. Pour les agents.",
    )
    simulate_tariff = graphene.Field(
        TariffSimulation,
        draft_id=graphene.Argument(
            graphene.ID, required=True, description="Le brouillon à essayer (UUID)."
        ),
        service=graphene.Argument(MealService, required=True, description="Le service."),
        first_day=graphene.Argument(
            graphene.Date, required=True, description="Le premier jour des repas."
        ),
        last_day=graphene.Argument(
            graphene.Date, required=True, description="Le dernier jour des repas, compris."
        ),
        quotients_alike=graphene.Argument(
            graphene.Boolean,
            default_value=False,
            description="Vrai pour lire un quotient à la place de l'autre quand l'autre manque.",
        ),
        description="Ce que ferait payer un brouillon aux élèves inscrits. Pour les agents.",
    )
    services = graphene.List(
        graphene.NonNull(Service),
        required=True,
        description="Les services ouverts à la personne, ceux qu'elle préfère d'abord.",
    )
    usage = graphene.Field(
        Usage,
        window=graphene.Argument(
            UsageWindow, required=True, description="Par jour, par semaine ou par mois."
        ),
        college=graphene.Argument(
            graphene.String, description="Un collège seulement, par son UAI."
        ),
        profile=graphene.Argument(UsageProfile, description="Un profil seulement."),
        description="La fréquentation du portail jusqu'à ce jour. Pour les agents.",
    )
    link_requests = paged(
        LinkRequestConnection,
        "Les personnes à reconnaître, depuis le plus longtemps d'abord. Pour les agents.",
    )
    billing_runs = paged(
        BillingRunConnection, "Les facturations, le mois le plus récent d'abord. Pour les agents."
    )
    billing_run = graphene.Field(
        BillingRun, id=id_of("La facturation"), description="Une facturation. Pour les agents."
    )
    job = graphene.Field(
        Job, id=id_of("Le travail"), description="Un travail long. Pour les agents."
    )
    feed_imports = paged(
        FeedImportConnection, "Les imports d'annuaire, le plus récent d'abord. Pour les agents."
    )
    feed_import = graphene.Field(
        FeedImport, id=id_of("L'import"), description="Un import d'annuaire. Pour les agents."
    )

    @staticmethod
    @rules.anyone.opened_to()
    def resolve_departement(_root: None, info: GraphQLResolveInfo) -> Any:
        return info.context.request.tenant

    @staticmethod
    @rules.anyone
    def resolve_viewer(_root: None, info: GraphQLResolveInfo) -> User | None:
        user: User | None = info.context.user
        return user

    @staticmethod
    @rules.by_object
    def resolve_child(_root: None, info: GraphQLResolveInfo, id: str) -> ChildNode:  # noqa: A002
        pupil = access_pupil(info.context.require_user(), public_id(id))
        return child_nodes([pupil], info.context)[0]

    @staticmethod
    @rules.by_object
    def resolve_invoice(_root: None, info: GraphQLResolveInfo, id: str) -> InvoiceNode:  # noqa: A002
        invoice = access_invoice(info.context.require_user(), public_id(id))
        return InvoiceNode(invoice, Bills([invoice]))

    @staticmethod
    @rules.by_object
    def resolve_payment(_root: None, info: GraphQLResolveInfo, id: str) -> PaymentNode:  # noqa: A002
        user = info.context.require_user()
        access = access_payment if user.can(Capability.READ_MONEY) else access_own_payment
        return payment_node(access(user, public_id(id)))

    @staticmethod
    @rules.by_object
    def resolve_rights_requests(
        _root: None,
        info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        state: Any = None,
    ) -> Page:
        rows = visible_requests(info.context.require_user())
        if state is not None:
            rows = rows.filter(state=getattr(state, "value", state))
        order = ("-created_at", "-pk")
        return requests_page(page_of_rows(rows, order=order, first=first, after=after))

    @staticmethod
    @rules.by_object
    def resolve_rights_request(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> RequestNode:
        return request_node(access_request(info.context.require_user(), public_id(id)))

    @staticmethod
    @rules.by_object
    def resolve_price_contest(_root: None, info: GraphQLResolveInfo, id: str) -> ContestRow:  # noqa: A002
        return access_price_contest(info.context.require_user(), public_id(id))

    @staticmethod
    @rules.anyone
    def resolve_simulate_price(
        _root: None, info: GraphQLResolveInfo, service: Any, household: Mapping[str, Any]
    ) -> ExplainedPrice:
        given = dict(household)
        answers = Answers(statuses=frozenset(given.pop("statuses", None) or ()), **given)
        return quoted_price(getattr(service, "value", service), answers, at=info.context.at)

    @staticmethod
    @rules.by_object
    def resolve_agent_accesses(_root: None, info: GraphQLResolveInfo) -> list[ActingSession]:
        return list(acting.sessions_of(info.context.require_user())[:50])

    @staticmethod
    @rules.needs(Capability.MANAGE_TARIFFS)
    def resolve_schedule_drafts(_root: None, _info: GraphQLResolveInfo) -> list[DraftRow]:
        return list(simulation.drafts()[:100])

    @staticmethod
    @rules.needs(Capability.MANAGE_TARIFFS)
    def resolve_schedule_draft(_root: None, _info: GraphQLResolveInfo, id: str) -> DraftRow:  # noqa: A002
        return simulation.draft_of(public_id(id))

    @staticmethod
    @rules.needs(Capability.MANAGE_TARIFFS)
    def resolve_simulate_tariff(
        _root: None, info: GraphQLResolveInfo, draft_id: str, service: Any, **days: Any
    ) -> dict[str, Any]:
        asked = simulation.asked_over(
            getattr(service, "value", service),
            first_day=days["first_day"],
            last_day=days["last_day"],
            proofs_on=local_date(info.context.at),
            is_alike=days["quotients_alike"],
        )
        return simulation_node(simulation.simulate_draft(public_id(draft_id), asked=asked))

    @staticmethod
    @rules.by_object
    def resolve_services(_root: None, info: GraphQLResolveInfo) -> list[OpenService]:
        user = info.context.require_user()
        return list(services_of(user, on=info.context.today)[:SERVICES_SHOWN])

    @staticmethod
    @rules.by_object
    def resolve_usage(
        _root: None,
        info: GraphQLResolveInfo,
        window: Any,
        college: str | None = None,
        profile: Any = None,
    ) -> UsageNode:
        scope = access_scope(
            info.context.require_user(),
            uai=(college or "")[:8],
            profile=Profile(getattr(profile, "value", profile)) if profile else None,
        )
        chosen = Window(getattr(window, "value", window))
        return usage_node(chosen, scope=scope, on=info.context.today)

    @staticmethod
    @rules.needs(Capability.RECOGNISE_PEOPLE)
    def resolve_link_requests(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = waiting_requests(info.context.require_user())
        return page_of_rows(rows, order=("waiting_since", "pk"), first=first, after=after)

    @staticmethod
    @rules.needs(Capability.READ_MONEY)
    def resolve_billing_runs(
        _root: None, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        order = ("-month", "-pk")
        return runs_page(page_of_rows(invoicing.runs(), order=order, first=first, after=after))

    @staticmethod
    @rules.by_object
    def resolve_billing_run(_root: None, info: GraphQLResolveInfo, id: str) -> RunNode:  # noqa: A002
        return run_node(access_run(info.context.require_user(), public_id(id)))

    @staticmethod
    @rules.by_object
    def resolve_job(_root: None, info: GraphQLResolveInfo, id: str) -> JobRow:  # noqa: A002
        return access_job(info.context.require_user(), public_id(id))

    @staticmethod
    @rules.needs(Capability.IMPORT_FEEDS)
    def resolve_feed_imports(
        _root: None, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        order = ("-started_at", "-pk")
        return page_of_rows(people.feed_imports(), order=order, first=first, after=after)

    @staticmethod
    @rules.by_object
    def resolve_feed_import(_root: None, info: GraphQLResolveInfo, id: str) -> FeedRow:  # noqa: A002
        return access_feed_import(info.context.require_user(), public_id(id))
