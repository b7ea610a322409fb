"""Who an identity is: by official identifiers and a birth date, by paper, or by a person. Never by a name."""

from __future__ import annotations

import csv
import datetime

import pytest

from commons.models import AuditEntry, OutboxEvent
from tenants.accounts.models import User
from tenants.identities import operations, queries, reconciling
from tenants.identities.models import ExternalIdentity, LinkRequest
from tenants.identities.refusals import (
    AccountClosed,
    CollegeMissing,
    ProofRefused,
    RequestOver,
    TooManyTries,
    WordsMissing,
    WrongProfile,
)
from tenants.people.models import Guardian, Guardianship, Pupil
from tests.factories.canteen import make_family
from tests.factories.identities import ACTOR, INE, make_claims, make_diallos, now
from tests.sources import SPECS

BORN = datetime.date(2012, 5, 4)


def arrive(**traits):
    return operations.arrive(claims=make_claims(**traits), at=now())


def pupil(**traits):
    return arrive(
        **{
            "kind": "EDUCONNECT", "subject": "edu-ibrahima", "profile": "PUPIL",
            "last_names": ("DIALLO",), "first_names": ("Ibrahima",), "birth_date": BORN,
            "join_keys": ("2001",), "uai": "0921234A", **traits,
        }
    )  # fmt: skip


def guardian(**traits):
    return arrive(
        **{
            "kind": "EDUCONNECT", "subject": "edu-aminata", "last_names": ("Diallo",),
            "first_names": ("Aminata",), "join_keys": ("1001",), **traits,
        }
    )  # fmt: skip


def prove(request, ine=INE, birth_date=BORN):
    return operations.prove_by_paper(request=request, ine=ine, birth_date=birth_date, at=now())


def nothing_is_joined() -> bool:
    people = (*Guardian.objects.order_by("pk"), *Pupil.objects.order_by("pk"))
    return not ExternalIdentity.objects.exists() and all(one.user_id is None for one in people)


def test_a_pupil_is_known_by_the_feeds_identifier_and_the_birth_date(tenant_db):
    child = make_diallos().pupil

    user = pupil().user

    child.refresh_from_db()
    assert child.user == user
    assert (user.email, user.login, user.has_usable_password()) == (None, None, False)
    identity = ExternalIdentity.objects.get()
    assert (identity.user, identity.proof) == (user, "DIRECTORY")
    assert OutboxEvent.objects.filter(name="identities.identity.linked").count() == 1
    assert AuditEntry.objects.filter(action="identities.identity.linked").count() == 1


def test_coming_again_is_the_same_account(tenant_db):
    make_diallos()

    assert pupil().user == pupil().user
    assert User.objects.count() == 1
    assert ExternalIdentity.objects.count() == 1


def test_a_guardian_is_known_by_the_feeds_identifier(tenant_db):
    (mother,) = make_diallos().guardians

    user = guardian().user

    mother.refresh_from_db()
    assert mother.user == user


def test_an_account_that_a_person_has_is_theirs_by_every_way(tenant_db):
    (mother,) = make_diallos().guardians
    by_school = guardian().user

    by_france = prove(arrive().request).user

    assert by_france == by_school
    assert set(ExternalIdentity.objects.values_list("kind", "user")) == {
        ("EDUCONNECT", by_school.pk),
        ("FRANCECONNECT", by_school.pk),
    }
    assert mother


def test_another_birth_date_is_decided_by_a_person_who_sees_both(tenant_db):
    """Twins: the identifier of one, the birth date of another of that name."""
    family = make_diallos()
    other = make_family(college=family.college).pupil
    Pupil.objects.filter(pk=other.pk).update(birth_date=datetime.date(2011, 1, 1))

    request = pupil(birth_date=datetime.date(2011, 1, 1)).request

    assert (request.state, request.reason) == ("TO_DECIDE", "BIRTH_DATE_DIFFERS")
    assert [one.pupil_id for one in queries.candidates_of(request)] == [family.pupil.pk, other.pk]
    assert request.college_uai == family.college.uai
    assert nothing_is_joined()


@pytest.mark.parametrize("birth_date", [None, datetime.date(2013, 5, 4)])
def test_without_the_right_birth_date_no_pupil_gets_in(tenant_db, birth_date):
    make_diallos()

    assert pupil(birth_date=birth_date).request.reason == "BIRTH_DATE_DIFFERS"
    assert nothing_is_joined()


def test_a_name_only_takes_back(tenant_db):
    make_diallos()

    assert pupil(first_names=("Moussa",)).request.reason == "NAME_DIFFERS"
    assert guardian(last_names=("Sow",)).request.reason == "NAME_DIFFERS"
    assert pupil(subject="another", join_keys=()).request.reason == "UNKNOWN"
    assert nothing_is_joined()


def test_a_guardians_identity_that_says_a_birth_date_must_say_that_of_a_child(tenant_db):
    make_diallos()

    assert guardian(birth_date=datetime.date(2010, 1, 1)).request.reason == "BIRTH_DATE_DIFFERS"
    assert guardian(subject="again", birth_date=BORN).user is not None


