"""How acts are named in the graph, and what their targets are."""

from __future__ import annotations

from console.acts import Act

# Names that another mutation has: everybody ends their own sessions, a family cancels its own meals, a
# partner gives its own account.
OTHER_NAMES = {
    "add-meal": "add-enrolment-meal",
    "cancel-meals": "cancel-enrolment-meals",
    "end-sessions": "end-sessions-of-account",
    "give-partner-iban": "record-partner-iban",
}

# What the identifiers name, each followed by the acts on one, then by the acts on several.
_TARGETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Le compte": (("end-sessions", "reset-factors"), ()),
    "L'anomalie ; « facturation:code » nomme toutes celles de ce type sans réponse": (
        (),
        ("answer-anomalies",),
    ),
    "La facturation": (("issue-run", "prepare-correction", "review-run"), ()),
    "La facturation à préparer de nouveau, ou rien": (("prepare-run",), ()),
    "La facture": (("cancel-invoice", "credit-invoice"), ()),
    "La réclamation": (("accept-dispute", "refuse-dispute"), ()),
    "La contestation de prix": (("accept-contest", "refuse-contest"), ()),
    "Le paiement": (
        ("ask-refund",),
        ("answer-payment", "ask-provider-again", "close-unknown-payment"),
    ),
    "L'avis du prestataire : « compte:référence »": ((), ("handle-notices-again",)),
    "Le remboursement": ((), ("approve-refunds", "refuse-refunds")),
    "Le responsable": (("act-for-family",), ()),
    "L'élève": (
        ("enrol-pupil", "form-household", "note-emancipation", "record-resources", "share-bills"),
        ("redecide-prices",),
    ),
    "L'élève, ou le responsable": (("give-code",), ()),
    "Le message": (("hide-message",), ()),
    "Le signalement": (("leave-message-shown",), ()),
    "Le message masqué et contesté": (("answer-message-appeal",), ()),
    "Le modèle de message": (("end-message-template",), ()),
    "« conversation:responsable »": (("add-guardian-to-thread",), ()),
    "Le participant": (("remove-from-thread",), ()),
    "L'inscription à la cantine": (
        ("add-meal", "cancel-meals", "change-payers", "excuse-absences"),
        ("change-weekdays", "end-enrolments"),
    ),
    "Le jour de service : « UAI:date »": ((), ("close-service-days",)),
    "Le collège": ((), ("open-service-days",)),
    "Le collège, par son UAI": (("prepare-timetable", "save-message-template"), ()),
    "L'import d'emploi du temps": (("apply-timetable",), ()),
    "« college-UAI », ou « classe-UAI:année:nom »": (("print-letters",), ()),
    "La fiche à trancher : « import:type:identifiant »": (("decide-feed-record",), ()),
    "La demande de reconnaissance": (("recognise-person", "refuse-person"), ()),
    "Le brouillon de barème": (("drop-draft", "publish-draft"), ()),
    "La période : « MONTH:date », ou « YEAR:date »": (("prepare-figures", "publish-figures"), ()),
    "Le chiffre : « MONTH:date:indicateur », ou « YEAR:date:indicateur »": (
        ("prepare-figure",),
        (),
    ),
    "Le chiffre préparé": (("publish-figure", "veto-figure"), ()),
    "Le département, par son code": (
        (
            "agree-departement",
            "distrust-departement",
            "propose-exchange",
            "stop-departement",
            "trust-departement",
        ),
        (),
    ),
    "Le relevé entre départements": (("contest-clearing",), ()),
    "Le partenaire": (
        ("change-partner", "end-partner", "give-partner-iban", "invite-partner-member"),
        (),
    ),
    "Le compte bancaire du partenaire": (("confirm-partner-iban",), ()),
    "Le changement de fiche demandé": (("accept-partner-sheet", "refuse-partner-sheet"), ()),
    "La personne, chez le partenaire": (("end-partner-member",), ()),
    "La convention dont la suivante part": (("publish-partner-terms",), ()),
    "La clé des tickets, par son nom": (("replace-ticket-key",), ()),
    "Le service, par son code": (("enable-service",), ()),
    "Le service activé": (
        (
            "disable-service",
            "grant-attributes",
            "open-service",
            "register-cas-service",
            "register-client",
            "register-saml-partner",
        ),
        (),
    ),
    "L'ouverture du service": (("close-opening", "set-licences"), ()),
    "La connexion du service": (("close-registration",), ()),
    "Le logiciel prévenu": (
        (
            "pause-endpoint",
            "replay-given-up",
            "resume-endpoint",
            "rotate-endpoint-secret",
            "subscribe-endpoint",
            "try-endpoint",
        ),
        (),
    ),
    "L'envoi à un logiciel": ((), ("replay-delivery",)),
    "« college-UAI », ou « departement » pour tous les collèges": (("write-announcement",), ()),
    "L'annonce": (
        (
            "correct-announcement",
            "print-announcement",
            "publish-announcement",
            "remind-readers",
            "rewrite-announcement",
            "schedule-announcement",
            "withdraw-announcement",
        ),
        (),
    ),
    "La clé de signature, par son nom": (("rotate-keys",), ()),
    "Le logiciel": (("revoke-integrator", "rotate-credential"), ()),
    "Le fichier d'un collège": (("take-records",), ()),
    "La justification d'une absence": (
        (),
        ("accept-justifications", "ask-justification-again"),
    ),
    "L'origine": (("withdraw-origin",), ()),
    "La convention d'échange": (("end-exchange", "sign-exchange"), ()),
    "L'arrivée d'un élève": (("refuse-arrival", "unmerge-arrival"), ()),
    "L'arrivée, puis l'élève": ((), ("merge-arrival",)),
    "L'élément reçu": (("set-item-aside", "take-over-item"), ()),
    "Le départ d'un élève": (("confirm-departure", "refuse-departure"), ()),
}
# By act: what its targets are, and whether there may be several.
TARGETS = {
    name: (words, several)
    for words, both in _TARGETS.items()
    for several, names in zip((False, True), both, strict=True)
    for name in names
}
# Acts about nothing that exists yet.
WITHOUT_TARGETS = frozenset(
    {
        "affiliate-partner",
        "allow-origin",
        "create-endpoint",
        "open-paying-account",
        "register-integrator",
        "set-notification-defaults",
        "set-records-rules",
    }
)


def type_name(act: Act) -> str:
    """`form-household` → `FormHousehold`."""
    return "".join(word.capitalize() for word in OTHER_NAMES.get(act.name, act.name).split("-"))


def field_name(act: Act) -> str:
    """`form-household` → `formHousehold`."""
    name = type_name(act)
    return name[0].lower() + name[1:]
