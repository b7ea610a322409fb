"""What no link leads to: the steps of a form, a field refused, pages refused, an empty département.

A journey is played in each of the four contexts. It yields at each page worth looking at: the name
of the scene, and the answer of the site.
"""

from __future__ import annotations

import datetime
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Response

from commons.school_calendar import school_year_of

SPARE_CODE, SPARE_SLUG = "60", "oise"  # a département that is not the demo's: empty, then full
SPARE_AGENT = "agent.oise@exemple.fr"
PASSWORD = "Socle-demo-2026"  # of everybody; the walker does not load Django
SPARE_NEWCOMER = "nouvelle.oise@exemple.fr"  # an agent who has no second factor yet
SPARE_PARENT = "parent.oise@exemple.fr"
MANY_PUPILS = 1500
LETTER_CODE = "CDFG-HJKM-34PR"  # of the cast
TAX_NUMBER = "3023217600053"

Scene = tuple[str, Response | None]


def _send(page: Page, name: str) -> Response | None:
    with page.expect_navigation() as answered:
        page.get_by_role("button", name=re.compile(name)).first.click()
    return answered.value


def refused_sign_in(page: Page, origin: str) -> Iterator[Scene]:
    """A field left empty, then a wrong password."""
    page.goto(f"{origin}/connexion/")
    page.get_by_label("Adresse électronique").fill("aminata.diallo@")
    yield "un champ mal rempli", _send(page, "^Se connecter$")
    page.get_by_label("Adresse électronique").fill("personne@exemple.fr")
    page.get_by_label("Mot de passe", exact=True).fill("pas celui-là")
    yield "un mot de passe refusé", _send(page, "^Se connecter$")


def by_other_accounts(page: Page, origin: str) -> Iterator[Scene]:
    """By FranceConnect: whose mother is it? An aunt who waits, a father with a letter. By EduConnect:
    somebody whom the feed does not know, whose code is refused; a pupil who gets in."""
    page.goto(f"{origin}/connexion/")
    _send(page, "FranceConnect")
    yield "à qui est cet enfant", _send(page, "Élise Lambert")
    yield "un INE oublié", _send(page, "Continuer")
    page.goto(f"{origin}/connexion/")
    _send(page, "FranceConnect")
    yield "une connexion arrêtée", _send(page, "Revenir sans")
    page.goto(f"{origin}/connexion/")
    _send(page, "FranceConnect")
    yield "une demande chez le secrétariat", _send(page, "Fatou Diallo")
    page.goto(f"{origin}/connexion/")
    _send(page, "EduConnect")
    yield "quelqu'un que l'annuaire ne connaît pas", _send(page, "Camille Petit")
    page.get_by_label("Le code de la lettre").fill("CDFG-HJKM-34PT")
    page.get_by_label("Une date de naissance").fill("08/04/2012")
    yield "une lettre qui n'est pas la sienne", _send(page, "Continuer")
    page.goto(f"{origin}/connexion/")
    _send(page, "FranceConnect")
    _send(page, "Charles-Édouard")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("lettre avec un code")).click()
    yield "se faire reconnaître avec une lettre", None
    page.goto(f"{origin}/connexion/")
    _send(page, "EduConnect")
    yield "l'accueil d'une élève", _send(page, "Chloé Moreau")
    page.goto(f"{origin}/compte/")
    _send(page, "^Se déconnecter")


