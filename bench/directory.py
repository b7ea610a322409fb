"""The directory of partners: searches over 3,000 of them, in the département's own data.

What is timed is what a visitor waits for: the page whole, by the test client (session, tenant, search, count,
template), and the search alone. Searches differ at each call: a name, a town, a domain, a distance, in turn.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

from django.db import connection, transaction
from django.test import Client

from bench.billing import analyze
from bench.measures import Row, milliseconds_of, p99_row
from bench.visitors import HOST
from federation.passplus.directory import Search, search_partners
from federation.passplus.engine.campaign import Domain
from federation.passplus.towns import towns

PARTNERS = 3_000
CALLS = 400
SEARCH_MS, PAGE_MS, PAGE_BYTES = 50, 150, 60_000
ACTIVITIES = (
    "Judo, jiu-jitsu", "Football", "Cinéma d'art et d'essai", "Librairie", "Piscine", "Danse",
    "Escalade", "Théâtre", "Musique", "Tennis",
)  # fmt: skip
_LOAD = """
    WITH asked AS (SELECT n, %(towns)s::text[] AS towns, %(latitudes)s::numeric[] AS latitudes,
                          %(longitudes)s::numeric[] AS longitudes, %(activities)s::text[] AS activities
                   FROM generate_series(1, %(partners)s::int) AS n),
    account AS (INSERT INTO ledger_account (public_id, code, kind, name, debits_must_not_exceed_credits)
                SELECT gen_random_uuid(), 'bench:' || n, 'PARTNER', n::text, true FROM asked
                RETURNING id, name)
    INSERT INTO passplus_partner (public_id, name, siret, domains, kind, activities, description, street,
        postal_code, town, latitude, longitude, site, email, phone, search_key, sort_key, account_id,
        affiliated_at, ended_because)
    SELECT gen_random_uuid(), activities[1 + n %% 10] || ' Club ' || n, lpad(n::text, 14, '0'),
        CASE n %% 3 WHEN 0 THEN '["SPORT"]' WHEN 1 THEN '["CULTURE"]' ELSE '["LEISURE", "SPORT"]' END::jsonb,
        'ASSOCIATION', activities[1 + n %% 10], repeat('Un club ouvert à tous. ', 10), '1 rue du Stade',
        '92000', towns[1 + n %% cardinality(towns)], latitudes[1 + n %% cardinality(towns)],
        longitudes[1 + n %% cardinality(towns)], '', '', '',
        lower(activities[1 + n %% 10]) || ' club ' || n || ' ' || lower(towns[1 + n %% cardinality(towns)]),
        lower(activities[1 + n %% 10]) || ' club ' || n, account.id, now(), ''
    FROM asked JOIN account ON account.name = n::text
"""
_times = functools.partial(milliseconds_of, calls=CALLS)


def run(scale: float) -> list[Row]:
    """Always over 3,000: they are few enough."""
    del scale
    known = [town for town in towns() if town.code[:2] in {"92", "78"}]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _LOAD,
            {
                "partners": PARTNERS,
                "towns": [town.name for town in known],
                "latitudes": [town.latitude for town in known],
                "longitudes": [town.longitude for town in known],
                "activities": list(ACTIVITIES),
            },
        )
    analyze()
    searches = _searches()
    alone = _times(lambda: search_partners(next(searches)))
    client, questions, sizes = Client(headers={"host": HOST}), _questions(), []

    def page() -> None:
        answer = client.get("/partenaires/annuaire/", next(questions))
        if answer.status_code != 200 or b'<ul class="doors"' not in answer.content:
            raise RuntimeError(answer.status_code)
        sizes.append(len(answer.content))

    whole = _times(page)
    return [
        p99_row(f"a search among {PARTNERS} partners", alone, SEARCH_MS),
        p99_row("the page of a search, whole", whole, PAGE_MS),
        Row(
            "the heaviest page of the directory",
            f"{max(sizes) / 1000:.0f} kB",
            f"≤ {PAGE_BYTES // 1000} kB",
            max(sizes) <= PAGE_BYTES,
        ),
    ]


def _searches() -> Iterator[Search]:
    known = [town for town in towns() if town.code[:2] in {"92", "78"}]
    for turn in itertools.count():
        town = known[turn * 7 % len(known)]
        yield (
            Search(text="judo"),
            Search(near=town),
            Search(near=town, within_km=10, domain=Domain.SPORT),
            Search(text="club danse", near=town, domain=Domain.SPORT),
        )[turn % 4]


def _questions() -> Iterator[dict[str, str]]:
    known = [town for town in towns() if town.code[:2] in {"92", "78"}]
    for turn in itertools.count():
        town = known[turn * 7 % len(known)].label
        yield (
            {"quoi": "judo"},
            {"ville": town},
            {"ville": town, "distance": "20", "domaine": "SPORT"},
            {"quoi": "danse", "ville": town, "page": "2"},
        )[turn % 4]
