"""What goes on between the demo's partners and the département: accounts, applications, payments.

A month is paid, another waits to be approved; an account is to be checked, a sheet to be read, a line is
disputed, a correction is asked for. The banks and the numbers are made up: nobody bears them.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from commons.actors import Actor
from federation.passplus import applying, operations
from federation.passplus.applying import Body, Offer, Payee
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.spending import start_of
from federation.passplus.models import (
    Partner,
    PartnerApplication,
    PartnerCode,
    PartnerMember,
    PartnerRole,
    PartnerRun,
    StatementLine,
    Ticket,
)
from federation.passplus.partner_codes import figures_of
from federation.passplus.reimbursing import operations as paying
from federation.passplus.reimbursing import rule_files
from federation.passplus.sheets import FIELDS
from federation.passplus.terms import DECLARATIONS
from tenants.accounts.models import User

ACTOR = Actor.command("socle seed")
DAY = datetime.timedelta(days=1)
NOON = datetime.timedelta(hours=12)
BANK, COUNTER = "99999", "00001"
BIC = "EXEMFRPP"
ANSWER = "Dites-nous aussi quels jours vous ouvrez aux jeunes."
DISPUTED = "Nous avons validé 2 euros de plus ce jour-là."
# What each département's applications come from, and how far each goes.
APPLICANTS = {
    "92": (("Ciné-club du Port", "cineclub@exemple.fr"), ("Escrime de la Seine", "escrime@exemple.fr")),
    "78": (("Ateliers du Bois Joli", "ateliers@exemple.fr"), ("Roller de la Plaine", "roller@exemple.fr")),
}  # fmt: skip
TOWNS = {"92": ("92000", "Nanterre"), "78": ("78000", "Versailles")}


def deal_with_partners(
    code: str,
    partners: Sequence[Partner],
    *,
    agent: User,
    sirets: Sequence[str],
    since: datetime.datetime,
    at: datetime.datetime,
) -> None:
    """All of it, for a département whose partners took tickets since a day."""
    checking = Actor.user(agent)
    for rank, partner in enumerate(partners, start=1):
        _give_account(partner, rank, checked_by=checking, at=since)
    _apply_some(code, sirets, agent=checking, at=at)
    _pay(code, approving=checking, today=at.date(), at=at)
    _ask_for_changes(partners, at=at)


def example_iban(rank: int) -> str:
    """An IBAN that can be, of a bank that is none."""
    account = f"{rank:011d}"
    key = 97 - (89 * int(BANK) + 15 * int(COUNTER) + 3 * int(account)) % 97
    basic = f"{BANK}{COUNTER}{account}{key:02d}"
    check = 98 - int(f"{basic}152700") % 97  # FR is 15 27
    return f"FR{check:02d}{basic}"


def _give_account(partner: Partner, rank: int, *, checked_by: Actor, at: datetime.datetime) -> None:
    given = operations.give_iban(
        partner=partner, iban=example_iban(rank), holder=partner.name, actor=ACTOR, at=at
    )
    operations.confirm_iban(iban=given, actor=checked_by, at=at)


def _apply_some(code: str, sirets: Sequence[str], *, agent: Actor, at: datetime.datetime) -> None:
    """One application to read, one that an agent asked about."""
    (name, email), (other_name, other_email) = APPLICANTS[code]
    _apply(code, sirets[0], name, email, at=at - 2 * DAY)
    asked = _apply(code, sirets[1], other_name, other_email, at=at - 6 * DAY)
    operations.ask_applicant(application=asked, words=ANSWER, actor=agent, at=at - 5 * DAY)


def _apply(
    code: str, siret: str, name: str, email: str, *, at: datetime.datetime
) -> PartnerApplication:
    begun = operations.begin_application(email=email, siret=siret, at=at)
    figures = figures_of(PartnerCode.objects.filter(application=begun).latest("pk"))
    found = operations.open_application(public_id=begun.public_id, code=figures, at=at)
    actor, (postal_code, town) = applying.applicant(found), TOWNS[code]
    body = Body(
        name=name, kind="ASSOCIATION", founded_on=datetime.date(2009, 9, 1),
        street="12 rue des Essais", postal_code=postal_code, town=town,
    )  # fmt: skip
    operations.describe_body(application=found, body=body, actor=actor, at=at)
    offer = Offer(domains=[Domain.CULTURE], activities="Ateliers pour les jeunes")
    operations.describe_offer(application=found, offer=offer, actor=actor, at=at)
    operations.declare(application=found, declared=list(DECLARATIONS), actor=actor, at=at)
    payee = Payee(
        signer_name="Camille Essai", signer_role="Présidente", signer_phone="0612345678",
        account_holder=name, iban=example_iban(int(siret[5:8])),
    )  # fmt: skip
    operations.give_payee(application=found, payee=payee, actor=actor, at=at)
    return operations.submit_application(application=found, actor=actor, at=at)


def _pay(code: str, *, approving: Actor, today: datetime.date, at: datetime.datetime) -> None:
    """The month before the last one is paid; the last one waits to be approved."""
    months = [today.replace(day=1)]
    months.insert(0, (months[0] - DAY).replace(day=1))
    paying.publish_pricing(
        rules=rule_files.load_pricing(rule_files.FOLDER / f"{code}-2022.yaml"),
        actor=ACTOR,
        at=start_of(months[0]),
    )
    paying.open_paying_account(
        holder="Régie Pass+ d'essai", iban=example_iban(99), bic=BIC, actor=ACTOR, at=at
    )
    for rank, until in enumerate(months):
        when = min(start_of(until + 4 * DAY) + NOON, at)
        taken = Ticket.objects.filter(state=Ticket.State.CAPTURED, ended_at__lt=start_of(until))
        if not taken.filter(statement_lines__isnull=True).exists():
            continue
        run = paying.prepare_run(until=until, actor=ACTOR, at=when)
        if rank == 0:
            paying.approve_run(run=run, actor=approving, at=when + DAY)
            _dispute(run, at=at)


def _dispute(run: PartnerRun, *, at: datetime.datetime) -> None:
    """A partner disputes a line; the département is asked to take another ticket back."""
    lines = StatementLine.objects.filter(statement__run=run, ticket__isnull=False).select_related(
        "ticket"
    )
    disputed, *others = lines.order_by("statement_id", "pk")
    paying.dispute_statement_line(line=disputed, text=DISPUTED, actor=ACTOR, at=at)
    if others:
        ticket = others[-1].ticket
        assert ticket is not None
        paying.ask_correction(
            kind="TICKETS",
            wrongs=[paying.Wrong(ticket.code)],
            reason="La séance n'a pas eu lieu.",
            actor=ACTOR,
            at=at,
        )


def _ask_for_changes(partners: Sequence[Partner], *, at: datetime.datetime) -> None:
    """The first partner wants its sheet changed; the second gave another account, to be checked."""
    first, second, *_others = partners
    manager = PartnerMember.objects.filter(partner=first, role=PartnerRole.MANAGER).first()
    if manager is not None:
        first.refresh_from_db()
        sheet = {name: getattr(first, name) for name in FIELDS}
        operations.propose_sheet(
            by=manager,
            sheet=sheet | {"activities": "Judo, jiu-jitsu, dès 11 ans", "phone": "01 99 00 00 10"},
            actor=Actor.user(manager.user),
            at=at - DAY,
        )
    operations.give_iban(
        partner=second, iban=example_iban(50), holder=second.name, actor=ACTOR, at=at - DAY
    )
