"""Every refusal has its words: why, what to do, whom to ask."""

import datetime
import importlib
import pkgutil

import pytest

import api
import billing
import commons
import console
import portal
import socle
import tenants
import ui
from commons.errors import DomainError, NotFound
from tenants.registry import directory
from tenants.registry.connecting import connection
from ui import errors
from ui.error_texts import TEXTS

SKIPPED = ("migrations", "settings", "wsgi", "celery")


def _import_all() -> None:
    for package in (commons, tenants, billing, ui, portal, console, api, socle):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in SKIPPED for part in module.name.split(".")):
                importlib.import_module(module.name)


def _subclasses(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind}.union(*(_subclasses(child) for child in kind.__subclasses__()))


def test_every_domain_error_has_a_text():
    _import_all()
    ours = [kind for kind in _subclasses(DomainError) if not kind.__module__.startswith("tests")]
    missing = {kind.code: kind.__qualname__ for kind in ours if kind.code not in TEXTS}

    assert len(ours) > 20
    assert not missing


def test_code_of_an_error_is_its_own():
    """Two errors that share a code would share a text; a subclass may keep its parent's."""
    _import_all()
    owners: dict[str, type[DomainError]] = {}
    for kind in _subclasses(DomainError):
        if "code" in vars(kind) and not kind.__module__.startswith("tests"):
            assert owners.setdefault(kind.code, kind) is kind, kind.code


def test_refusal_says_why_what_to_do_and_whom_to_ask():
    said = errors.explain_code("SIGN_IN_TOO_MANY", {}, phone="0147293000")

    assert str(said) == (
        "Il y a eu trop d'essais. Attendez quinze minutes, puis essayez encore."
        " Une question\u00a0? Appelez le 01\u00a047\u00a029\u00a030\u00a000."
    )


def test_reason_refines_the_text_of_a_code():
    said = errors.explain_code("CANTEEN_INVALID_WEEKDAYS", {"reason": "NO_DAY"}, phone="")

    assert str(said) == "Aucun jour n'est coché. Cochez au moins un jour."


def test_unknown_reason_falls_back_on_the_code():
    said = errors.explain_code("CANTEEN_INVALID_WEEKDAYS", {"reason": "MARTIAN"}, phone="")

    assert said.why == "Ces jours ne peuvent pas être choisis."


@pytest.mark.parametrize("day", ["2026-12-01", datetime.date(2026, 12, 1)])
def test_dates_in_details_are_written_in_french(day):
    said = errors.explain_code(
        "CANTEEN_INVALID_START", {"reason": "TOO_CLOSE", "first_free_day": day}, phone=""
    )

    assert said.todo == "Le premier jour possible est le 1er\u00a0décembre\u00a02026."


def test_missing_detail_never_breaks_a_page():
    said = errors.explain_code("CANTEEN_INVALID_START", {"reason": "TOO_CLOSE"}, phone="")

    assert said.todo == "Le premier jour possible est le …."


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_text_can_be_written_whatever_the_details(code):
    base, _, reason = code.partition(".")
    said = errors.explain_code(base, {"reason": reason} if reason else {}, phone="0147293000")

    assert said.why
    assert said.todo
    assert "%(" not in str(said)


def test_refusal_of_the_current_departement_gives_its_telephone(tenant_db):
    assert str(errors.explain(NotFound())) == (
        "Nous ne trouvons pas ce que vous cherchez."
        " L'adresse est peut-être ancienne. Repartez de l'accueil."
        " Une question\u00a0? Appelez le 09\u00a069\u00a032\u00a060\u00a092."
    )


def test_refusal_elsewhere_gives_the_telephone_of_that_departement(tenant_db, in_tenant):
    with in_tenant("d94"):
        assert str(errors.explain(NotFound())).endswith(
            "Appelez le 01\u00a043\u00a099\u00a070\u00a000."
        )


def test_refusal_on_the_public_host_gives_none(tenant_db):
    connection.set_schema_to_public()

    said = errors.explain(NotFound())
    connection.set_tenant(directory.by_schema("d92"))

    assert said.ask == ""
