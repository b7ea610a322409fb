"""Pass+ in one département: campaigns as they were published, cards, purses, tickets and partners.

Money is in the ledger and nowhere else: a purse *has* an account, a ticket *has* a hold, and what a
row says of cents is what was asked, never a balance. What a campaign grants leaves its budget account;
what partners validate reaches its captured account, then theirs. A campaign is never edited: its days
are known when the first card is granted.
"""

from __future__ import annotations

from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.passplus.campaign_files import parse_campaign
from federation.passplus.correcting_models import Correction, CorrectionLine, StatementDispute
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.life import TicketState
from federation.passplus.number_models import CardNumber
from federation.passplus.partner_models import (
    PartnerAgreement,
    PartnerApplication,
    PartnerCode,
    PartnerIban,
    PartnerKind,
    PartnerTerms,
)
from federation.passplus.payout_models import PayingAccount, PaymentOrder, Payout
from federation.passplus.reciprocity_models import AwayCapture, AwayTry, GuestCapture
from federation.passplus.reimbursing_models import (
    PartnerRun,
    PartnerStatement,
    ReimbursementRules,
    StatementCounter,
    StatementLine,
)
from federation.passplus.sheet_models import SheetProposal
from federation.passplus.signing_models import TicketKey
from federation.passplus.telling_models import Notice
from federation.passplus.till_models import (
    OfflinePermit,
    PartnerInvitation,
    PartnerMember,
    PartnerRole,
    Till,
    TillCapture,
)

__all__ = (
    "AwayCapture",
    "AwayTry",
    "Campaign",
    "Card",
    "CardNumber",
    "CardStatus",
    "Correction",
    "CorrectionLine",
    "GuestCapture",
    "Notice",
    "OfflinePermit",
    "Partner",
    "PartnerAgreement",
    "PartnerApplication",
    "PartnerCode",
    "PartnerIban",
    "PartnerInvitation",
    "PartnerKind",
    "PartnerMember",
    "PartnerRole",
    "PartnerRun",
    "PartnerStatement",
    "PartnerTerms",
    "PayingAccount",
    "PaymentOrder",
    "Payout",
    "Purse",
    "ReimbursementRules",
    "SheetProposal",
    "StatementCounter",
    "StatementDispute",
    "StatementLine",
    "Ticket",
    "TicketKey",
    "Till",
    "TillCapture",
    "available_in",
)

_RULES: dict[str, Rules] = {}  # by print: a campaign is never edited


class Counted(Protocol):
    """What is counted of an account, in cents."""

    @property
    def credits_posted(self) -> int: ...
    @property
    def debits_posted(self) -> int: ...
    @property
    def debits_pending(self) -> int: ...


def available_in(account: Counted) -> int:
    """What a purse's account holds that no ticket keeps, in cents."""
    return account.credits_posted - account.debits_posted - account.debits_pending


