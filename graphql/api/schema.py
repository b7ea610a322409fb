"""The GraphQL schema of a département's host, and its text (SDL), committed beside this package.

`graphql/schema.graphql` is what integrators read; a test fails when it no longer says what the code
says, and `socle graphql schema` writes it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import graphene
from django.conf import settings
from django.utils.module_loading import import_string
from graphene.utils.str_converters import to_camel_case

from api import subgraph
from api.message_mutations import MessageMutation
from api.mutations.announcements import (
    AcknowledgeAnnouncement,
    AddPushDevice,
    MarkAnnouncementRead,
    RemovePushDevice,
    SetNotificationPreferences,
)
from api.mutations.contest_price import ContestPrice
from api.mutations.dispute_invoice_line import DisputeInvoiceLine
from api.mutations.end_agent_access import EndAgentAccess
from api.mutations.enrol_in_canteen import EnrolInCanteen
from api.mutations.family_meals import AddMeal, CancelMeals, EndPassNumber, LinkPassNumber
from api.mutations.family_rights import (
    AbandonRightsRequest,
    AskRightsSource,
    BeginRightsRequest,
    ChooseHighestPrice,
    ChooseRightsSource,
    GiveConsent,
    WithdrawConsent,
)
from api.mutations.favourite_service import SetFavouriteService
from api.mutations.own_sessions import EndSession, EndSessions
from api.mutations.pass_registrations import (
    AcceptPassDocuments,
    AskPassDocuments,
    BeginPassRegistration,
    GrantPassRegistration,
    RefusePassRegistration,
    ReleasePassRegistration,
    SubmitPassRegistration,
    TakePassRegistration,
    TellPassSituation,
    WithdrawPassRegistration,
)
from api.mutations.pass_tickets import CancelPassTicket, MakePassTicket
from api.mutations.pay_invoices import LeavePayment, PayInvoices, ResumePayment
from api.mutations.reciprocity import (
    EndReciprocity,
    PrepareClearing,
    ProposeReciprocity,
    SettleClearing,
    SignClearing,
    SignReciprocity,
)
from api.mutations.schedule_drafts import (
    ProposeTariff,
    SaveScheduleDraft,
    StartScheduleDraft,
)
from api.mutations.school_records import JustifyAbsence, TickHomework
from api.mutations.staff_rights import (
    AskRightsDocument,
    DecideRightsRequest,
    RefuseRightsRequest,
    ReleaseRightsRequest,
    TakeRightsRequest,
)
from api.mutations.timetable_feeds import MakeTimetableFeed, RevokeTimetableFeed
from api.partner_mutations import PartnerMutation
from api.queries import Query

SDL_PATH = Path(__file__).resolve().parents[1] / "schema.graphql"


class Mutation(MessageMutation, PartnerMutation, graphene.ObjectType):
    """Ce qui peut être fait."""

    contest_price = ContestPrice.Field(
        required=True, description="Contester le prix d'un enfant à soi."
    )
    start_schedule_draft = StartScheduleDraft.Field(
        required=True, description="Commencer un brouillon de barème. Pour les agents."
    )
    save_schedule_draft = SaveScheduleDraft.Field(
        required=True, description="Enregistrer un brouillon de barème. Pour les agents."
    )
    propose_tariff = ProposeTariff.Field(
        required=True,
        description="Chercher la grille où le moins d'élèves paient plus. Pour les agents.",
    )
    end_agent_access = EndAgentAccess.Field(
        required=True, description="Arrêter l'accès d'un agent à son propre portail."
    )
    dispute_invoice_line = DisputeInvoiceLine.Field(
        required=True, description="Signaler une erreur sur une ligne d'une de ses factures."
    )
    justify_absence = JustifyAbsence.Field(
        required=True, description="Dire au collège pourquoi un enfant à soi était absent."
    )
    tick_homework = TickHomework.Field(
        required=True, description="Cocher un devoir à soi, ou le décocher."
    )
    enrol_in_canteen = EnrolInCanteen.Field(
        required=True, description="Inscrire un enfant à la cantine, et décider son prix."
    )
    add_meal = AddMeal.Field(
        required=True, description="Ajouter un repas d'un enfant à soi, ou le remettre."
    )
    cancel_meals = CancelMeals.Field(
        required=True, description="Annuler des repas d'un enfant à soi."
    )
    link_pass_number = LinkPassNumber.Field(
        required=True,
        description="Relier une carte ou un badge à son Pass+, ou à celui d'un enfant.",
    )
    end_pass_number = EndPassNumber.Field(
        required=True, description="Dire qu'une carte ou un badge est perdu."
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
    make_pass_ticket = MakePassTicket.Field(
        required=True, description="Faire un ticket Pass+ pour son enfant, ou pour soi."
    )
    cancel_pass_ticket = CancelPassTicket.Field(
        required=True, description="Annuler un ticket Pass+ à soi, ou de son enfant."
    )
    end_session = EndSession.Field(
        required=True, description="Fermer une session à soi, sur un autre appareil par exemple."
    )
    end_sessions = EndSessions.Field(
        required=True, description="Se déconnecter partout, ici aussi."
    )
    begin_rights_request = BeginRightsRequest.Field(
        required=True, description="Commencer la demande de droits de son foyer, ou la reprendre."
    )
    choose_rights_source = ChooseRightsSource.Field(
        required=True, description="Choisir comment les ressources du foyer seront connues."
    )
    give_consent = GiveConsent.Field(
        required=True, description="Accepter qu'une source soit interrogée ; elle l'est aussitôt."
    )
    withdraw_consent = WithdrawConsent.Field(required=True, description="Retirer son accord.")
    ask_rights_source = AskRightsSource.Field(
        required=True, description="Reposer la question à une source qui n'a pas répondu."
    )
    choose_highest_price = ChooseHighestPrice.Field(
        required=True, description="Choisir le prix le plus haut, sans rien donner."
    )
    abandon_rights_request = AbandonRightsRequest.Field(
        required=True, description="Abandonner une demande ; le prix ne change pas."
    )
    begin_pass_registration = BeginPassRegistration.Field(
        required=True, description="Commencer l'inscription d'un enfant à soi au Pass+."
    )
    tell_pass_situation = TellPassSituation.Field(
        required=True, description="Dire ce que rien ne prouve encore de l'enfant."
    )
    submit_pass_registration = SubmitPassRegistration.Field(
        required=True, description="Envoyer l'inscription ; accordée si les données la prouvent."
    )
    withdraw_pass_registration = WithdrawPassRegistration.Field(
        required=True, description="Abandonner l'inscription : ce qui est donné est effacé."
    )
    take_pass_registration = TakePassRegistration.Field(
        required=True, description="Prendre une inscription pour l'étudier. Pour les agents."
    )
    release_pass_registration = ReleasePassRegistration.Field(
        required=True, description="Remettre une inscription dans la file. Pour les agents."
    )
    grant_pass_registration = GrantPassRegistration.Field(
        required=True, description="Accorder le Pass+. Pour les agents."
    )
    ask_pass_documents = AskPassDocuments.Field(
        required=True, description="Demander des pièces à la famille. Pour les agents."
    )
    refuse_pass_registration = RefusePassRegistration.Field(
        required=True, description="Refuser, en disant pourquoi. Pour les agents."
    )
    accept_pass_documents = AcceptPassDocuments.Field(
        required=True, description="Accepter la photo ou la preuve de bourse. Pour les agents."
    )
    make_timetable_feed = MakeTimetableFeed.Field(
        required=True, description="Faire une adresse d'agenda : elle n'est dite qu'une fois."
    )
    revoke_timetable_feed = RevokeTimetableFeed.Field(
        required=True, description="Retirer une adresse d'agenda, pour toujours."
    )
    set_favourite_service = SetFavouriteService.Field(
        required=True, description="Placer un de ses services en premier, ou à sa place."
    )
    mark_announcement_read = MarkAnnouncementRead.Field(
        required=True, description="Dire qu'une annonce est ouverte par la personne."
    )
    acknowledge_announcement = AcknowledgeAnnouncement.Field(
        required=True, description="Dire qu'on a lu une annonce qui le demande : « J'ai lu »."
    )
    set_notification_preferences = SetNotificationPreferences.Field(
        required=True, description="Choisir quand être prévenu."
    )
    add_push_device = AddPushDevice.Field(
        required=True, description="Avoir un de ses navigateurs prévenu."
    )
    remove_push_device = RemovePushDevice.Field(
        required=True, description="Ne plus avoir un de ses navigateurs prévenu."
    )
    take_rights_request = TakeRightsRequest.Field(
        required=True, description="Prendre une demande pour l'étudier. Pour les agents."
    )
    release_rights_request = ReleaseRightsRequest.Field(
        required=True, description="Remettre une demande dans la file. Pour les agents."
    )
    decide_rights_request = DecideRightsRequest.Field(
        required=True, description="Décider avec ce que dit une pièce. Pour les agents."
    )
    ask_rights_document = AskRightsDocument.Field(
        required=True, description="Demander une autre pièce à la famille. Pour les agents."
    )
    refuse_rights_request = RefuseRightsRequest.Field(
        required=True, description="Refuser une demande, en disant pourquoi. Pour les agents."
    )
    propose_reciprocity = ProposeReciprocity.Field(
        required=True,
        description="Proposer une convention Pass+ à un département. Pour les agents.",
    )
    sign_reciprocity = SignReciprocity.Field(
        required=True, description="Signer une convention Pass+ proposée. Pour les agents."
    )
    end_reciprocity = EndReciprocity.Field(
        required=True, description="Mettre fin à une convention Pass+. Pour les agents."
    )
    prepare_clearing = PrepareClearing.Field(
        required=True,
        description="Établir le relevé d'un mois avec un département. Pour les agents.",
    )
    sign_clearing = SignClearing.Field(
        required=True, description="Accepter un relevé, vérifié ligne par ligne. Pour les agents."
    )
    settle_clearing = SettleClearing.Field(
        required=True, description="Dire que le paiement d'un relevé est arrivé. Pour les agents."
    )


def whole(own: type[graphene.ObjectType], added: Mapping[str, Any]) -> type[graphene.ObjectType]:
    """A root above, with the fields that the roof makes of other interfaces.

    :raises TypeError: if both have one of the same name
    """
    name = own._meta.name  # noqa: SLF001  graphene's own way
    names = {field.name or to_camel_case(key) for key, field in own._meta.fields.items()}  # noqa: SLF001
    if twice := names & set(added):
        raise TypeError(f"two fields of {name} of one name: {sorted(twice)}")
    members = {"__doc__": own.__doc__, "Meta": type("Meta", (), {"name": name}), **added}
    return type(name, (own,), members)


schema = subgraph.build(
    whole(Query, import_string(settings.GRAPH_QUERIES)()),
    whole(Mutation, import_string(settings.GRAPH_MUTATIONS)()),
)


def sdl() -> str:
    """The schema as text."""
    return f"{str(schema).strip()}\n"
