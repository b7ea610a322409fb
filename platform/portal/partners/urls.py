"""The addresses of the partners' space."""

from __future__ import annotations

from django.urls import path

from portal.partners import (
    alone,
    by_number,
    entering,
    history,
    people,
    sheet,
    statements,
    validating,
)

urlpatterns = [
    path("partenaires/", validating.home, name="partner-home"),
    path("partenaires/connexion/", entering.sign_in, name="partner-sign-in"),
    path("partenaires/deconnexion/", entering.sign_out, name="partner-sign-out"),
    path("partenaires/invitation/<str:token>/", entering.follow, name="partner-invitation"),
    path("partenaires/rejoindre/", entering.join, name="partner-join"),
    path("partenaires/choisir/", entering.choose, name="partner-choose"),
    path("partenaires/ticket/", validating.look, name="partner-ticket"),
    path("partenaires/valider/", validating.capture, name="partner-validate"),
    path("partenaires/validations/<uuid:public_id>/", validating.answer, name="partner-capture"),
    path("partenaires/validations/<uuid:public_id>/annuler/", validating.undo, name="partner-undo"),
    path("partenaires/historique/", history.history, name="partner-history"),
    path(
        "partenaires/historique/validations.csv",
        history.history_file,
        name="partner-history-file",
    ),
    path("partenaires/releves/", statements.statements, name="partner-statements"),
    path("partenaires/releves/<uuid:public_id>/", statements.statement, name="partner-statement"),
    path(
        "partenaires/releves/<uuid:public_id>/releve.pdf",
        statements.statement_document,
        name="partner-statement-document",
    ),
    path(
        "partenaires/releves/<uuid:public_id>/releve.csv",
        statements.statement_table,
        name="partner-statement-table",
    ),
    path(
        "partenaires/releves/<uuid:public_id>/contester/<slug:line>/",
        statements.dispute,
        name="partner-dispute",
    ),
    path("partenaires/carte/", by_number.tickets, name="partner-number"),
    path("partenaires/fiche/", sheet.sheet, name="partner-sheet"),
    path("partenaires/fiche/changer/", sheet.change, name="partner-sheet-change"),
    path(
        "partenaires/fiche/<uuid:public_id>/retirer/",
        sheet.withdraw,
        name="partner-sheet-withdraw",
    ),
    path("partenaires/compte-bancaire/", sheet.account, name="partner-account"),
    path("partenaires/equipe/", people.team, name="partner-team"),
    path(
        "partenaires/equipe/invitations/<uuid:public_id>/retirer/",
        people.withdraw,
        name="partner-invitation-withdraw",
    ),
    path(
        "partenaires/equipe/<uuid:public_id>/role/",
        people.change_role,
        name="partner-member-role",
    ),
    path(
        "partenaires/equipe/<uuid:public_id>/retirer/",
        people.end_member,
        name="partner-member-end",
    ),
    path("partenaires/caisses/", people.tills, name="partner-tills"),
    path("partenaires/caisses/<uuid:public_id>/ici/", people.stand, name="partner-till-stand"),
    path("partenaires/caisses/<uuid:public_id>/fermer/", people.close, name="partner-till-close"),
    path(
        "partenaires/caisses/<uuid:public_id>/renommer/", people.rename, name="partner-till-rename"
    ),
    path("partenaires/sans-internet/", alone.offline, name="partner-offline"),
    path("partenaires/sans-internet/telephone/", alone.phone, name="partner-offline-phone"),
    path("partenaires/sans-internet/envoyer/", alone.send, name="partner-offline-send"),
    path(
        "partenaires/sans-internet/<uuid:public_id>/terminer/",
        alone.end,
        name="partner-offline-end",
    ),
    path("partenaires/travail.js", alone.worker, name="partner-offline-worker"),
]