def _enter(page: Page, origin: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{origin}/connexion/")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    _send(page, "^Se connecter$")


def second_step(page: Page, origin: str) -> Iterator[Scene]:
    """The password is right: the code is asked for, and one is refused."""
    _enter(page, origin, "karim.lecture@exemple.fr")
    yield "la deuxième étape", None
    page.get_by_label("Code de vérification").fill("AAAA")
    yield "un code refusé", _send(page, "Continuer")


def first_sign_in(page: Page, origin: str) -> Iterator[Scene]:
    """An agent who has no second factor: led to set one up, and nowhere else."""
    _enter(page, origin, SPARE_NEWCOMER)
    yield "une protection à choisir", None
    with page.expect_navigation():
        page.get_by_role("link", name="Choisir l'application").click()
    yield "une application à ajouter", None
    page.get_by_label("Code affiché").fill("AAAA")
    yield "un premier code refusé", _send(page, "Continuer")
    page.goto(f"{origin}/compte/securite/cle/")
    yield "une clé à créer", None


def security(page: Page, origin: str) -> Iterator[Scene]:
    """An agent's own security: new recovery codes, and the question asked again."""
    page.goto(f"{origin}/compte/securite/")
    yield "dix codes de secours", _send(page, "dix nouveaux codes")
    page.goto(f"{origin}/compte/securite/mot-de-passe/")
    page.get_by_label("Mot de passe actuel").fill("pas celui-là")
    page.get_by_label("Nouveau mot de passe").fill("une-longue-phrase-de-passe")
    yield "un mot de passe actuel faux", _send(page, "Changer")


def simulation(page: Page, origin: str) -> Iterator[Scene]:
    """What a meal would cost: a figure nobody can read, then an answer."""
    page.goto(f"{origin}/combien/demi-pension/")
    page.get_by_label("revenu fiscal").fill("beaucoup")
    yield "un revenu mal écrit", _send(page, "Calculer")
    page.get_by_label("revenu fiscal").fill("18 000")
    page.get_by_label("nombre de parts").fill("2,5")
    yield "un prix calculé", _send(page, "Calculer")


def enrolment(page: Page, origin: str) -> Iterator[Scene]:
    """The three steps of an enrolment, up to the confirmation, which is not given."""
    page.goto(f"{origin}/enfants/")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("page .*Ibrahima")).click()
    # Not through its link, whose words change once a context before has begun.
    page.goto(f"{page.url}cantine/inscription/jours/")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    yield "aucun jour choisi", _send(page, "Continuer")
    page.get_by_label(re.compile("lundi", re.IGNORECASE)).check()
    page.get_by_label(re.compile("jeudi", re.IGNORECASE)).check()
    yield "étape 2", _send(page, "Continuer")
    page.get_by_role("radio").first.check()
    yield "étape 3", _send(page, "Continuer")


def registering(page: Page, origin: str) -> Iterator[Scene]:
    """The four steps of a registration for Pass+, begun and not sent; a photograph that is too small."""
    page.goto(f"{origin}/pass-plus/inscription/")
    begun = page.get_by_role("link", name=re.compile("Reprendre"))
    if begun.count():
        with page.expect_navigation():
            begun.first.click()
    else:
        _send(page, "Inscrire Ibrahima")
    registration = re.sub(r"[a-z]+/$", "", page.url)
    yield "dire sa situation", page.goto(f"{registration}situation/")
    yield "une photo à prendre", page.goto(f"{registration}photo/")
    small = io.BytesIO()
    Image.new("RGB", (120, 160), "white").save(small, "JPEG")
    page.get_by_label("La photo").set_input_files(
        [{"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": small.getvalue()}]
    )
    yield "une photo trop petite", _send(page, "Envoyer la photo")
    yield "ses pièces", page.goto(f"{registration}pieces/")
    yield "relire avant d'envoyer", page.goto(f"{registration}envoyer/")


def paying(page: Page, origin: str) -> Iterator[Scene]:
    """A payment that is begun, left at the bank, then given up: the invoice is as it was."""
    page.goto(f"{origin}/factures/")
    with page.expect_navigation():
        page.locator("main a[href^='/factures/']").first.click()
    invoice = page.url
    _send(page, "Payer .* en ligne")
    _send(page, "Revenir sans payer")
    yield "un paiement pas terminé", page.goto(page.url)
    yield "une facture dont le paiement est commencé", page.goto(invoice)
    with page.expect_navigation():
        page.get_by_role("link", name="Voir ce paiement").click()
    yield "un paiement abandonné", _send(page, "Abandonner")


