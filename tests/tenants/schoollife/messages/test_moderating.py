"""What is reported, hidden, contested; and the words that a collège keeps."""

from __future__ import annotations

import pytest

from commons.actors import Actor
from commons.errors import NotFound
from tenants.schoollife.messages import access, operations, queries
from tenants.schoollife.messages.models import Attachment, Hiding, MessageTemplate, Report
from tenants.schoollife.messages.templating import filled
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    DAY,
    MINUTE,
    account,
    draft,
    from_college,
    from_family,
    given,
    make_secretary,
    part,
    reply,
)

REASON = "Propos blessants."


def shown_to(person, message):
    """How somebody of a family reads a message."""
    found, reading = access.access_own_message(account(person), message.public_id)
    return queries.shown_message(found, reading)


def hide(message, **traits):
    return operations.hide(
        **{"message": message, "reason": REASON, "actor": CLERK, "at": AT} | traits
    )


def appeal(message, person, words="Ce n'était pas méchant."):
    return operations.appeal(
        hiding=Hiding.objects.get(message=message),
        participant=part(message, person),
        words=words,
        actor=CLERK,
        at=AT + MINUTE,
    )


@pytest.fixture
def family(tenant_db):
    return make_family(guardians=2)


@pytest.fixture
def rude(family):
    """From the mother, to the collège and the father, with a picture."""
    return from_family(family, together=True, draft=draft("Quelle honte.", attached=(given(),)))


def report(message, person, reason="C'est insultant."):
    return operations.report(
        message=message,
        participant=part(message, person),
        reason=reason,
        actor=Actor.user(account(person)),
        at=AT + MINUTE,
    )


def test_what_is_hidden_is_read_by_its_author_and_the_collège(family, rude):
    mother, father = family.guardians

    hide(rude)

    assert (shown_to(mother, rude).text, shown_to(father, rude).text) == ("Quelle honte.", "")
    assert shown_to(father, rude).hiding.reason == REASON
    assert (len(shown_to(mother, rude).attachments), shown_to(father, rude).attachments) == (1, ())
    document = Attachment.objects.get()
    assert access.access_own_attachment(account(mother), document.public_id) == document
    with pytest.raises(NotFound):
        access.access_own_attachment(account(father), document.public_id)
    desk = queries.conversation(part(rude, family.college))
    assert desk.messages[0].text == "Quelle honte."
    told = queries.told(access.own_participations(account(father))).get()
    assert told.excerpt == ""
    assert queries.search(access.own_participations(account(father)), "honte") == []


def test_a_report_waits_for_the_collège_alone(family, rude):
    made = report(rude, family.guardians[1])
    again = report(rude, family.guardians[1], reason="Encore.")
    ours, theirs = make_secretary(family.college), make_secretary(make_family().college)

    assert (again.pk, again.reason) == (made.pk, "C'est insultant.")
    assert list(queries.waiting_reports(access.desk_reports(ours))) == [made]
    assert list(access.desk_reports(theirs)) == []
    with pytest.raises(NotFound):
        access.access_report(theirs, made.public_id)
    with pytest.raises(operations.OwnMessage):
        report(rude, family.guardians[0])


def test_a_report_is_upheld_by_hiding_and_dismissed_by_leaving(family, rude):
    made = report(rude, family.guardians[1])
    other = report(reply(rude, family.college), family.guardians[1])

    hide(rude)
    left = operations.leave_shown(report=other, actor=CLERK, at=AT + MINUTE)

    made.refresh_from_db()
    assert (made.state, left.state) == (Report.State.UPHELD, Report.State.DISMISSED)
    with pytest.raises(operations.AlreadyDecided):
        operations.leave_shown(report=made, actor=CLERK, at=AT)
    with pytest.raises(operations.AlreadyHidden):
        hide(rude)


def test_hiding_says_why(rude):
    for reason in ("", "  ", "a" * 301):
        with pytest.raises(operations.TextMissing):
            hide(rude, reason=reason)
    assert not Hiding.objects.exists()


def test_an_author_contests_once_and_may_be_right(family, rude):
    mother, father = family.guardians
    hide(rude)

    with pytest.raises(operations.NotToAppeal):
        appeal(rude, father)
    contested = appeal(rude, mother)
    with pytest.raises(operations.NotToAppeal):
        appeal(rude, mother)
    secretary = make_secretary(family.college)
    assert list(queries.waiting_appeals(access.desk_hidings(secretary))) == [contested]
    operations.answer_appeal(
        hiding=contested, is_lifted=True, answer="Vous avez raison.", actor=CLERK, at=AT + DAY
    )

    assert shown_to(father, rude).text == "Quelle honte."
    assert not queries.waiting_appeals(access.desk_hidings(secretary)).exists()
    hide(rude)
    assert Hiding.objects.filter(message=rude).count() == 2


def test_an_appeal_that_fails_leaves_it_hidden(family, rude):
    hide(rude)
    contested = appeal(rude, family.guardians[0])

    operations.answer_appeal(hiding=contested, is_lifted=False, answer="Non.", actor=CLERK, at=AT)

    with pytest.raises(operations.AlreadyDecided):
        operations.answer_appeal(hiding=contested, is_lifted=True, answer="Si.", actor=CLERK, at=AT)
    assert shown_to(family.guardians[1], rude).text == ""


def test_only_ones_own_hidden_message_is_contested(family, rude):
    hide(rude)

    assert access.access_own_hiding(account(family.guardians[0]), rude.public_id)
    with pytest.raises(NotFound):
        access.access_own_hiding(account(family.guardians[1]), rude.public_id)


def save(college, text="Bonjour, [élève] est attendu.", at=AT, name="Convocation"):
    return operations.save_template(
        college=college, name=name, subject="Rendez-vous", text=text, actor=CLERK, at=at
    )


def test_a_template_is_dated_and_of_its_collège(family):
    secretary = make_secretary(family.college)
    first = save(family.college)
    changed = save(family.college, text="Bonjour.", at=AT + DAY)
    save(make_family().college)
    templates = access.desk_templates(secretary)

    assert list(queries.current_templates(templates, on=AT.date())) == [first]
    assert list(queries.current_templates(templates, on=(AT + DAY).date())) == [changed]
    assert filled(first.text, pupil=family.pupil) == (
        f"Bonjour, {family.pupil.full_name} est attendu."
    )
    operations.end_template(template=changed, actor=CLERK, at=AT + DAY)
    assert not queries.current_templates(templates, on=(AT + 2 * DAY).date()).exists()
    with pytest.raises(operations.TemplateOver):
        operations.end_template(template=changed, actor=CLERK, at=AT)
    assert MessageTemplate.objects.count() == 3


def test_a_message_of_the_collège_may_be_hidden_too(family):
    first = from_college(family)
    report(first, family.guardians[0])

    hide(first)

    assert shown_to(family.guardians[0], first).text == ""
