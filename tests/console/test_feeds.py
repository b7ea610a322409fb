"""What the last import left open is settled from its report."""

from __future__ import annotations

import html
import re

from tenants.accounts.capabilities import Role
from tenants.people.models import Pupil
from tests.console.test_acts import confirm, text
from tests.factories.feeds import (
    LATER,
    became,
    change,
    delta,
    pupil,
    school,
    take,
    write,
)

LEA = {"sn": "Martin", "givenName": "Léa", "ENTEleveINE": "092000001AB"}
ALI = {"sn": "Koné", "givenName": "Ali", "ENTPersonDateNaissance": "01/01/2012"}


def test_the_list_tells_a_complete_feed_from_what_changed_since(agent, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))
    imported = take(delta(tmp_path / "b", change("1", givenName="Léa-Rose")))
    site = agent(Role.ADMINISTRATOR)

    listed = text(site.get("/console/annuaire/"))
    told = text(site.get(f"/console/annuaire/{imported.public_id}/"))

    assert "Complet du 2 septembre 2024" in listed
    assert "Changements du 4 novembre 2024" in listed
    assert "Changements du 4 novembre 2024" in told
    assert "Complet" not in told


def test_an_identifier_given_again_is_settled_and_the_next_import_follows(agent, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))
    reused = write(tmp_path / "b", school(), pupil("1", **ALI), day=LATER)
    imported = take(reused)
    site = agent(Role.ADMINISTRATOR)

    report = site.get(f"/console/annuaire/{imported.public_id}/?devenir=AMBIGUOUS")
    (address,) = re.findall(r'href="(/console/actes/decide[^"]+)"', report.content.decode())
    address = html.unescape(address)
    shown, done = confirm(site, address, answer="OTHER")

    assert "Trancher la fiche 1" in text(report)
    assert "Martin" in text(shown)
    assert "Koné" in text(shown)
    assert done.status_code == 302
    assert became(take(reused)) == {"CREATED": 1}
    assert set(Pupil.objects.values_list("last_name", flat=True)) == {"Martin", "Koné"}

    again = site.post(address, answer="OTHER")
    assert "plus à trancher" in text(again)