def rights(page: Page, origin: str) -> Iterator[Scene]:
    """The steps of giving one's rights, each answered badly first; nothing is agreed to or sent."""
    page.goto(f"{origin}/droits/")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("mes droits|ma demande")).click()
    found = re.search(r"/droits/[0-9a-f-]{36}/", page.url)
    assert found is not None, page.url
    step = f"{origin}{found[0]}"
    yield "trois façons de dire sa situation", page.goto(f"{step}moyen/")
    _choose(page, "Demander")
    yield "qui demander", _send(page, "Continuer")
    yield "une identité vide", _send(page, "Continuer")
    if page.get_by_label("Votre numéro fiscal").count():
        page.get_by_label("Votre numéro fiscal").fill(TAX_NUMBER)
        yield "l'accord", _send(page, "Continuer")
        yield "un accord non donné", _send(page, "Donner mon accord")
    page.goto(f"{step}moyen/")
    _choose(page, "prix le plus haut")
    yield "le prix le plus haut", _send(page, "Continuer")
    page.goto(f"{step}moyen/")
    _choose(page, "Envoyer une pièce")
    yield "une pièce attendue", _send(page, "Continuer")
    yield "la pièce", page.goto(f"{step}piece/")
    yield "aucune pièce choisie", _send(page, "Envoyer")


def _choose(page: Page, name: str) -> None:
    page.get_by_label(re.compile(name)).first.check()


def services(page: Page, origin: str) -> Iterator[Scene]:
    """One click opens a service; what is told when one does not open, and when one wants us to leave."""
    page.goto(f"{origin}/services/")
    with page.expect_navigation(url=re.compile("/oidc/madmagz/")):
        page.get_by_role("link", name="Ouvrir Madmagz").click()
    assert page.get_by_role("heading", name="Bienvenue chez Madmagz").count(), page.url
    page.goto(f"{origin}/services/")
    with page.expect_navigation(url=re.compile("/saml/mediatheque/[a-z-]+/$")):  # by a form
        page.get_by_role("link", name="Ouvrir La médiathèque").click()
    assert page.get_by_role("heading", name="Bienvenue chez La médiathèque").count(), page.url
    yield "un service qui ne s'ouvre pas", page.goto(f"{origin}/services/absent/ouvrir/")
    yield "un service mal présenté", page.goto(f"{origin}/openid/autorisation/?client_id=absent")
    yield "un service demande de se déconnecter", page.goto(f"{origin}/openid/deconnexion/")


def linking(page: Page, origin: str) -> Iterator[Scene]:
    """Two portals of one parent: linked, switched, seen from both sides, and ended on both.

    Her other account is in Hauts-de-Seine, with the same address and password.
    """
    there = origin.replace("yvelines", "hauts-de-seine")
    yield "un portail à relier", page.goto(f"{origin}/compte/portails/hauts-de-seine/relier/")
    if "/confirmer/" in page.url:  # the walk before took long: she proves it again
        page.get_by_label("Mot de passe").fill(PASSWORD)
        _send(page, "Continuer")
    _send(page, "^Continuer$")
    yield "l'autre portail demande de se connecter", None
    page.get_by_label("Adresse électronique").fill("elise.lambert@exemple.fr")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    yield "un accord pour l'autre portail", _send(page, "^Se connecter$")
    yield "deux portails reliés", _send(page, "J'accepte")
    page.goto(f"{origin}/compte/")
    page.context.clear_cookies(name="sessionid", domain=re.sub(r"^http://|:.*", "", origin))
    page.goto(there)
    with page.expect_navigation(url=re.compile(f"{origin}/$")):
        page.get_by_role("navigation", name="Vos portails").get_by_role("link").click()
    yield "l'accueil, par l'autre portail", None
    yield "ce qui se prouve encore", page.goto(f"{origin}/compte/securite/mot-de-passe/")
    page.goto(f"{origin}/compte/portails/")
    yield "plus d'entrée par l'autre portail", _send(page, "Ne plus entrer ici")
    page.goto(f"{there}/compte/portails/")
    yield "les portails, vus de l'autre", None
    _send(page, "Ne plus l'ouvrir")
    yield (
        "deux portails qui ne sont plus reliés",
        page.goto(f"{there}/connexion/departement/retour/"),
    )


