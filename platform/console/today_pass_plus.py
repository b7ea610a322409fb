"""What of Pass+ waits for an agent: whom to answer, whom to pay, and what to sign with départements."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import ngettext

from console import sql
from console.tasks_today import Task, since
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User

_C = Capability


@dataclasses.dataclass(frozen=True, slots=True)
class _Waiting:
    """How many, and since when."""

    count: int
    oldest: datetime.datetime | None

    def task(self, title: str, address: str, *, tone: str = "warn") -> Task:
        return Task(self.count, title, since(self.oldest), address, tone)


# The columns of `today_pass_plus.sql`, in order.
_NAMES = (
    "registrations", "applications", "ibans", "sheets", "runs", "orders", "corrections", "disputes",
    "agreements", "statements", "unpaid",
)  # fmt: skip
_ACTING = frozenset(
    {
        _C.DECIDE_REGISTRATIONS,
        _C.MANAGE_PARTNERS,
        _C.MANAGE_PASSPLUS,
        _C.PREPARE_PARTNER_PAYMENTS,
        _C.APPROVE_PARTNER_PAYMENTS,
    }
)


def pass_plus_tasks(user: User, *, on: datetime.date) -> list[Task]:
    """The tasks of Pass+ that an agent may do: one query, and none for who may do nothing of it."""
    if not any(user.can(capability) for capability in _ACTING):
        return []
    (row,) = sql.rows("today_pass_plus", [on])
    found = {name: _Waiting(*row[2 * rank : 2 * rank + 2]) for rank, name in enumerate(_NAMES)}
    tasks: list[Task] = []
    if user.can(_C.DECIDE_REGISTRATIONS):
        tasks += _families(found)
    if user.can(_C.MANAGE_PARTNERS):
        tasks += _partners(found)
    if user.can(_C.APPROVE_PARTNER_PAYMENTS):
        tasks += _approvals(found)
    if user.can(_C.PREPARE_PARTNER_PAYMENTS):
        tasks += _disputes(found)
    if user.can(_C.MANAGE_PASSPLUS):
        tasks += _agreements(found)
    return tasks


def _families(found: dict[str, _Waiting]) -> list[Task]:
    waiting = found["registrations"]
    title = ngettext(
        "inscription au Pass+ à étudier", "inscriptions au Pass+ à étudier", waiting.count
    )
    return [waiting.task(title, f"{_list('passplus_registration')}?attend=oui")]


def _partners(found: dict[str, _Waiting]) -> list[Task]:
    asking, ibans, sheets = found["applications"], found["ibans"], found["sheets"]
    return [
        asking.task(
            ngettext("demande de partenariat", "demandes de partenariat", asking.count),
            f"{_list('passplus_partnerapplication')}?attend=oui",
        ),
        ibans.task(
            ngettext("compte bancaire à vérifier", "comptes bancaires à vérifier", ibans.count),
            f"{_list('passplus_partneriban')}?a_verifier=oui",
        ),
        sheets.task(
            ngettext("changement de fiche à lire", "changements de fiche à lire", sheets.count),
            f"{_list('passplus_sheetproposal')}?a_lire=oui",
        ),
    ]


def _approvals(found: dict[str, _Waiting]) -> list[Task]:
    """What a second person decides of money, and what leaves once it is decided."""
    runs, orders, corrections = found["runs"], found["orders"], found["corrections"]
    statements, unpaid = found["statements"], found["unpaid"]
    paying, between = reverse("console:partner-runs"), _list("reciprocity_statement")
    return [
        runs.task(
            ngettext(
                "paiement de partenaires à approuver",
                "paiements de partenaires à approuver",
                runs.count,
            ),
            f"{paying}?a_faire=approuver",
        ),
        orders.task(
            ngettext(
                "fichier de virements à donner à la banque",
                "fichiers de virements à donner à la banque",
                orders.count,
            ),
            f"{paying}?a_faire=envoyer",
        ),
        corrections.task(
            ngettext("correction à approuver", "corrections à approuver", corrections.count),
            f"{_list('passplus_correction')}?state__exact=ASKED",
        ),
        statements.task(
            ngettext(
                "relevé entre départements à vérifier",
                "relevés entre départements à vérifier",
                statements.count,
            ),
            f"{between}?a_accepter=oui",
        ),
        unpaid.task(
            ngettext(
                "relevé à payer à un autre département",
                "relevés à payer à un autre département",
                unpaid.count,
            ),
            f"{between}?a_payer=oui",
        ),
    ]


def _disputes(found: dict[str, _Waiting]) -> list[Task]:
    open_ones = found["disputes"]
    title = ngettext(
        "contestation de partenaire sans réponse",
        "contestations de partenaires sans réponse",
        open_ones.count,
    )
    return [open_ones.task(title, f"{_list('passplus_statementdispute')}?state__exact=OPEN")]


def _agreements(found: dict[str, _Waiting]) -> list[Task]:
    proposed = found["agreements"]
    title = ngettext(
        "convention entre départements à signer",
        "conventions entre départements à signer",
        proposed.count,
    )
    return [proposed.task(title, f"{_list('reciprocity_agreement')}?a_signer=oui")]


def _list(model: str) -> str:
    return reverse(f"console:{model}_changelist")