class Campaign(TenantModel):
    """A campaign that was published, with the accounts its money moves through."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    code = models.CharField("code", max_length=60, unique=True)
    scheme = models.CharField("dispositif", max_length=60)
    label = models.CharField("libellé", max_length=200)
    definition = models.JSONField("définition")
    digest = models.CharField("empreinte", max_length=64)
    is_illustrative = models.BooleanField("valeur d'essai", default=False)
    budget_account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", verbose_name="budget"
    )
    captured_account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", verbose_name="validé"
    )
    published_at = models.DateTimeField("publiée le")

    class Meta:
        verbose_name = "campagne Pass+"
        verbose_name_plural = "campagnes Pass+"

    def __str__(self) -> str:
        return self.code

    @property
    def rules(self) -> Rules:
        """The rules of the campaign, as the engine reads them; read once for each print of them."""
        known = _RULES.get(self.digest)
        if known is None:
            known = _RULES[self.digest] = parse_campaign(self.definition)
        return known


class RulesUnread(Exception):
    """The rules of a campaign were not read by this process yet."""


def read_rules(digest: str) -> Rules:
    """The rules of a campaign by their print, if a campaign of this print was read.

    :raises RulesUnread: if none was
    """
    known = _RULES.get(digest)
    if known is None:
        raise RulesUnread(digest)
    return known


class CardStatus(models.TextChoices):
    """What the amount depended on; `engine.campaign.Status`, with the words of a screen."""

    BASE = Status.BASE, _("Montant de base")
    BURSARY = Status.BURSARY, _("Boursier")


class Card(TenantModel):
    """What a pupil was granted in a campaign. `facts` is what was known then, and how."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="cards", verbose_name="campagne"
    )
    pupil = models.ForeignKey(
        "people.Pupil", on_delete=models.PROTECT, related_name="pass_cards", verbose_name="élève"
    )
    status = models.CharField("statut", max_length=10, choices=CardStatus.choices)
    facts = models.JSONField("ce qui était su")
    granted_at = models.DateTimeField("accordé le")

    class Meta:
        verbose_name = "Pass+"
        verbose_name_plural = "Pass+"
        constraints = (
            models.UniqueConstraint(
                fields=("campaign", "pupil"), name="passplus_one_card_per_campaign"
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Purse(TenantModel):
    """A part of a card's credit: its account in the ledger, and its own last day when it has one."""

    card = models.ForeignKey(
        Card, on_delete=models.PROTECT, related_name="purses", verbose_name="Pass+"
    )
    code = models.CharField("porte-monnaie", max_length=60)
    account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", verbose_name="compte"
    )
    usable_before = models.DateField("utilisable avant le", null=True, blank=True)

    class Meta:
        verbose_name = "porte-monnaie Pass+"
        verbose_name_plural = "porte-monnaie Pass+"
        constraints = (
            models.UniqueConstraint(fields=("card", "code"), name="passplus_purse_of_card_once"),
        )

    def __str__(self) -> str:
        return f"{self.card_id} {self.code}"


class Partner(TenantModel):
    """Who takes tickets here, affiliated by this département: a club, a cinema.

    `domains` are those of `engine.campaign`.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    name = models.CharField("nom", max_length=200)
    siret = models.CharField("SIRET", max_length=14, unique=True)
    domains = models.JSONField("domaines")
    kind = models.CharField(
        "forme", max_length=12, choices=PartnerKind.choices, blank=True, default=""
    )
    # What families read in the directory.
    activities = models.CharField("activités", max_length=300, blank=True, default="")
    description = models.CharField("présentation", max_length=600, blank=True, default="")
    street = models.CharField("adresse", max_length=200, blank=True, default="")
    postal_code = models.CharField("code postal", max_length=5, blank=True, default="")
    town = models.CharField("ville", max_length=100, blank=True, default="")
    latitude = models.DecimalField(
        "latitude", max_digits=8, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        "longitude", max_digits=9, decimal_places=6, null=True, blank=True
    )
    site = models.URLField("site", max_length=200, blank=True, default="")
    email = models.EmailField("e-mail", max_length=254, blank=True, default="")
    phone = models.CharField("téléphone", max_length=20, blank=True, default="")
    # `commons.normalisation`: what is looked for (name, activities, town), and the order of names.
    search_key = models.CharField("clé de recherche", max_length=640, blank=True, default="")
    sort_key = models.CharField("clé de tri", max_length=220, blank=True, default="")
    account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", verbose_name="compte"
    )
    affiliated_at = models.DateTimeField("affilié le")
    ended_at = models.DateTimeField("désaffilié le", null=True, blank=True)
    ended_because = models.CharField("raison", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "partenaire"
        verbose_name_plural = "partenaires"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(siret__regex=r"^[0-9]{14}$"),
                name="passplus_siret_is_fourteen_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="passplus_both_coordinates_or_none",
            ),
        )
        indexes = (
            models.Index(
                fields=("sort_key", "id"),
                condition=models.Q(ended_at__isnull=True),
                name="passplus_partners_by_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Ticket(TenantModel):
    """Money of one purse, kept until a partner validates it.

    `state` and what goes with it follow one another once: the hold it stands on is resolved once, by
    the ledger. A validation that was undone puts the ticket on another hold (`undone` counts them).
    `code` is what a person types. `key` is the maker's own, for an act that comes twice.
    """

    class State(models.TextChoices):
        MADE = TicketState.MADE, _("Prêt")
        CAPTURED = TicketState.CAPTURED, _("Utilisé")
        CANCELLED = TicketState.CANCELLED, _("Annulé")
        LOST = TicketState.LOST, _("Annulé, montant perdu")
        EXPIRED = TicketState.EXPIRED, _("Trop ancien")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    purse = models.ForeignKey(
        Purse, on_delete=models.PROTECT, related_name="tickets", verbose_name="porte-monnaie"
    )
    made_out_to = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="au nom de",
    )
    code = models.CharField("code", max_length=12, unique=True)
    key = models.CharField("clé", max_length=100)
    cents = models.BigIntegerField("montant (centimes)")
    hold = models.OneToOneField(
        "ledger.Transfer", on_delete=models.PROTECT, related_name="+", verbose_name="réservation"
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.MADE)
    captured_by = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="captures",
        verbose_name="validé par",
    )
    captured_away = models.OneToOneField(
        "AwayCapture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ticket",
        verbose_name="validé ailleurs",
    )
    captured_cents = models.BigIntegerField("validé (centimes)", null=True, blank=True)
    undone = models.PositiveSmallIntegerField("validations annulées", default=0, db_default=0)
    made_at = models.DateTimeField("fait le")
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "ticket Pass+"
        verbose_name_plural = "tickets Pass+"
        constraints = (
            models.UniqueConstraint(fields=("purse", "key"), name="passplus_ticket_asked_once"),
            models.CheckConstraint(
                condition=models.Q(cents__gt=0), name="passplus_ticket_holds_something"
            ),
            models.CheckConstraint(
                condition=models.Q(state="MADE", ended_at__isnull=True)
                | (~models.Q(state="MADE") & models.Q(ended_at__isnull=False)),
                name="passplus_ticket_ends_once",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        state="CAPTURED",
                        captured_cents__gt=0,
                        captured_cents__lte=models.F("cents"),
                    )
                    & (
                        models.Q(captured_by__isnull=False, captured_away__isnull=True)
                        | models.Q(captured_by__isnull=True, captured_away__isnull=False)
                    )
                )
                | (
                    ~models.Q(state="CAPTURED")
                    & models.Q(
                        captured_by__isnull=True,
                        captured_away__isnull=True,
                        captured_cents__isnull=True,
                    )
                ),
                name="passplus_captured_within_the_ticket",
            ),
            models.CheckConstraint(
                condition=models.Q(made_out_to__isnull=True)
                | models.Q(captured_by__isnull=True, captured_away__isnull=True)
                | models.Q(captured_by=models.F("made_out_to")),
                name="passplus_captured_by_whom_it_is_for",
            ),
        )
        indexes = (
            models.Index(
                fields=("purse",),
                condition=models.Q(state="MADE"),
                name="passplus_tickets_made",
            ),
        )

    def __str__(self) -> str:
        return self.code

    def reference(self, what: str) -> str:
        """The ledger's name for a movement of this ticket, since its latest undone validation."""
        again = f":{self.undone}" if self.undone else ""
        return f"{what}:{self.public_id}{again}"


from federation.passplus.registration_models import (  # noqa: E402, F401  Django finds them here
    Registration,
    RegistrationDocument,
)