def test_several_accounts_of_two_feeds_are_merged_by_a_person(tenant_db):
    family = make_diallos()
    (other,) = make_family(college=family.college).guardians
    Guardian.objects.filter(pk=other.pk).update(jointure_id="1002")

    request = guardian(join_keys=("1001", "1002")).request

    assert request.reason == "SEVERAL_PEOPLE"
    assert request.candidates.count() == 2
    assert nothing_is_joined()


def test_what_cannot_be_told_at_all_says_why(tenant_db):
    make_diallos()

    with pytest.raises(WrongProfile):
        pupil(join_keys=("1001",))
    with pytest.raises(WrongProfile):
        guardian(join_keys=("2001",))
    with pytest.raises(CollegeMissing):
        pupil(uai="")
    assert nothing_is_joined()
    assert not LinkRequest.objects.exists()


def test_who_is_not_in_the_feed_yet_is_known_once_they_are(tenant_db):
    """Nobody is asked about them meanwhile: they may prove who they are by a code, not by an INE."""
    family = make_diallos()
    early = guardian(join_keys=("1009",)).request
    assert (early.state, early.reason, early.candidates.count()) == ("TO_PROVE", "UNKNOWN", 0)
    with pytest.raises(RequestOver):
        prove(early)

    Guardian.objects.filter(pk=family.guardians[0].pk).update(jointure_id="1009")
    user = guardian(join_keys=("1009",)).user

    family.guardians[0].refresh_from_db()
    assert family.guardians[0].user == user
    early.refresh_from_db()
    assert (early.state, early.sealed_claims) == ("LINKED", None)


def test_who_becomes_ambiguous_is_left_to_a_person(tenant_db):
    family = make_diallos()
    early = guardian(join_keys=("1009",), first_names=("Awa",)).request

    Guardian.objects.filter(pk=family.guardians[0].pk).update(jointure_id="1009")
    request = guardian(join_keys=("1009",), first_names=("Awa",)).request

    assert (request.pk, request.state, request.reason) == (early.pk, "TO_DECIDE", "NAME_DIFFERS")
    assert request.candidates.count() == 1


def test_franceconnect_alone_never_tells_who_it_is(tenant_db):
    make_diallos()

    arrival = arrive()

    assert arrival.user is None
    assert arrival.request.state == "TO_PROVE"
    assert nothing_is_joined()


def test_paper_and_a_name_tell_whose_parent_it_is(tenant_db):
    (mother,) = make_diallos().guardians

    user = prove(arrive().request, ine=f" {INE.lower()} ").user

    mother.refresh_from_db()
    assert mother.user == user
    request = LinkRequest.objects.get()
    assert (request.state, request.sealed_claims) == ("LINKED", None)
    assert ExternalIdentity.objects.get().proof == "PAPER"
    assert arrive().user == user


@pytest.mark.parametrize(
    ("ine", "birth_date"),
    [(INE, datetime.date(2012, 5, 5)), ("9876543210B", BORN), ("", BORN)],
    ids=["another birth date", "another INE", "no INE"],
)
def test_half_a_proof_is_none(tenant_db, ine, birth_date):
    make_diallos()

    with pytest.raises(ProofRefused):
        prove(arrive().request, ine=ine, birth_date=birth_date)
    assert nothing_is_joined()


def test_a_proof_is_tried_five_times_a_day_whoever_comes_again(tenant_db):
    make_diallos()
    for _try in range(5):
        with pytest.raises(ProofRefused):
            prove(arrive().request, ine="9876543210B")

    with pytest.raises(TooManyTries):
        prove(arrive().request)
    assert nothing_is_joined()


def test_who_holds_the_paper_without_the_name_is_left_to_a_person(tenant_db):
    """An elder brother knows the INE of the younger."""
    family = make_diallos(guardians=2)

    request = prove(arrive(first_names=("Moussa",)).request).request

    assert (request.state, request.reason) == ("TO_DECIDE", "NAME_DIFFERS")
    assert {one.guardian_id for one in request.candidates.order_by("pk")} == {
        one.pk for one in family.guardians
    }
    assert request.college_uai == family.college.uai
    assert nothing_is_joined()


def test_the_secretary_is_that_of_the_child_whose_paper_is_held(tenant_db):
    """Their elder sibling is in another collège."""
    family = make_diallos()
    elder = make_family().pupil
    Pupil.objects.filter(pk=elder.pk).update(birth_date=datetime.date(2010, 1, 1))
    Guardianship.objects.create(
        pupil=elder, guardian=family.guardians[0], relation="MOTHER", legal_role=1,
        valid_from=datetime.date(2012, 1, 1),
    )  # fmt: skip

    request = prove(arrive(first_names=("Moussa",)).request).request

    assert request.college_uai == family.college.uai


def test_two_parents_of_one_name_are_left_to_a_person(tenant_db):
    family = make_diallos(guardians=2)
    Guardian.objects.filter(pk=family.guardians[1].pk).update(first_name="Aminata")

    assert prove(arrive().request).request.reason == "SEVERAL_PEOPLE"
    assert nothing_is_joined()


