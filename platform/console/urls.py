"""The task pages of the console; the lists of the registry come after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from console.views import (
    activation,
    acts,
    announcements,
    billing,
    campaigns,
    departements,
    documents,
    drafts,
    families,
    feeds,
    figures,
    identities,
    jobs,
    messages,
    moves,
    partner_payments,
    proposals,
    reciprocity,
    school_files,
    style,
    tariffs,
    timetables,
    today,
    usage,
)

if TYPE_CHECKING:
    from console.sites import ConsoleSite


def task_patterns(site: ConsoleSite) -> list[URLPattern]:
    """Each page behind the site's door."""
    guard = site.admin_view
    return [
        path("", guard(today.today), name="index"),
        path("couleurs.css", guard(style.stylesheet, cacheable=True), name="colours"),
        path("chercher/", guard(families.search), name="search"),
        path("actes/<slug:name>/", guard(acts.act_page), name="act"),
        path("eleves/<uuid:public_id>/", guard(families.pupil_file), name="pupil-file"),
        path("facturation/", guard(billing.runs), name="billing-runs"),
        path("facturation/<uuid:public_id>/", guard(billing.run), name="billing-run"),
        path("travaux/<uuid:public_id>/", guard(jobs.job), name="job"),
        path("connexions/departements/", guard(departements.page), name="departements"),
        path("connexions/moyens/", guard(identities.ways_page), name="ways"),
        path("tarifs/", guard(tariffs.tariffs), name="tariffs"),
        path("tarifs/<uuid:public_id>/", guard(tariffs.version), name="tariff-version"),
        path("tarifs/brouillons/", guard(drafts.drafts), name="drafts"),
        path("tarifs/brouillons/nouveau/", guard(drafts.start), name="draft-start"),
        path("tarifs/brouillons/<uuid:public_id>/", guard(drafts.draft), name="draft"),
        path(
            "tarifs/brouillons/<uuid:public_id>/simulation/",
            guard(drafts.simulation),
            name="simulation",
        ),
        path(
            "tarifs/brouillons/<uuid:public_id>/proposer/",
            guard(proposals.proposal),
            name="proposal",
        ),
        path("comptes/", guard(activation.helped), name="helped"),
        path("lettres/", guard(activation.letters), name="letters"),
        path(
            "lettres/<uuid:public_id>/lettres.pdf",
            guard(activation.letters_document),
            name="letters-document",
        ),
        path("usages/", guard(usage.usage), name="usage"),
        path("annuaire/", guard(feeds.feeds), name="feeds"),
        path("annuaire/<uuid:public_id>/", guard(feeds.feed), name="feed"),
        *document_patterns(site),
        *figure_patterns(site),
        *school_patterns(site),
        *pass_patterns(site),
    ]


def document_patterns(site: ConsoleSite) -> list[URLPattern]:
    """What is opened as a file."""
    guard = site.admin_view
    return [
        path(
            "factures/<uuid:public_id>/facture.pdf",
            guard(documents.invoice_document),
            name="invoice-document",
        ),
        path(
            "avoirs/<uuid:public_id>/avoir.pdf",
            guard(documents.credit_note_document),
            name="credit-note-document",
        ),
        path(
            "paiements/<uuid:public_id>/recu.pdf",
            guard(documents.receipt_document),
            name="receipt-document",
        ),
        path(
            "droits/pieces/<uuid:public_id>/",
            guard(documents.rights_document),
            name="rights-document",
        ),
    ]


def figure_patterns(site: ConsoleSite) -> list[URLPattern]:
    """What the département publishes to be compared."""
    guard = site.admin_view
    return [
        path("chiffres/", guard(figures.figures), name="figures"),
        path("chiffres/masques/", guard(figures.journal), name="figures-journal"),
        path("chiffres/<uuid:public_id>/", guard(figures.figure), name="figure"),
    ]


