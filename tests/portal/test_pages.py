"""Pages without data: declarations, help, colours, errors, the mailbox, the public host."""

import gzip
import re

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from ui import brand

OPEN_PAGES = ("/connexion/", "/aide/", "/accessibilite/", "/mentions-legales/", "/boite/")


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_page_opens_to_anybody(site, path):
    response = site.get(path)

    assert response.status_code == 200
    assert "Hauts-de-Seine" in response.content.decode()


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_page_has_one_title_one_main_heading_and_a_skip_link(site, path):
    html = site.get(path).content.decode()

    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert len(re.findall(r"<main ", html)) == 1
    assert '<html lang="fr">' in html
    assert '<a class="skip" href="#contenu">' in html


def test_a_page_travels_compressed_and_never_twice_of_the_same_length(site):
    plain = site.get("/aide/").content
    sent = [site.client.get("/aide/", headers={"Accept-Encoding": "gzip"}) for _turn in range(6)]
    site._come_back()

    assert {one.headers["Content-Encoding"] for one in sent} == {"gzip"}
    assert all(len(one.content) < len(plain) / 2 for one in sent)
    assert gzip.decompress(sent[0].content)[:100] == plain[:100]
    assert len({len(one.content) for one in sent}) > 1


def test_colours_of_the_departement_are_served_as_a_style_sheet_that_is_kept(site):
    response = site.get("/marque.css")

    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert "--brand:" in response.content.decode()


def test_each_departement_has_its_own_colours(site, in_tenant):
    from tenants.registry import directory

    ours, theirs = directory.by_schema("d92"), directory.by_schema("d94")

    assert site.get("/marque.css").content.decode() == brand.stylesheet(
        ours.primary_color, ours.accent_color
    )
    other = type(site)("d94").get("/marque.css").content.decode()
    site._come_back()
    assert other == brand.stylesheet(theirs.primary_color, theirs.accent_color)


def test_address_of_the_style_sheet_changes_with_the_colours(site):
    html = site.get("/aide/").content.decode()

    assert re.search(r'href="/marque.css\?v=[0-9a-f]{12}"', html)


def test_unknown_page_is_kind_and_branded(site):
    response = site.get("/nulle-part/")

    html = response.content.decode()
    assert response.status_code == 404
    assert "Cette page n&#x27;existe pas" in html
    assert "/marque.css" in html


def test_form_from_elsewhere_is_refused_kindly(site):
    client = Client(enforce_csrf_checks=True, headers={"host": "hauts-de-seine.socle.test"})

    response = client.post("/connexion/", {"name": "a@exemple.fr", "password": "x"})
    site._come_back()

    assert response.status_code == 403
    assert "ouverte trop longtemps" in response.content.decode()


def test_server_error_page_reads_neither_database_nor_session(rf):
    from portal import errors

    request = rf.get("/")
    request.reference = "abc123"

    html = errors.server_error(request).content.decode()

    assert "Quelque chose n&#x27;a pas marché chez nous" in html


def test_mailbox_shows_what_was_sent_here_and_nowhere_else(site, in_tenant):
    backend = get_connection("commons.mail.TenantFolderBackend")
    backend.send_messages([EmailMessage("Facture d'octobre", "Bonjour", to=["a@exemple.fr"])])

    assert "Facture d&#x27;octobre" in site.get("/boite/").content.decode()
    elsewhere = type(site)("d94").get("/boite/").content.decode()
    site._come_back()
    assert "Facture d&#x27;octobre" not in elsewhere


def test_mailbox_does_not_exist_outside_the_demo(site, settings):
    settings.HAS_MAILBOX = False

    assert site.get("/boite/").status_code == 404


def test_mailbox_shows_letters_as_text(site):
    backend = get_connection("commons.mail.TenantFolderBackend")
    backend.send_messages([EmailMessage("<script>", "<b>gras</b>", to=["a@exemple.fr"])])

    html = site.get("/boite/").content.decode()

    assert "<b>gras" not in html
    assert "&lt;script&gt;" in html


def test_public_host_lists_the_departements(tenant_db):
    from django.db import connection

    from tenants.registry import directory

    html = Client(headers={"host": "socle.test"}).get("/").content.decode()
    connection.set_tenant(directory.by_schema("d92"))

    assert 'href="http://hauts-de-seine.socle.test/"' in html
    assert 'href="http://val-de-marne.socle.test/"' in html


def test_policy_of_every_page_forbids_inline_code(site):
    policy = site.get("/aide/").headers["Content-Security-Policy"]

    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
