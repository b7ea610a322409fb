"""What agents do: a file is taken, decided once, completed or refused, with words for the family."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pytest

from billing.rights import deciding, operations, queries
from billing.rights.models import ProofDocument, RightsRequest, RightsRules
from billing.rights.operations import Figures
from billing.tariffs.models import HouseholdResources
from billing.tariffs.recording import ProofMissing
from commons import outbox, uploads
from commons.errors import NotFound
from commons.models import OutboxEvent
from tests.factories.canteen import Family
from tests.factories.rights import (
    AGENT,
    NOW,
    OTHER_AGENT,
    PARENT,
    chosen,
    make_asking_family,
    prices,
    stored,
    to_inspect,
)
from tests.factories.tariffs import ACTOR
from tests.families_files import picture

pytestmark = pytest.mark.usefixtures("tenant_db")
CAF = Figures(basis="CAF_QF", quotient=Decimal(1100), proof_kind="CAF_CERTIFICATE")


@pytest.fixture
def family() -> Family:
    return make_asking_family()


def rules(**traits: object) -> RightsRules:
    given = {
        "sla_hours": 72, "longest_days": 10, "lasting": "SCHOOL_YEAR", "document_days": 0,
    }  # fmt: skip
    return operations.set_rules(**(given | traits), actor=ACTOR, at=NOW())  # type: ignore[arg-type]


def test_a_document_puts_the_file_in_the_queue_with_its_day(family: Family) -> None:
    rules(sla_hours=24, longest_days=5)

    request = to_inspect(family)

    assert list(queries.queue()) == [request]
    assert (request.state, request.reason) == ("TO_INSPECT", "DOCUMENT_ADDED")
    assert request.waiting_since is not None
    assert request.due_at == request.waiting_since + datetime.timedelta(hours=24)
    assert request.latest_at == request.waiting_since + datetime.timedelta(days=5)


def test_an_agent_decides_with_what_the_document_says(family: Family) -> None:
    request = to_inspect(family)

    decided = operations.decide_request(request=request, figures=CAF, actor=AGENT, at=NOW())

    assert (decided.state, decided.is_automatic) == ("DECIDED", False)
    resources = HouseholdResources.objects.get()
    assert (resources.quotient_familial, resources.proof_kind) == (1100, "CAF_CERTIFICATE")
    assert [cents for cents, _ in prices(family)][:2] == [595, 280]


def test_a_status_needs_the_document_that_proves_it(family: Family) -> None:
    request = to_inspect(family)
    figures = Figures(statuses=("RSA",), proof_kind="TAX_NOTICE")

    with pytest.raises(ProofMissing):
        operations.decide_request(request=request, figures=figures, actor=AGENT, at=NOW())
    request.refresh_from_db()
    assert request.state == "TO_INSPECT"

    proved = Figures(statuses=("RSA",), proof_kind="STATUS_CERTIFICATE")
    operations.decide_request(request=request, figures=proved, actor=AGENT, at=NOW())
    assert [cents for cents, _ in prices(family)][:2] == [595, 40]


def test_two_agents_do_not_undo_each_other(family: Family) -> None:
    request = to_inspect(family)
    operations.take_request(request=request, actor=AGENT, at=NOW())
    operations.take_request(request=request, actor=AGENT, at=NOW())

    for act in (
        lambda: operations.take_request(request=request, actor=OTHER_AGENT, at=NOW()),
        lambda: operations.decide_request(
            request=request, figures=CAF, actor=OTHER_AGENT, at=NOW()
        ),
        lambda: operations.refuse_request(
            request=request, words="Non.", actor=OTHER_AGENT, at=NOW()
        ),
        lambda: operations.ask_document(request=request, words="Où ?", actor=OTHER_AGENT, at=NOW()),
    ):
        with pytest.raises(operations.TakenByAnother):
            act()

    operations.release_request(request=request, actor=OTHER_AGENT, at=NOW())
    operations.decide_request(request=request, figures=CAF, actor=OTHER_AGENT, at=NOW())
    with pytest.raises(operations.RequestOver):
        operations.decide_request(request=request, figures=CAF, actor=AGENT, at=NOW())
    assert HouseholdResources.objects.count() == 1


def test_another_document_is_asked_for_with_words(family: Family) -> None:
    request = to_inspect(family)
    with pytest.raises(operations.WordsMissing):
        operations.ask_document(request=request, words=" ", actor=AGENT, at=NOW())

    operations.ask_document(request=request, words="La page 2 manque.", actor=AGENT, at=NOW())

    request.refresh_from_db()
    assert (request.state, request.answer) == ("TO_COMPLETE", "La page 2 manque.")
    assert (request.due_at, request.taken_by) == (None, "")
    operations.attach_document(
        request=request,
        kind="CAF_CERTIFICATE",
        stored=stored("page2.pdf"),
        actor=PARENT,
        at=NOW(),
    )
    assert queries.queue().get().pk == request.pk
    assert queries.documents_of(request).count() == 2


def test_a_refusal_says_why_and_changes_no_price(family: Family) -> None:
    request = to_inspect(family)

    operations.refuse_request(request=request, words="Cet avis a dix ans.", actor=AGENT, at=NOW())

    request.refresh_from_db()
    assert (request.state, request.answer) == ("REFUSED", "Cet avis a dix ans.")
    assert prices(family) == [(595, True)]
    assert not HouseholdResources.objects.exists()
    assert OutboxEvent.objects.filter(name="rights.request.refused").count() == 1


def is_there(document: ProofDocument) -> bool:
    try:
        uploads.open_stored(document.storage_name).close()
    except NotFound:
        return False
    return True


def test_documents_are_deleted_once_it_is_decided(family: Family) -> None:
    request = to_inspect(family)
    document = ProofDocument.objects.get()

    operations.decide_request(request=request, figures=CAF, actor=AGENT, at=NOW())
    assert is_there(document)
    outbox.deliver_pending(at=NOW())

    assert not is_there(document)
    assert ProofDocument.objects.get().deleted_at is not None


def test_a_file_that_no_row_names_is_swept_and_the_others_stay(family: Family) -> None:
    to_inspect(family)
    orphan = stored("orphan.pdf")

    swept = operations.purge(at=NOW() + datetime.timedelta(hours=2))

    assert swept["orphans"] == 1
    assert is_there(ProofDocument.objects.get())
    with pytest.raises(NotFound):
        uploads.open_stored(orphan.name)


def test_a_document_is_looked_into_before_it_is_added(family: Family) -> None:
    request = chosen(family, "DOCUMENT")

    def give(content: bytes) -> ProofDocument:
        return operations.give_document(
            request=request,
            kind="TAX_NOTICE",
            stream=io.BytesIO(content),
            declared_name="avis.png",
            actor=PARENT,
            at=NOW(),
        )

    with pytest.raises(uploads.UploadRefused):
        give(b"MZ not a picture")
    assert not ProofDocument.objects.exists()

    given = give(picture())

    assert given.content_type == "image/jpeg"
    assert is_there(given)
    assert queries.queue().get().pk == request.pk


def test_documents_are_kept_as_long_as_the_rules_say(family: Family) -> None:
    rules(document_days=30)
    request = to_inspect(family)
    operations.decide_request(request=request, figures=CAF, actor=AGENT, at=NOW())

    assert operations.delete_documents(request=request, at=NOW()) == 0
    later = NOW() + datetime.timedelta(days=31)
    assert operations.purge(at=later)["documents"] == 1


def test_the_same_document_twice_is_one_and_eleven_are_too_many(family: Family) -> None:
    request = to_inspect(family)
    again = operations.attach_document(
        request=request, kind="OTHER", stored=stored(), actor=PARENT, at=NOW()
    )
    assert again.kind == "CAF_CERTIFICATE"

    for rank in range(9):
        operations.attach_document(
            request=request, kind="OTHER", stored=stored(f"{rank}.pdf"), actor=PARENT, at=NOW()
        )
    with pytest.raises(operations.TooManyDocuments):
        operations.attach_document(
            request=request, kind="OTHER", stored=stored("11.pdf"), actor=PARENT, at=NOW()
        )


def test_a_family_cannot_change_what_an_agent_has(family: Family) -> None:
    to_inspect(family)

    with pytest.raises(operations.RequestUnderWay):
        chosen(family, "MAXIMUM")
    assert RightsRequest.objects.get().way == "DOCUMENT"


@pytest.mark.parametrize(
    ("lasting", "start", "expected"),
    [
        ("SCHOOL_YEAR", "2026-11-29", "2027-09-01"),
        ("SCHOOL_YEAR", "2027-06-15", "2028-09-01"),
        ("CALENDAR_YEAR", "2026-11-29", "2028-01-01"),
        ("CALENDAR_YEAR", "2026-03-01", "2027-01-01"),
        ("OPEN", "2026-11-29", None),
    ],
)
def test_a_proof_lasts_as_the_rules_say(lasting: str, start: str, expected: str | None) -> None:
    """One given in June is for the year to come."""
    ends = deciding.end_of_proof(RightsRules(lasting=lasting), datetime.date.fromisoformat(start))

    assert (ends and ends.isoformat()) == expected