def school_patterns(site: ConsoleSite) -> list[URLPattern]:
    """The pages of a collège's secretary: the school's life."""
    guard = site.admin_view
    return [
        *announcement_patterns(site),
        path("emplois-du-temps/", guard(timetables.timetables), name="timetables"),
        path(
            "emplois-du-temps/<uuid:public_id>/",
            guard(timetables.timetable_import),
            name="timetable-import",
        ),
        path("vie-scolaire/fichiers/", guard(school_files.files), name="school-files"),
        path(
            "vie-scolaire/fichiers/<uuid:public_id>/",
            guard(school_files.file),
            name="school-file",
        ),
        path(
            "vie-scolaire/pieces/<uuid:public_id>/",
            guard(school_files.justification_document),
            name="justification-document",
        ),
        *message_patterns(site),
    ]


def message_patterns(site: ConsoleSite) -> list[URLPattern]:
    """The threads of a collège with its families."""
    guard = site.admin_view
    return [
        path("messages/", guard(messages.inbox), name="messages"),
        path("messages/<uuid:public_id>/", guard(messages.thread), name="message-thread"),
        path("messages/ecrire/<uuid:public_id>/", guard(messages.new), name="message-new"),
        path("messages/modeles/", guard(messages.templates), name="message-templates"),
        path("messages/moderation/", guard(messages.moderation), name="message-moderation"),
        path(
            "messages/pieces/<uuid:public_id>/",
            guard(messages.attachment),
            name="message-attachment",
        ),
    ]


def announcement_patterns(site: ConsoleSite) -> list[URLPattern]:
    """The pages of announcements: where one writes, who has read, the letters."""
    guard = site.admin_view
    return [
        path("annonces/ecrire/", guard(announcements.places), name="announcement-places"),
        path("annonces/lettres/", guard(announcements.letters), name="announcement-letters"),
        path(
            "annonces/lettres/<uuid:public_id>/lettres.pdf",
            guard(announcements.letters_document),
            name="announcement-letters-document",
        ),
        path(
            "annonces/documents/<uuid:public_id>/",
            guard(announcements.document),
            name="announcement-document",
        ),
        path("annonces/<uuid:public_id>/", guard(announcements.follow), name="announcement"),
        path(
            "annonces/<uuid:public_id>/joindre/",
            guard(announcements.attach),
            name="announcement-attach",
        ),
    ]


def pass_patterns(site: ConsoleSite) -> list[URLPattern]:
    """The pages of Pass+, of its partners and of what départements owe each other."""
    guard = site.admin_view
    return [
        path("partenaires/paiements/", guard(partner_payments.runs), name="partner-runs"),
        path(
            "partenaires/paiements/<uuid:public_id>/",
            guard(partner_payments.run),
            name="partner-run",
        ),
        path(
            "partenaires/ordres/<uuid:public_id>/virements.xml",
            guard(partner_payments.order_file),
            name="partner-order-file",
        ),
        path(
            "partenaires/releves/<uuid:public_id>/releve.pdf",
            guard(partner_payments.statement_document),
            name="partner-statement-document",
        ),
        path("pass-plus/campagnes/", guard(campaigns.campaigns), name="campaigns"),
        path("pass-plus/campagnes/publier/", guard(campaigns.publish), name="campaign-publish"),
        path("pass-plus/campagnes/<uuid:public_id>/", guard(campaigns.campaign), name="campaign"),
        path(
            "pass-plus/inscriptions/pieces/<uuid:public_id>/",
            guard(documents.registration_document),
            name="registration-document",
        ),
        path(
            "partenaires/conventions/<uuid:public_id>/convention.pdf",
            guard(documents.partner_agreement),
            name="partner-agreement-document",
        ),
        path("entre-departements/", guard(reciprocity.page), name="reciprocity"),
        path("demenagements/", guard(moves.page), name="moves"),
        path(
            "entre-departements/<uuid:public_id>/releve.pdf",
            guard(reciprocity.document),
            name="clearing-document",
        ),
        path(
            "entre-departements/<uuid:public_id>/convention.pdf",
            guard(reciprocity.agreement_document),
            name="reciprocity-agreement-document",
        ),
        path(
            "entre-departements/<uuid:public_id>/lignes.csv",
            guard(reciprocity.lines),
            name="clearing-lines",
        ),
    ]