def refused_pages(page: Page, origin: str) -> Iterator[Scene]:
    """What a family is told of a page that is not there, and of one that is not theirs."""
    yield "page absente", page.goto(f"{origin}/page-qui-n-existe-pas/")
    yield "page interdite", page.goto(f"{origin}/console/")


def searches(page: Page, origin: str) -> Iterator[Scene]:
    """What an agent finds, and what they do not."""
    yield "recherche", page.goto(f"{origin}/console/chercher/?q=a")
    yield "recherche sans résultat", page.goto(f"{origin}/console/chercher/?q=zzzz")
    yield "liste sans résultat", page.goto(f"{origin}/console/people/pupil/?q=zzzz")
    yield "page absente", page.goto(f"{origin}/console/page-qui-n-existe-pas/")


def month_to_prepare(page: Page, origin: str) -> Iterator[Scene]:
    """An act, from its questions to its effect; it is not done."""
    yield "un acte : ses questions", page.goto(f"{origin}/console/actes/prepare-run/")
    yield "un acte : son effet", _send(page, "Voir|Aperçu|Continuer")


def usages(page: Page, origin: str) -> Iterator[Scene]:
    """Who comes, by week, then the days of one collège."""
    page.goto(f"{origin}/console/usages/")
    page.get_by_label("Période", exact=True).select_option("semaine")
    yield "les usages par semaine", _send(page, "^Voir$")
    page.get_by_label("Période", exact=True).select_option("jour")
    page.get_by_label("Collège", exact=True).select_option(index=1)
    yield "les usages d'un collège, par jour", _send(page, "^Voir$")


def on_paper(page: Page, origin: str) -> Iterator[Scene]:
    """A letter, up to the password, which is not accepted; then a link that is asked for."""
    born = school_year_of(datetime.datetime.now(tz=datetime.UTC).date()).start_year - 13
    page.goto(f"{origin}/premiere-connexion/")
    page.get_by_label("Le code de la lettre").fill("CDFG HJKM")
    page.get_by_label("Une date de naissance").fill("l'an dernier")
    yield "une date mal écrite", _send(page, "Continuer")
    page.get_by_label("Une date de naissance").fill(f"08/04/{born}")
    yield "une lettre refusée", _send(page, "Continuer")
    page.get_by_label("Le code de la lettre").fill(LETTER_CODE)
    yield "pour qui est le compte", _send(page, "Continuer")
    page.get_by_label("Votre mot de passe").fill("court")
    page.get_by_label("Le même").fill("court")
    yield "un mot de passe trop court", _send(page, "Enregistrer")
    page.goto(f"{origin}/mot-de-passe-oublie/")
    page.get_by_role("textbox", name="Adresse électronique").fill("personne@exemple.fr")
    yield "un lien demandé", _send(page, "Recevoir")


def giving_codes(page: Page, origin: str) -> Iterator[Scene]:
    """The secretary gives one code, and looks at what letters for a class would be."""
    page.goto(f"{origin}/console/comptes/")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("Donner un code")).last.click()
    yield "donner un code : son effet", _send(page, "Voir")
    yield "des lettres à ouvrir", _send(page, "Donner")
    page.goto(f"{origin}/console/comptes/")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("Imprimer les lettres")).click()
    page.get_by_label("Refaire les codes").check()
    yield "imprimer des lettres : son effet", _send(page, "Voir")


