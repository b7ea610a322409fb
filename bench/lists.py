"""How long an agent waits for a page of the console, in a département of 54,000 pupils.

Every list, its export (the first rows), its search by a name, the pages of a month and the first
page, as an agent who reads everything opens them: the whole request, template included, in this
process. A month is issued, and 10,000 of its invoices are paid. The target of UX.md: under a second.
"""

from __future__ import annotations

import dataclasses
import statistics

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from bench.billing import PUPILS, _analyze, _issue_the_month_before, _load, _product
from bench.measures import Row, seconds
from billing.invoicing.models import BillingRun
from console.sites import console_site
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.registry import directory
from tests.factories.invoicing import make_regie
from tests.signed_in import open_session

ROUNDS = 3
LONGEST_SECONDS = 1.0
HOST = "hauts-de-seine.socle.test"
_PAID = """
    WITH paid AS (
        INSERT INTO payments_payment (public_id, merchant_id, payer_id, amount_cents, state,
            checkout_ref, checkout_url, provider_ref, return_url, email, problem, answer, answered_by,
            refunded_cents, created_at, settled_at)
        SELECT gen_random_uuid(), %s, invoice.payer_id, invoice.total_cents, 'PAID', 'cs_' || invoice.id,
               '', 'pi_' || invoice.id, '', '', '', '', '', 0, now(), now()
        FROM (SELECT * FROM invoicing_invoice ORDER BY id LIMIT %s) AS invoice
        RETURNING id
    )
    SELECT count(*) FROM paid
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    name: str
    url: str


def _pages(run: BillingRun) -> list[Page]:
    found = [
        Page("index", reverse("console:index")),
        Page("billing-runs", reverse("console:billing-runs")),
        Page("billing-run", reverse("console:billing-run", args=[run.public_id])),
        Page("search", reverse("console:search") + "?q=nom12"),
    ]
    for model, admin in console_site._registry.items():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        url = reverse(f"console:{label}_changelist")
        found.append(Page(label, url))
        if admin.search_prefixes:
            found.append(Page(f"{label}, a name", f"{url}?q=nom12"))
        found += [
            Page(f"{label}, by {name}", f"{url}?{name}=oui") for name in _boxes(admin.list_filter)
        ]
    return found


def _boxes(filters: object) -> list[str]:
    return [one.parameter_name for one in filters if hasattr(one, "parameter_name")]  # type: ignore[attr-defined]


def _client() -> Client:
    user = User.objects.create(email="mesure@exemple.fr", first_name="M", last_name="M")
    for role in (Role.ADMINISTRATOR, Role.REGISSEUR, Role.INSTRUCTOR):
        StaffRole.objects.create(user=user, role=role)
    client = Client(headers={"host": HOST})
    open_session(client, user)
    return client


def _open(client: Client, page: Page) -> None:
    response = client.get(page.url)
    if response.status_code != 200:
        raise RuntimeError(f"{page.url}: {response.status_code}")
    connection.set_tenant(directory.by_schema("d92"))


def _pay(count: int) -> None:
    from tests.factories.payments import make_merchant

    merchant = make_merchant(make_regie())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PAID, [merchant.pk, count])


def run(scale: float) -> list[Row]:
    """The slowest pages, in seconds: the median of three openings, each after the others."""
    pupils = int(PUPILS * scale)
    _load(pupils)
    regie = make_regie()
    _issue_the_month_before(regie)
    _product(regie)
    _pay(int(10_000 * scale))
    _analyze()
    client = _client()
    pages = _pages(BillingRun.objects.order_by("-month")[0])
    taken: dict[str, list[float]] = {page.name: [] for page in pages}
    for page in pages:  # warm
        _open(client, page)
    for _round in range(ROUNDS):
        for page in pages:
            taken[page.name].append(seconds(lambda page=page: _open(client, page)))  # type: ignore[misc]
    medians = sorted(
        ((statistics.median(times), name) for name, times in taken.items()), reverse=True
    )
    slowest = [
        Row(name, f"{found:.2f} s", f"< {LONGEST_SECONDS:g} s", found < LONGEST_SECONDS)
        for found, name in medians[:8]
    ]
    middle = statistics.median(found for found, _name in medians)
    return [
        *slowest,
        Row(f"the other {len(medians) - len(slowest)} pages", f"{middle:.2f} s, the median of all"),
    ]
