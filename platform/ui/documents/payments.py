"""Documents of what was paid: the receipt of a payment, and the certificate of a year."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.payments.models import Payment
from billing.payments.receipts import PaidOver, Receipt
from commons.money import format_euros
from ui import mail, wording
from ui.documents.files import File, plain_name
from ui.documents.sheets import Fact, Sheet, Table, sender_of
from ui.documents.typesetting import typeset

if TYPE_CHECKING:
    from tenants.registry.models import Departement

# How one pays online; the provider may not say.
METHODS = {
    Payment.Method.CARD.value: gettext_lazy("Carte bancaire, en ligne"),
    Payment.Method.DIRECT_DEBIT.value: gettext_lazy("Prélèvement bancaire, en ligne"),
    "": gettext_lazy("En ligne"),
}


def receipt_file(receipt: Receipt, *, at: datetime.datetime) -> File:
    """The receipt of a payment as a PDF."""
    sheet = receipt_sheet(receipt, departement=mail.current_departement())
    day = receipt.paid_on.isoformat()
    return File(plain_name("recu", day, str(receipt.public_id)[:8]), typeset(sheet, at=at))


def certificate_file(paid: PaidOver, *, name: str, at: datetime.datetime) -> File:
    """What a person paid over a period as a PDF; `name` is the period's (`2024-2025`)."""
    sheet = certificate_sheet(paid, name=name, departement=mail.current_departement(), at=at)
    return File(plain_name("attestation de paiement", name), typeset(sheet, at=at))


def receipt_sheet(receipt: Receipt, *, departement: Departement) -> Sheet:
    """What a receipt says."""
    invoice = receipt.named
    return Sheet(
        title=_("Reçu de paiement du %(day)s") % {"day": wording.full_date(receipt.paid_on)},
        heading=_("Reçu de paiement"),
        sender=sender_of(
            departement, regie_name=invoice.regie_name, regie_siret=invoice.regie_siret
        ),
        addressee=(invoice.payer_name, *invoice.payer_address),
        facts=(
            (_("Payé le"), wording.full_date(receipt.paid_on)),
            (_("Payé par"), invoice.payer_name),
            (_("Payé à"), invoice.regie_name),
            (_("Moyen de paiement"), str(METHODS[receipt.method])),
            (_("Référence"), str(receipt.public_id)),
        ),
        tables=(
            Table(
                title=_("Ce que ce paiement règle"),
                columns=(_("Facture"), _("Numéro"), _("Montant payé")),
                numbers=(2,),
                rows=tuple(
                    (
                        (
                            _("Cantine %(month)s")
                            % {"month": wording.of_month(part.invoice.month)},
                            "",
                        ),
                        (part.invoice.number, ""),
                        (format_euros(part.amount_cents), ""),
                    )
                    for part in receipt.parts
                ),
            ),
        ),
        sums=_sums(receipt),
        notes=(wording.typographic(_("Gardez ce reçu : il prouve votre paiement.")),),
    )


def certificate_sheet(
    paid: PaidOver, *, name: str, departement: Departement, at: datetime.datetime
) -> Sheet:
    """What a certificate says: one row per payment, all that was paid over the period."""
    invoice = paid.receipts[-1].named
    assert paid.period.end is not None
    latest = paid.period.end - datetime.timedelta(days=1)
    return Sheet(
        title=_("Attestation de paiement %(period)s") % {"period": name},
        heading=_("Attestation de paiement %(period)s") % {"period": name},
        sender=sender_of(
            departement, regie_name=invoice.regie_name, regie_siret=invoice.regie_siret
        ),
        addressee=(invoice.payer_name, *invoice.payer_address),
        facts=(
            (_("Payé par"), invoice.payer_name),
            (
                ngettext("Pour l'enfant", "Pour les enfants", len(paid.children)),
                wording.and_list(paid.children),
            ),
            (_("Du"), wording.full_date(paid.period.start)),
            (_("Au"), wording.full_date(latest)),
            (_("Faite le"), wording.full_date(at)),
        ),
        tables=(
            Table(
                title=_("Les paiements reçus"),
                columns=(_("Payé le"), _("Factures de cantine"), _("Montant")),
                numbers=(2,),
                rows=tuple(_row(receipt) for receipt in paid.receipts),
            ),
        ),
        sums=((_("Total payé"), format_euros(paid.kept_cents)),),
        notes=(
            _("Le département %(of_name)s atteste avoir reçu ces paiements.")
            % {"of_name": wording.of_departement(departement)},
            _("Seuls les paiements en ligne sont comptés."),
        ),
    )


def _sums(receipt: Receipt) -> tuple[Fact, ...]:
    """What was paid; and what was given back, if anything was."""
    paid = (_("Total payé"), format_euros(receipt.amount_cents))
    if not receipt.refunded_cents:
        return (paid,)
    return (
        paid,
        (_("Remboursé depuis"), format_euros(receipt.refunded_cents)),
        (_("Payé après remboursement"), format_euros(receipt.kept_cents)),
    )


def _row(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    """A payment of the period; the amount is what is left of it after what was given back."""
    numbers = wording.and_list(part.invoice.number for part in receipt.parts)
    given_back = ""
    if receipt.refunded_cents:
        given_back = _("%(paid)s payés, %(back)s remboursés") % {
            "paid": format_euros(receipt.amount_cents),
            "back": format_euros(receipt.refunded_cents),
        }
    return (
        (wording.full_date(receipt.paid_on), ""),
        (numbers, given_back),
        (format_euros(receipt.kept_cents), ""),
    )
