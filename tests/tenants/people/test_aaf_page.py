"""The console's page of an import says everything in words."""

from __future__ import annotations

import html
import re

from django.urls import reverse

from tenants.accounts.capabilities import Role
from tests.console.conftest import agent, empty_cache, site
from tests.factories.feeds import FAMILY, LATER, MOTHER, pupil, record, take, write

__all__ = ("agent", "empty_cache", "site")


def read(at_site, imported, outcome=""):
    """The words of the page, without tags."""
    address = reverse("console:feed", args=[imported.public_id])
    page = at_site.get(address, **({"devenir": outcome} if outcome else {}))
    assert page.status_code == 200
    body = page.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_the_page_says_reasons_kinds_and_changes_in_words(agent, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER])))
    changed = pupil("1", ["10$2$1$0$1$1"], givenName="Mariam", ENTEleveRegime="NOMADE")
    lost = pupil("2", ENTPersonStructRattach="9")
    staff = record("PersEducNat", "5")
    imported = take(write(tmp_path / "b", *FAMILY, changed, lost, staff, day=LATER))
    administrator = agent(Role.ADMINISTRATOR)

    refused = read(administrator, imported)
    told = read(administrator, imported, "CHANGED")

    assert "Élève Modifié 1, Refusé 1" in refused
    assert "Personnel Lu, non repris 1" in refused
    assert "L'établissement de l'élève nous est inconnu." in refused
    assert "prénom : Enfant1 Mariam" in told
    assert "régime : Demi-pensionnaire Externe" in told
    assert "responsables : 10 (Mère, autorité parentale, paie) 10 (Mère, paie)" in told
    assert "Le régime est inconnu. L'élève est compté externe." in told
    for page in (refused, told):
        assert not re.search(r"\b[A-Z]+_[A-Z_]+\b", page)  # no raw code
        assert "PUPIL" not in page


def test_what_is_unchanged_and_to_be_looked_at_has_its_place(agent, tmp_path):
    folder = write(tmp_path, *FAMILY, pupil("1"))
    take(folder)
    imported = take(folder)

    page = read(agent(Role.ADMINISTRATOR), imported, "UNCHANGED")

    assert "À regarder" in page
    assert "L'élève n'a pas de responsable." in page


def test_a_stopped_import_says_why(agent, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1"), pupil("2")))
    stopped = take(write(tmp_path / "b", *FAMILY, pupil("1"), day=LATER), forced=())

    page = read(agent(Role.ADMINISTRATOR), stopped, "DISAPPEARING")

    assert "Élèves qui disparaîtraient : 1 sur 2. " in page
    assert "Le seuil est de 5 %." in page
    assert "nom : Diallo prénom : Enfant2" in page
