"""Families to read in a bench: each with an account, two children, prices, and five months of invoices;
their Pass+ too, when a bench gives it to them.

Filled by the owner, by statements of our own, around the school year of the day. What is measured
is the reading: nothing here passes through an act.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
from decimal import Decimal

import psycopg

from billing.tariffs.engine import Basis, Situation, decide, parse_definition
from commons.school_calendar import school_year_of
from tests.factories.passplus import STRICT, publish
from tests.factories.tariffs import make_version

PUPILS = 54_000
MONTHS = 5
# Placeholders: pupils, families, collèges, first day and number of the school year, steps, version.
_STATEMENTS = (
    """INSERT INTO people_college (public_id, uai, name, jointure_id, street, postal_code, city, phone,
           sector, is_open)
       SELECT gen_random_uuid(), '092' || lpad(n::text, 4, '0') || 'F', 'Collège ' || n, n::text,
           n || ' rue des Écoles', '92000', 'Nanterre', '0140970000', 'PUBLIC', true
       FROM generate_series(1, %(colleges)s::int) AS n""",
    """INSERT INTO people_household (public_id, label)
       SELECT gen_random_uuid(), 'Foyer ' || n FROM generate_series(1, %(families)s::int) AS n""",
    """INSERT INTO people_pupil (public_id, last_name, first_name, sort_key, search_key, birth_date,
           other_first_names, household_id)
       SELECT gen_random_uuid(), 'Nom' || n %% %(families)s, 'Enfant' || n, n::text, n::text,
           '2013-05-04'::date + n %% 700, '', 1 + n %% %(families)s
       FROM generate_series(1, %(pupils)s::int) AS n""",
    """INSERT INTO accounts_user (public_id, email, first_name, last_name, is_active, password)
       SELECT gen_random_uuid(), 'p' || n || '@exemple.fr', 'Parent', 'Nom' || n, true, %(password)s
       FROM generate_series(1, %(families)s::int) AS n""",
    """INSERT INTO people_guardian (public_id, last_name, first_name, sort_key, search_key, title, email,
           mobile_phone, home_phone, street, postal_code, city, country, user_id)
       SELECT gen_random_uuid(), last_name, first_name, id::text, id::text, '', email, '', '', '', '',
           '', '', id
       FROM accounts_user ORDER BY accounts_user.id""",
    """INSERT INTO people_guardianship (pupil_id, guardian_id, relation, legal_role, is_financial,
           is_contact, is_payment, payer_share_bp, valid_from)
       SELECT pupil.id, guardian.id, 'MOTHER', 1, true, true, false, 10000, '2013-05-04'
       FROM people_pupil AS pupil
       JOIN people_guardian AS guardian ON guardian.id = pupil.household_id""",
    """INSERT INTO people_householdmember (household_id, guardian_id, valid_from)
       SELECT id, id, '2013-05-04' FROM people_guardian""",
    """INSERT INTO people_schoolclass (college_id, school_year, name, level)
       SELECT id, %(year)s, '6e A', '6E' FROM people_college""",
    """INSERT INTO people_schooling (pupil_id, college_id, school_class_id, school_year, regime, valid_from)
       SELECT pupil.id, class.college_id, class.id, %(year)s, 'HALF_BOARD', %(since)s
       FROM people_pupil AS pupil
       JOIN people_schoolclass AS class ON class.college_id = 1 + pupil.id %% %(colleges)s""",
    """INSERT INTO canteen_enrolment (public_id, pupil_id, college_id, school_year, service, weekdays,
           state, valid_from, created_at)
       SELECT gen_random_uuid(), pupil_id, college_id, %(year)s, 'HALF_BOARD', 27, 'ACTIVE', %(since)s,
           now()
       FROM people_schooling""",
    """INSERT INTO canteen_enrolmentpayer (enrolment_id, guardian_id, share_bp)
       SELECT enrolment.id, pupil.household_id, 10000
       FROM canteen_enrolment AS enrolment JOIN people_pupil AS pupil ON pupil.id = enrolment.pupil_id""",
    """INSERT INTO tariffs_pricedecision (public_id, pupil_id, service, tariff_version_id,
           unit_price_cents, inputs, steps, source, valid_from, decided_at)
       SELECT gen_random_uuid(), id, 'HALF_BOARD', %(version)s, 300, '{}', %(steps)s, 'TAX_NOTICE',
           %(since)s, now()
       FROM people_pupil""",
    """INSERT INTO ledger_account (public_id, code, kind, name) VALUES
           (gen_random_uuid(), 'regie:bench:revenue', 'REVENUE', '')""",
    """INSERT INTO invoicing_regie (public_id, code, name, siret, revenue_account_id)
       SELECT gen_random_uuid(), 'restauration', 'Régie', '', id FROM ledger_account""",
    """INSERT INTO invoicing_billingrun (public_id, regie_id, month, state, counts, prepared_at)
       SELECT gen_random_uuid(), regie.id,
           (date_trunc('month', %(day)s::date) - make_interval(months => n))::date, 'ISSUED', '{}', now()
       FROM invoicing_regie AS regie, generate_series(1, %(months)s::int) AS n""",
    """INSERT INTO ledger_account (public_id, code, kind, name, debits_posted, credits_posted)
       SELECT gen_random_uuid(), 'invoice:' || run.id || ':' || payer.id, 'INVOICE', '', 5400,
           CASE WHEN run.id > 1 THEN 5400 ELSE 0 END
       FROM invoicing_billingrun AS run, people_guardian AS payer""",
    """INSERT INTO invoicing_invoice (public_id, regie_id, number, run_id, payer_id, payer_first_name,
           payer_last_name, payer_street, payer_postal_code, payer_city, payer_country, regie_name,
           regie_siret, month, issued_on, due_on, total_cents, ledger_account_id)
       SELECT gen_random_uuid(), run.regie_id, 'bench-' || account.id, run.id, payer.id,
           payer.first_name, payer.last_name, '', '', '', '', 'Régie', '', run.month, run.month + 33,
           run.month + 63, 5400, account.id
       FROM invoicing_billingrun AS run
       CROSS JOIN people_guardian AS payer
       JOIN ledger_account AS account ON account.code = 'invoice:' || run.id || ':' || payer.id""",
    """INSERT INTO invoicing_invoiceline (invoice_id, pupil_id, enrolment_id, label, quantity,
           unit_price_cents, share_bp, amount_cents, days, pupil_first_name, pupil_last_name)
       SELECT invoice.id, pupil.id, enrolment.id, 'Demi-pension', 9, 300, 10000, 2700,
           ARRAY(SELECT invoice.month + n FROM generate_series(1, 9) AS n), pupil.first_name,
           pupil.last_name
       FROM invoicing_invoice AS invoice
       JOIN people_pupil AS pupil ON pupil.household_id = invoice.payer_id
       JOIN canteen_enrolment AS enrolment ON enrolment.pupil_id = pupil.id""",
    "ANALYZE",
)

# Placeholders: campaign. Every pupil has a purse for sport and one for culture, and used a part of each.
_PASS_PLUS = (
    """INSERT INTO passplus_card (public_id, campaign_id, pupil_id, status, facts, granted_at)
       SELECT gen_random_uuid(), %(campaign)s, id, 'BASE', '{"proved": []}', now() FROM people_pupil
       ORDER BY id""",
    """INSERT INTO ledger_account (public_id, code, kind, name, debits_must_not_exceed_credits,
           credits_posted, debits_posted)
       SELECT gen_random_uuid(), 'purse:' || card.id || ':' || purse.code, 'WALLET', purse.code, true,
           4000, card.pupil_id %% 40 * 100
       FROM passplus_card AS card, (VALUES (1, 'sport'), (2, 'culture')) AS purse (place, code)
       ORDER BY card.id, purse.place""",
    """INSERT INTO passplus_purse (card_id, code, account_id)
       SELECT split_part(code, ':', 2)::bigint, name, id
       FROM ledger_account WHERE code LIKE 'purse:%%' ORDER BY id""",
    "ANALYZE",
)


def load(pupils: int, *, password: str, day: datetime.date) -> int:
    """Fill Hauts-de-Seine; the number of families. `password` is the hash of each account's."""
    version = make_version("92")
    situation = Situation(basis=Basis.FISCAL_QF, stated_quotient=Decimal(600), source="TAX_NOTICE")
    steps = [
        step.as_dict() for step in decide(parse_definition(version.definition), situation).steps
    ]
    year = school_year_of(day)
    families = pupils // 2
    values = {
        "pupils": pupils,
        "families": families,
        "colleges": max(1, pupils // 540),
        "password": password,
        "year": year.start_year,
        "since": year.period.start,
        "day": day,
        "months": MONTHS,
        "version": version.pk,
        "steps": json.dumps(steps),
    }
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("SET search_path = d92")
        for statement in _STATEMENTS:
            owner.execute(statement, values)
    return families


def grant_pass(*, day: datetime.date) -> None:
    """Give each pupil the Pass+ of a campaign of that day. The books are not kept: it is to be read."""
    later = day + datetime.timedelta(days=200)
    tickets = dataclasses.replace(
        STRICT.tickets,
        issued_from=day - datetime.timedelta(days=100),
        issued_before=later,
        captured_before=later + datetime.timedelta(days=300),
    )
    registration = dataclasses.replace(STRICT.registration, registered_before=later, windows=())
    campaign = publish(
        dataclasses.replace(
            STRICT, code="92-pass-plus-bench", tickets=tickets, registration=registration
        )
    )
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("SET search_path = d92")
        for statement in _PASS_PLUS:
            owner.execute(statement, {"campaign": campaign.pk})
