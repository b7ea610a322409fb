"""Money is an integer number of euro cents, in names that end in `_cents`.

A positive amount is owed to the Département, unless a package says otherwise. Rounding happens
once, half up (away from zero at the half), at the end of a computation. There is no float.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round to `places` decimals, the half away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def round_half_up_cents(euros: Decimal) -> int:
    """Turn an amount in euros into cents, rounded half up."""
    return int(round_half_up(euros, 2).scaleb(2))


def allocate_cents(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the parts add up to it exactly.

    Each part is the difference of two cumulative sums rounded half up, so that the split does not
    depend on anything but the order of the weights, and SQL can do the same.

    :raises ValueError: if a weight is negative, or if they add up to zero
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    weight_sum = sum(weights)
    if weight_sum == 0:
        raise ValueError("weights must not add up to zero")
    parts = []
    weight_so_far = 0
    cents_so_far = 0
    for weight in weights:
        weight_so_far += weight
        cumulated = int(
            (Decimal(total_cents) * weight_so_far / weight_sum).quantize(
                Decimal(1), rounding=ROUND_HALF_UP
            )
        )
        parts.append(cumulated - cents_so_far)
        cents_so_far = cumulated
    return parts


def share_cents(whole_cents: int, *, share_bp: int, before_bp: int) -> int:
    """One share of an amount, in ten-thousandths, after those before it have taken `before_bp`.

    As `allocate_cents` does: the shares of one amount add up to it to the cent.
    """

    def so_far(basis_points: int) -> int:
        return (whole_cents * basis_points + 5_000) // 10_000

    return so_far(before_bp + share_bp) - so_far(before_bp)


def format_euros(cents: int) -> str:
    """Write an amount as a French reader expects it: `1 234,50 €`, with no-break spaces."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    grouped = f"{euros:,}".replace(",", NARROW_NO_BREAK_SPACE)
    return f"{sign}{grouped},{rest:02d}{NO_BREAK_SPACE}€"
