"""A département's portal."""

from django.urls import path

from portal.views import (
    account,
    brand,
    canteen,
    children,
    contests,
    documents,
    home,
    invoices,
    notices,
    pages,
    payments,
    personal_data,
    rights,
    session,
    simulator,
)

app_name = "portal"
_child = "enfants/<uuid:public_id>/"
_rights = "droits/<uuid:public_id>/"
_payment = "paiements/<uuid:public_id>/"
urlpatterns = [
    path("", home.home, name="home"),
    path("marque.css", brand.stylesheet, name="brand"),
    path("connexion/", session.sign_in, name="sign-in"),
    path("deconnexion/", session.sign_out, name="sign-out"),
    path("enfants/", children.children, name="children"),
    path(_child, children.child, name="child"),
    path(f"{_child}cantine/inscription/", canteen.enrolment, name="enrolment"),
    path(f"{_child}cantine/inscription/jours/", canteen.enrolment_days, name="enrolment-days"),
    path(
        f"{_child}cantine/inscription/situation/",
        canteen.enrolment_resources,
        name="enrolment-resources",
    ),
    path(
        f"{_child}cantine/inscription/confirmation/",
        canteen.enrolment_confirm,
        name="enrolment-confirm",
    ),
    path(f"{_child}cantine/prix/", canteen.price, name="price"),
    path(f"{_child}cantine/prix/contester/", contests.contest, name="contest"),
    path(f"{_child}cantine/calendrier/", canteen.calendar, name="calendar"),
    path("factures/", invoices.invoices, name="invoices"),
    path("factures/<uuid:public_id>/", invoices.invoice, name="invoice"),
    path(
        "factures/<uuid:public_id>/facture.pdf",
        documents.invoice_document,
        name="invoice-document",
    ),
    path("factures/payer/", payments.pay_together, name="pay-together"),
    path(
        "avoirs/<uuid:public_id>/avoir.pdf",
        documents.credit_note_document,
        name="credit-note-document",
    ),
    path("factures/<uuid:public_id>/payer/", payments.pay, name="pay"),
    path(
        "factures/<uuid:public_id>/lignes/<uuid:line_id>/erreur/", invoices.dispute, name="dispute"
    ),
    path("paiements/", payments.payments, name="payments"),
    path(_payment, payments.payment, name="payment"),
    path(f"{_payment}recu.pdf", documents.receipt_document, name="receipt-document"),
    path(
        "paiements/attestations/<slug:year>/attestation.pdf",
        documents.certificate_document,
        name="certificate-document",
    ),
    path(f"{_payment}retour/", payments.come_back, name="payment-return"),
    path(f"{_payment}continuer/", payments.resume, name="payment-resume"),
    path(f"{_payment}abandonner/", payments.leave, name="payment-leave"),
    path("paiements/avis/stripe/", notices.stripe, name="stripe-notices"),
    path("droits/", rights.requests, name="rights"),
    path(_rights, rights.request_page, name="rights-request"),
    path(f"{_rights}moyen/", rights.way, name="rights-way"),
    path(f"{_rights}identite/", rights.identity, name="rights-identity"),
    path(f"{_rights}numero-fiscal/", rights.tax_number, name="rights-tax-number"),
    path(f"{_rights}accord/", rights.agreement, name="rights-agreement"),
    path(f"{_rights}piece/", rights.add_document, name="rights-add-document"),
    path("droits/pieces/<uuid:public_id>/", rights.document, name="rights-document"),
    path(f"{_rights}reessayer/", rights.ask_again, name="rights-ask-again"),
    path(f"{_rights}retirer/", rights.take_back, name="rights-take-back"),
    path(f"{_rights}abandonner/", rights.give_up, name="rights-give-up"),
    path("combien/", simulator.simulator, name="simulator"),
    path("combien/<slug:slug>/", simulator.simulator, name="simulator-service"),
    path("aide/", pages.help_page, name="help"),
    path("compte/", account.account, name="account"),
    path("compte/donnees/", personal_data.own_data, name="own-data"),
    path("compte/donnees/fichier/", personal_data.take_away, name="own-data-file"),
    path("donnees-personnelles/", pages.data_protection, name="data-protection"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("boite/", pages.mailbox, name="mailbox"),
]
