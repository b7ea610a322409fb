"""The secretary's page of accounts and codes, and the letters it gives."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from commons import jobs
from commons.models import AuditEntry, Job
from console import acts
from console.acts import activation
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.activation.models import ActivationCode, Letters
from tenants.people.models import SchoolClass, Schooling
from tests import pdfs
from tests.console.test_acts import confirm, text
from tests.factories.canteen import SCHOOL_YEAR, Family, make_family
from tests.factories.codes import AT
from tests.factories.portal import make_account


@pytest.fixture(autouse=True)
def at_that_moment() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(site: Any) -> Family:
    found = make_family()
    in_class(found)
    return found


@pytest.fixture
def secretary(agent: Any, family: Family) -> Any:
    return agent(Role.COLLEGE_SECRETARY, family.college.uai)


def in_class(family: Family) -> SchoolClass:
    its_class, _new = SchoolClass.objects.get_or_create(
        college=family.college, school_year=SCHOOL_YEAR, name="5e B", level="5E"
    )
    Schooling.objects.filter(pupil=family.pupil).update(school_class=its_class)
    return its_class


def test_the_page_says_who_has_neither_and_offers_a_code(secretary: Any, family: Family) -> None:
    make_account(family.guardians[0])

    page = text(secretary.get("/console/comptes/"))

    assert "5e B" in page
    assert "Compte ouvert" in page
    assert "Ni compte ni code" in page
    assert str(family.pupil) in page


def test_a_code_is_printed_by_who_gave_it_and_opened_once_more_is_written_down(
    secretary: Any, family: Family
) -> None:
    _shown, done = confirm(secretary, acts.url_for("give-code", family.guardians[0]), reason="")
    letters = Letters.objects.get()
    address = f"/console/lettres/{letters.public_id}/lettres.pdf"

    assert done.url == "/console/lettres/"
    assert address in secretary.get(done.url).content.decode()
    opened = secretary.get(address)
    assert opened.headers["Content-Type"] == "application/pdf"
    assert family.guardians[0].full_name in pdfs.text_of(opened.content)
    assert AuditEntry.objects.filter(action="activation.letters.opened").count() == 1
    later = AT + datetime.timedelta(hours=25)
    with time_machine.travel(later, tick=False):
        secretary.sign_in(User.objects.get(public_id=letters.actor_id))
        assert secretary.get(address).status_code == 404


def test_a_new_code_for_an_account_needs_what_was_shown_and_why(
    secretary: Any, family: Family
) -> None:
    make_account(family.guardians[0])
    url = acts.url_for("give-code", family.guardians[0])

    refused = secretary.post(url, shown=["SCHOOL_CARD"], reason="")
    assert refused.status_code == 422
    assert not ActivationCode.objects.exists()
    confirm(secretary, url, shown=["SCHOOL_CARD"], reason="Mot de passe oublié")

    assert ActivationCode.objects.get().is_recovery


def test_an_agent_s_own_account_is_given_no_code(secretary: Any, family: Family) -> None:
    user = make_account(family.guardians[0])
    StaffRole.objects.create(user=user, role=Role.ADMINISTRATOR)

    page = text(secretary.get("/console/comptes/"))
    refused = secretary.post(
        acts.url_for("give-code", family.guardians[0]), shown=["KNOWN"], reason="Oublié"
    )

    assert "Agent : aucun code" in page
    assert refused.status_code == 422
    assert not ActivationCode.objects.exists()


def test_the_letters_of_a_class_are_made_by_the_worker(
    secretary: Any, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation, "MOST_AT_ONCE", 0)
    its_class = SchoolClass.objects.get()

    _shown, done = confirm(secretary, acts.url_for("print-letters", its_class), audience="PUPILS")
    job = Job.objects.get()
    assert secretary.get(done.url).status_code == 200
    jobs.perform(job.pk)

    letters = Letters.objects.get()
    assert (letters.job_id, letters.school_class, letters.count) == (job.public_id, its_class, 1)
    assert "/console/lettres/" in secretary.get(done.url).content.decode()
    opened = secretary.get(f"/console/lettres/{letters.public_id}/lettres.pdf")
    assert family.pupil.full_name in pdfs.text_of(opened.content)


def test_the_work_of_one_is_not_seen_by_another(
    secretary: Any, agent: Any, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation, "MOST_AT_ONCE", 0)
    url = acts.url_for("print-letters", SchoolClass.objects.get())
    _shown, done = confirm(secretary, url, audience="PUPILS")

    assert agent(Role.ADMINISTRATOR).get(done.url).status_code == 404


def test_a_secretary_reaches_no_other_college(secretary: Any, family: Family) -> None:
    stranger = make_family()
    its_class = in_class(stranger)

    for url in (
        f"/console/comptes/?college={stranger.college.uai}",
        acts.url_for("give-code", stranger.pupil),
        acts.url_for("give-code", stranger.guardians[0]),
        acts.url_for("print-letters", its_class),
        acts.url_for("print-letters", stranger.college),
    ):
        assert secretary.get(url).status_code == 404, url
    # A class of theirs by number, named under their own collège, shows theirs.
    mine = secretary.get(f"/console/comptes/?college={family.college.uai}&classe={its_class.pk}")
    assert str(stranger.pupil) not in text(mine)
    assert not ActivationCode.objects.exists()