def acting(page: Page, origin: str) -> Iterator[Scene]:
    """An agent reads a family's portal, is refused what is not open, and says why they must fill in."""
    page.goto(f"{origin}/console/people/guardian/?q=diallo")
    with page.expect_navigation():
        page.locator("main table a[href*='/people/guardian/']").first.click()
    with page.expect_navigation():
        page.get_by_role("link", name="Agir pour cette personne").click()
    page.get_by_label("Pourquoi").fill("aide")
    yield "agir : sans raison", _send(page, "Voir|Aperçu|Continuer")
    page.get_by_label("Pourquoi").fill("Elle appelle : elle ne trouve pas sa facture.")
    yield "agir : son effet", _send(page, "Voir|Aperçu|Continuer")
    yield "le portail de la famille", _send(page, "Agir")
    yield "la personne elle-même", page.goto(f"{origin}/compte/donnees/")
    page.goto(f"{origin}/droits/")
    yield "rien n'a été fait", _send(page, "mes droits|ma demande")
    page.goto(f"{origin}/agir/elargir/")
    yield "remplir sans dire pourquoi", _send(page, "Continuer")
    page.get_by_label("Pourquoi").fill("Elle me dicte les jours de cantine.")
    yield "remplir à la place de la famille", _send(page, "Continuer")
    _send(page, "Terminer")


def partner_refusals(page: Page, origin: str) -> Iterator[Scene]:
    """At a till: nothing typed, a code that no ticket bears; nobody invited; the phone is prepared."""
    page.goto(f"{origin}/partenaires/caisses/")
    if page.get_by_role("button", name=re.compile("Je suis ici")).count():
        _send(page, "Je suis ici")
    page.goto(f"{origin}/partenaires/")
    yield "un code oublié", _send(page, "Voir le ticket")
    page.get_by_label("Le code du ticket").fill("BCDF 2345")
    yield "un code inconnu", _send(page, "Voir le ticket")
    page.goto(f"{origin}/partenaires/equipe/")
    yield "une adresse oubliée", _send(page, "Envoyer l'invitation")
    yield "un appareil à préparer", page.goto(f"{origin}/partenaires/sans-internet/")


def partner_sheet(page: Page, origin: str) -> Iterator[Scene]:
    """A sheet with a site that is none, then one that waits; an account that cannot be."""
    page.goto(f"{origin}/partenaires/fiche/changer/")
    page.get_by_label("Votre site").fill("judo des lilas")
    yield "un site mal écrit", _send(page, "Envoyer la demande")
    page.get_by_label("Votre site").fill("https://judo.exemple.fr")
    yield "une fiche qui attend", _send(page, "Envoyer la demande")
    page.goto(f"{origin}/partenaires/compte-bancaire/")
    page.get_by_label("Le titulaire").fill("Judo club des Lilas")
    page.get_by_label("L'IBAN").fill("FR76 0000")
    yield "un IBAN faux", _send(page, "Donner ce compte")


def partner_number(page: Page, origin: str) -> Iterator[Scene]:
    """The number of a card that leads to no ticket of this partner."""
    page.goto(f"{origin}/partenaires/caisses/")
    if page.get_by_role("button", name=re.compile("Je suis ici")).count():
        _send(page, "Je suis ici")
    page.goto(f"{origin}/partenaires/carte/")
    page.get_by_label("Le numéro").fill("AB123456")
    yield "aucun ticket pour ce numéro", _send(page, "Voir ses tickets")


def main() -> None:
    """In the site's environment: people for the spare département, or a full directory."""
    from socle.django_ready import django_ready

    django_ready("worker")
    from django.utils import timezone

    from commons.actors import Actor
    from socle.seeding import cast, demo
    from tenants.accounts import operations as accounts
    from tenants.accounts.capabilities import Role
    from tenants.registry import contexts

    actor, at = Actor.command("make look"), timezone.now()
    with contexts.tenant(f"d{SPARE_CODE}"):
        for email, first_name, role in (
            (SPARE_AGENT, "Odile", Role.ADMINISTRATOR),
            (SPARE_NEWCOMER, "Odette", Role.ADMINISTRATOR),
            (SPARE_PARENT, "Odilon", None),
        ):
            user = accounts.create_user(
                email=email,
                first_name=first_name,
                last_name="Dumoulin",
                password=cast.PASSWORD,
                actor=actor,
                at=at,
            )
            if role:
                accounts.grant_role(user=user, role=role, college_uai="", actor=actor, at=at)
            if email == SPARE_AGENT:
                demo.give_demo_code(user, at=at - datetime.timedelta(hours=1))


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
    main()
