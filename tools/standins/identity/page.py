"""The pages of both: who do you want to be? Plain, without a script, and saying that it is a test."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

_STYLE = """
body{font:1.0625rem/1.5 system-ui,sans-serif;margin:0;background:#f4f4f8;color:#1c1c28}
main{max-width:34rem;margin:0 auto;padding:2rem 1rem}
.head{border-top:.4rem solid #000091;background:#fff;padding:1rem}
.head strong{font-size:1.25rem}
.note{background:#fff3cd;border:1px solid #8a6d1a;padding:.75rem 1rem;border-radius:.5rem}
button{display:block;width:100%;min-height:3rem;text-align:left;font:inherit;padding:.75rem 1rem;
margin:.5rem 0;border:1px solid #55566b;border-radius:.5rem;background:#fff;color:inherit;cursor:pointer}
button:hover,button:focus{outline:3px solid #000091;outline-offset:1px}
small{display:block;color:#4a4b5e;font-size:1rem}
"""


def choice(*, name: str, forms: Iterable[str], give_up: str = "") -> bytes:
    """A page with one button a person."""
    return _page(
        name,
        "<h1>Qui êtes-vous ?</h1>"
        '<p class="note">Service d\'essai : choisissez une personne de la démonstration.</p>'
        f"{''.join(forms)}{give_up}",
    )


def form(
    action: str, hidden: Mapping[str, str], *, label: str, about: str = "", method: str = "post"
) -> str:
    """One person's button."""
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in hidden.items()
    )
    small = f"<small>{html.escape(about)}</small>" if about else ""
    return (
        f'<form method="{method}" action="{html.escape(action)}">{fields}'
        f'<button type="submit">{html.escape(label)}{small}</button></form>'
    )


def message(name: str, title: str, text: str) -> bytes:
    """A page that says one thing."""
    return _page(name, f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>")


def _page(name: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        f"<title>{html.escape(name)} d'essai</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{_STYLE}</style></head><body><header class="head"><strong>{html.escape(name)}</strong> '
        f"(essai)</header><main>{body}</main></body></html>"
    ).encode()