def test_who_answers_for_the_child_no_more_is_nobody_of_it(tenant_db):
    family = make_diallos()
    Guardianship.objects.filter(pupil=family.pupil).update(valid_until=datetime.date(2020, 1, 1))

    assert prove(arrive().request).request.reason == "NAME_DIFFERS"
    assert nothing_is_joined()


def test_a_second_identity_never_takes_the_place_of_the_first(tenant_db):
    (mother,) = make_diallos().guardians
    first = guardian().user

    request = guardian(subject="edu-another").request

    assert (request.state, request.reason) == ("TO_DECIDE", "ALREADY_LINKED")
    assert list(ExternalIdentity.objects.values_list("subject", "user")) == [
        ("edu-aminata", first.pk)
    ]
    assert mother


def test_a_secretary_who_sees_both_may_put_one_in_the_place_of_the_other(tenant_db):
    make_diallos()
    first = guardian().user
    request = guardian(subject="edu-another").request
    (candidate,) = queries.candidates_of(request)

    done = operations.decide(request=request, candidate=candidate, actor=ACTOR, at=now())

    assert (done.state, done.user) == ("LINKED", first)
    assert guardian(subject="edu-another").user == first
    old = ExternalIdentity.objects.get(subject="edu-aminata")
    assert old.ended_at is not None
    assert AuditEntry.objects.filter(action="identities.identity.ended").count() == 1


def test_a_decision_joins_the_one_that_was_chosen_and_forgets_what_was_said(tenant_db):
    family = make_diallos(guardians=2)
    request = prove(arrive(first_names=("Moussa",)).request).request
    chosen = queries.candidates_of(request)[1]

    done = operations.decide(request=request, candidate=chosen, actor=ACTOR, at=now())

    family.guardians[1].refresh_from_db()
    assert family.guardians[1].user == done.user
    assert done.sealed_claims is None
    with pytest.raises(RequestOver):
        operations.decide(request=request, candidate=chosen, actor=ACTOR, at=now())
    with pytest.raises(RequestOver):
        operations.refuse(request=request, answer="Non.", actor=ACTOR, at=now())


def test_a_candidate_of_another_request_decides_nothing(tenant_db):
    make_diallos(guardians=2)
    request = prove(arrive(first_names=("Moussa",)).request).request
    other = prove(arrive(subject="another", first_names=("Awa",)).request).request

    with pytest.raises(RequestOver):
        operations.decide(
            request=request, candidate=queries.candidates_of(other)[0], actor=ACTOR, at=now()
        )
    assert nothing_is_joined()


def test_a_refusal_says_why_and_is_read_by_who_comes_again(tenant_db):
    make_diallos()
    request = pupil(birth_date=None).request
    with pytest.raises(WordsMissing):
        operations.refuse(request=request, answer="  ", actor=ACTOR, at=now())

    operations.refuse(request=request, answer="Passez au collège.", actor=ACTOR, at=now())

    again = pupil().request
    assert (again.pk, again.answer) == (request.pk, "Passez au collège.")
    later = operations.arrive(
        claims=make_claims(
            kind="EDUCONNECT", subject="edu-ibrahima", profile="PUPIL", last_names=("Diallo",),
            first_names=("Ibrahima",), birth_date=BORN, join_keys=("2001",), uai="0921234A",
        ),
        at=now() + datetime.timedelta(days=8),
    )  # fmt: skip
    assert later.user is not None


def test_a_closed_account_is_opened_by_no_identity(tenant_db):
    make_diallos()
    user = pupil().user
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(AccountClosed):
        pupil()


def test_what_is_said_of_somebody_is_sealed_and_forgotten(tenant_db):
    make_diallos()
    request = arrive().request

    assert b"DIALLO" not in bytes(request.sealed_claims)
    assert operations.purge(at=now() + datetime.timedelta(days=29)) == 0
    assert operations.purge(at=now() + datetime.timedelta(days=31)) == 1


def published() -> list[dict[str, str]]:
    """FranceConnect's own test identities (github.com/france-connect/sources)."""
    path = SPECS / "franceconnect" / "fcp-low_base.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["login"] and row["given_name"]]


def test_names_as_franceconnect_writes_them_are_those_of_a_feed():
    """Birth name or name in use, the first of several first names, accents and hyphens."""
    rows = published()
    if not rows:
        pytest.skip("franceconnect's identities are not here: see SOCLE_SPECS")
    assert len(rows) > 30
    for row in rows:
        names = tuple(filter(None, (row["family_name"], row["preferred_username"])))
        claims = make_claims(last_names=names, first_names=(row["given_name"],))
        for last_name in names:
            first_name = row["given_name"].split()[0]
            known = Guardian(last_name=last_name.title(), first_name=first_name.upper())
            assert reconciling.is_named(known, claims), row
            stranger = Guardian(last_name=last_name, first_name=f"{first_name}x")
            assert not reconciling.is_named(stranger, claims), row
