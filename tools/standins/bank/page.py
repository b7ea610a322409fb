"""What a person sees at the bank: the hosted page of a session, and their own bank asking."""

from __future__ import annotations

import html
import json

from tools.standins.bank.books import Books
from tools.standins.bank.intents import AUTHENTICATION_FAILURE
from tools.standins.bank.wire import Json

_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:18px/1.5 sans-serif;margin:0;background:#f4f4f0;color:#1b1b1b}}
main{{max-width:26rem;margin:auto;padding:1.5rem}}button{{font:inherit;width:100%;padding:.8rem;
margin:.4rem 0;border:2px solid #274c77;border-radius:.5rem;background:#fff;color:#274c77}}
button.first{{background:#274c77;color:#fff}}p.note{{background:#fff3cd;padding:.8rem;border-radius:.5rem}}
dl{{display:flex;justify-content:space-between;margin:.3rem 0}}dd{{margin:0}}</style></head><body><main>
<h1>{title}</h1><p class="note">Ici, rien n'est payé pour de vrai.</p>{content}</main></body></html>"""
_CHOICES = (
    ("card", "Payer par carte", "first"),
    ("asks", "Payer par une carte à confirmer", ""),
    ("declined", "Essayer une carte refusée", ""),
    ("debit", "Payer par prélèvement", ""),
    ("leave", "Revenir sans payer", ""),
)
_ANSWERS = (("yes", "Confirmer", "first"), ("no", "Refuser", ""))
_CLOSED = "<p>Cette page est fermée.</p>"


def euros(cents: int) -> str:
    """`12,40 €`."""
    return f"{cents // 100},{cents % 100:02d}\u202f€"


def hosted(books: Books, session: Json) -> str:
    """The hosted page of a session."""
    lines = "".join(
        f"<dl><dt>{html.escape(label)}</dt><dd>{euros(cents)}</dd></dl>"
        for label, cents in json.loads(books.secrets[session["id"]])["lines"]
    )
    content = f"{lines}<h2>Total : {euros(session['amount_total'])}</h2>"
    if session["status"] != "open":
        content += _CLOSED
    else:
        intent = books.objects.get(session["payment_intent"] or "") or {}
        content += _failure(intent.get("last_payment_error")) + _form("how", _CHOICES)
    return _PAGE.format(title="Banque d'essai", content=content)


def confirmation(intent: Json) -> str:
    """Where the person's own bank asks whether it is they who pay: 3-D Secure."""
    if intent["status"] != "requires_action":
        content = _CLOSED
    else:
        asked = f"<p>Payez-vous bien {euros(intent['amount'])} ?</p>"
        content = asked + _form("answer", _ANSWERS)
    return _PAGE.format(title="Confirmer avec votre banque", content=content)


def _failure(error: Json | None) -> str:
    if error is None:
        return ""
    is_unconfirmed = error["code"] == AUTHENTICATION_FAILURE
    said = "Votre banque n'a pas confirmé." if is_unconfirmed else "Carte refusée."
    return f'<p class="note" role="alert">{said} Essayez une autre carte.</p>'


def _form(name: str, choices: tuple[tuple[str, str, str], ...]) -> str:
    buttons = "".join(
        f'<button name="{name}" value="{value}" class="{style}">{label}</button>'
        for value, label, style in choices
    )
    return f'<form method="post">{buttons}</form>'
