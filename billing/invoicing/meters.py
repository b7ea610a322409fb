"""What is counted of invoices (docs/telemetry.md)."""

from commons.meters import Counter

ISSUED = Counter(
    "socle.invoices.issued", unit="{invoice}", description="Invoices that were numbered and issued."
)
ISSUED_CENTS = Counter(
    "socle.invoices.issued.amount",
    unit="{cent}",
    description="Euro cents of the invoices that were issued.",
)
