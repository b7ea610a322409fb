"""A phone without network: what it accepted is there when it sends it, once, and nobody loses."""

from __future__ import annotations

import datetime
import uuid

import pytest

from billing.ledger import queries as ledger
from federation.passplus import operations, till_queries
from federation.passplus.models import Partner, Ticket, TillCapture
from federation.passplus.queries import due_cents, purses_of, standing_of
from tests.factories.passplus import AUTUMN, make_card, noon, publish
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, shown, take, text_of, till_of, undo

pytestmark = pytest.mark.usefixtures("tenant_db")
HOUR = datetime.timedelta(hours=1)
EVENING = AUTUMN + 6 * HOUR


def begin(member, hours=4, *, at=AUTUMN):
    return operations.begin_offline(
        member=member, till=till_of(member), hours=hours, actor=ACTOR, at=at
    )


def send(member, *some, till=None, at=EVENING) -> list[TillCapture]:
    return operations.send_captures(
        member=member, till=till or till_of(member), shown=some, actor=ACTOR, at=at
    )


def cancel(ticket, *, at) -> Ticket:
    return operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=at)


def test_what_a_phone_accepted_is_booked_when_it_is_sent_and_once():
    card, member = make_card(), make_member()
    begin(member)
    one = shown(make_ticket(card, partner=member.partner), at=AUTUMN + HOUR, cents=20_00)

    for _ in range(2):
        (sent,) = send(member, one)

    assert (sent.refusal, sent.cents, sent.way) == ("", 20_00, "OFFLINE")
    assert (sent.taken_at, sent.booked_at) == (AUTUMN + HOUR, EVENING)
    assert due_cents(member.partner) == 20_00
    assert purses_of(card)[0].available_cents == 20_00


def test_at_two_tills_one_is_booked_and_the_other_is_told_where_and_when():
    card, member = make_card(), make_member()
    pool = operations.open_till(name="Bassin", by=member, actor=ACTOR, at=AUTUMN)
    ticket = make_ticket(card, partner=member.partner)
    first, second = (shown(ticket, at=AUTUMN + n * HOUR) for n in (2, 1))

    send(member, first)
    (refused,) = send(member, second, till=pool)

    assert refused.refusal == "PASSPLUS_TICKET_TAKEN"
    assert refused.refusal_details["till"] == "Accueil"
    assert datetime.datetime.fromisoformat(refused.refusal_details["taken_at"]) == AUTUMN + 2 * HOUR
    assert [one.pk for one in send(member, second, till=pool)] == [refused.pk]
    assert due_cents(member.partner) == 25_00
    assert standing_of(card.campaign).is_whole


def test_a_ticket_that_a_phone_may_have_taken_is_not_given_up_meanwhile():
    card, member = make_card(), make_member()
    ticket, free = make_ticket(card, partner=member.partner), make_ticket(card, 5_00)
    permit = begin(member)
    cancel(free, at=AUTUMN + HOUR)  # made out to nobody: no phone takes it without network

    for at in (AUTUMN, permit.until, permit.sent_by - datetime.timedelta(seconds=1)):
        with pytest.raises(operations.CancellationWaits) as refusal:
            cancel(ticket, at=at)
    assert refusal.value.details == {"until": permit.sent_by}
    (sent,) = send(member, shown(ticket, at=AUTUMN + HOUR), at=permit.sent_by)
    assert sent.is_accepted

    other = make_ticket(card, 5_00, partner=member.partner)
    operations.end_offline(permit=permit, actor=ACTOR, at=EVENING)
    assert cancel(other, at=EVENING).state == Ticket.State.CANCELLED


def test_a_permit_never_crosses_a_day_that_ends_tickets():
    publish()  # 92: the last day of tickets is 30 June 2024
    member, midnight = make_member(), noon("2024-07-01") - 12 * HOUR

    assert begin(member, 12, at=midnight - 15 * HOUR).until == midnight - 12 * HOUR
    with pytest.raises(operations.OfflineNotNow):
        begin(member, at=midnight - 12 * HOUR)
    assert begin(member, 4, at=midnight).until == midnight + 4 * HOUR
    assert begin(member, 400, at=AUTUMN).until == AUTUMN + 12 * HOUR


def test_the_phone_knows_which_tickets_are_no_longer_what_their_picture_says():
    card, member = make_card(), make_member()
    good, given_up, used, put_back = (
        make_ticket(card, 5_00, partner=member.partner) for _ in range(4)
    )
    make_ticket(card, 5_00)
    cancel(given_up, at=AUTUMN)
    take(member, used.code)
    undo(take(member, put_back.code), member)
    begin(member)

    phone = till_queries.for_the_phone(member.partner, at=AUTUMN)

    assert set(phone.spent) == {given_up.code, used.code, put_back.code}
    assert good.code not in phone.spent
    assert phone.keys[0]["crv"] == "P-256"
    assert "d" not in phone.keys[0]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda one, _: {"text": one.text[:-4] + "AAAA"}, "PASSPLUS_TICKET_TEXT_INVALID"),
        (lambda one, _: {"text": one.text.split(".")[0]}, "PASSPLUS_TICKET_TEXT_INVALID"),
        (lambda _, other: {"text": text_of(other)}, "PASSPLUS_OTHER_PARTNER"),
        (lambda one, _: {"cents": one.cents + 1}, "PASSPLUS_CAPTURE_TOO_MUCH"),
        (lambda _one, _: {"cents": 0}, "PASSPLUS_CAPTURE_TOO_MUCH"),
    ],
)
def test_what_the_departement_did_not_write_for_this_partner_is_refused_and_kept(change, refusal):
    card, member = make_card(), make_member()
    ticket, other = make_ticket(card, partner=member.partner), make_ticket(card, 5_00)
    one = shown(ticket)
    forged = operations.Shown(
        **{"key": one.key, "text": one.text, "cents": one.cents, "taken_at": AUTUMN}
        | change(one, other)
    )

    (kept,) = send(member, forged)

    assert (kept.refusal, kept.is_accepted) == (refusal, False)
    assert due_cents(member.partner) == 0
    assert not Ticket.objects.filter(state=Ticket.State.CAPTURED).exists()


def test_a_partner_that_ended_meanwhile_has_what_it_took_before():
    card, member = make_card(), make_member()
    ticket, late = (make_ticket(card, 10_00, partner=member.partner) for _ in range(2))
    Partner.objects.filter(pk=member.partner_id).update(ended_at=AUTUMN + 2 * HOUR)
    member.refresh_from_db()

    before, after = send(member, shown(ticket, at=AUTUMN + HOUR), shown(late, at=AUTUMN + 3 * HOUR))

    assert (before.is_accepted, after.refusal) == (True, "PASSPLUS_PARTNER_ENDED")
    assert due_cents(member.partner) == 10_00


def test_nobody_reads_or_takes_the_key_of_another_partner():
    card, member, stranger = make_card(), make_member(), make_member()
    one = shown(make_ticket(card, partner=member.partner), key=uuid.uuid4())
    send(member, one)

    assert send(stranger, one) == []
    assert ledger.reconcile() == []
