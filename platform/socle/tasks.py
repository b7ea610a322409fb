"""Tasks of the roof: the outbox relay and its sweeper, and the hourly checks of every tenant."""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone

from billing.ledger import operations as ledger
from billing.payments import operations as payments
from billing.rights import operations as rights
from commons import jobs, outbox
from commons.actors import Actor
from federation.ent import operations as ent
from federation.exchange import operations as moves
from federation.passplus import operations as passplus
from federation.passplus.registrations import operations as registrations
from federation.passplus.reimbursing import operations as reimbursing
from federation.publication import tasks as publication
from federation.usage import operations as usage
from federation.webhooks import operations as webhooks
from socle.celery import app
from tenants.accounts import sign_ins
from tenants.activation import operations as activation
from tenants.identities import operations as identities
from tenants.integrators import operations as integrators
from tenants.registry import directory
from tenants.registry.contexts import for_each_tenant, public
from tenants.schoollife.announcements import operations as announcements
from tenants.schoollife.messages import operations as threads
from tenants.schoollife.records import operations as records
from tenants.schoollife.timetable import operations as timetables

CLOCK = Actor.system("clock")
SENDING_SECONDS = 60.0  # a slow receiver does not keep a worker: the rest is sent by the next task


@app.task(name="socle.relay_outbox")
def relay_outbox(*, tenant: str, **_: object) -> int:
    """Deliver the waiting events of one tenant."""
    return outbox.deliver_pending(at=timezone.now()).delivered


@app.task(name="socle.sweep_outboxes", crosses_tenants=True)
def sweep_outboxes(**_: object) -> dict[str, int]:
    """Wake the relay of every tenant in which something waits."""

    def sweep(departement: object) -> int:
        return outbox.report_lag(at=timezone.now())

    waiting = {
        schema: count
        for schema, count in for_each_tenant(sweep).items()
        if isinstance(count, int) and count
    }
    for schema in waiting:
        relay_outbox.apply_async(kwargs={"tenant": schema})
    return waiting


def _for_each(task: Any) -> int:
    """Start a task in every open tenant; each then succeeds or fails by itself."""
    with public():
        schemas = [departement.schema_name for departement in directory.active()]
    for schema in schemas:
        task.apply_async(kwargs={"tenant": schema})
    return len(schemas)


@app.task(name="socle.perform_job")
def perform_job(*, tenant: str, job_id: int, **_: object) -> str:
    """Do a job of one tenant, unless somebody is at it."""
    job = jobs.perform(job_id)
    return job.state if job else ""


@app.task(name="socle.resume_jobs_of_tenant")
def resume_jobs_of_tenant(*, tenant: str, **_: object) -> int:
    """Take up the jobs of one tenant that nobody does: never begun, or whose worker died."""
    waiting = [job.pk for job in jobs.left_over(at=timezone.now())]
    return sum(jobs.perform(job_id) is not None for job_id in waiting)


@app.task(name="socle.resume_jobs", crosses_tenants=True)
def resume_jobs(**_: object) -> int:
    """Take up, everywhere, the jobs that nobody does."""
    return _for_each(resume_jobs_of_tenant)


@app.task(name="socle.expire_holds_of_tenant")
def expire_holds_of_tenant(*, tenant: str, **_: object) -> int:
    """Release the holds of one tenant whose time is over."""
    return ledger.expire_pending(actor=CLOCK, at=timezone.now())


@app.task(name="socle.expire_holds", crosses_tenants=True)
def expire_holds(**_: object) -> int:
    """Release expired holds everywhere."""
    return _for_each(expire_holds_of_tenant)


@app.task(name="socle.look_at_payments_of_tenant")
def look_at_payments_of_tenant(*, tenant: str, **_: object) -> int:
    """Ask the providers of one tenant about the payments nothing is heard of."""
    return payments.look_at_waiting(at=timezone.now())


@app.task(name="socle.look_at_payments", crosses_tenants=True)
def look_at_payments(**_: object) -> int:
    """Find, everywhere, what no notice told."""
    return _for_each(look_at_payments_of_tenant)


@app.task(name="socle.keep_pass_deadlines_of_tenant")
def keep_pass_deadlines_of_tenant(*, tenant: str, **_: object) -> int:
    """End the tickets and empty the purses of one tenant whose last day has passed; the cents."""
    return passplus.keep_deadlines(actor=CLOCK, at=timezone.now()).cents


@app.task(name="socle.keep_pass_deadlines", crosses_tenants=True)
def keep_pass_deadlines(**_: object) -> int:
    """Keep the days of Pass+ campaigns everywhere."""
    return _for_each(keep_pass_deadlines_of_tenant)


@app.task(name="socle.exchange_with_neighbours_of_tenant")
def exchange_with_neighbours_of_tenant(*, tenant: str, **_: object) -> int:
    """Show one tenant's partners to its neighbours, and book what they wrote for it; the rows booked."""
    at = timezone.now()
    passplus.list_partners(at=at)
    booked = passplus.book_settlements(actor=CLOCK, at=at)
    while found := passplus.book_guests(actor=CLOCK, at=at):
        booked += found
    booked += reimbursing.finish_returns(at=at)
    booked += moves.read_envelopes(at=at)
    moves.keep_deadlines(actor=CLOCK, at=at)
    return booked + passplus.finish_undoing(actor=CLOCK, at=at)


@app.task(name="socle.exchange_with_neighbours", crosses_tenants=True)
def exchange_with_neighbours(**_: object) -> int:
    """Do, everywhere, one's own part of what two départements write to each other."""
    return _for_each(exchange_with_neighbours_of_tenant)


@app.task(name="socle.keep_registrations_of_tenant")
def keep_registrations_of_tenant(*, tenant: str, **_: object) -> int:
    """Grant, complete and close the registrations of one tenant that are due; how many."""
    kept = registrations.keep_registrations(actor=CLOCK, at=timezone.now())
    return kept.granted + kept.completed + kept.closed


@app.task(name="socle.keep_registrations", crosses_tenants=True)
def keep_registrations(**_: object) -> int:
    """Do what data and days decide of registrations, everywhere."""
    return _for_each(keep_registrations_of_tenant)


@app.task(name="socle.tell_pass_holders_of_tenant")
def tell_pass_holders_of_tenant(*, tenant: str, **_: object) -> int:
    """Warn the families of one tenant before credit goes back, and tell what was spent."""
    return passplus.tell_families(at=timezone.now())


@app.task(name="socle.tell_pass_holders", crosses_tenants=True)
def tell_pass_holders(**_: object) -> int:
    """Write about Pass+ everywhere."""
    return _for_each(tell_pass_holders_of_tenant)


@app.task(name="socle.check_ledger_of_tenant")
def check_ledger_of_tenant(*, tenant: str, **_: object) -> int:
    """Recompute every balance of one tenant; the number of accounts and holds at fault."""
    return ledger.check_books(actor=CLOCK, at=timezone.now()).faults


@app.task(name="socle.check_ledgers", crosses_tenants=True)
def check_ledgers(**_: object) -> int:
    """Check the books everywhere."""
    return _for_each(check_ledger_of_tenant)


@app.task(name="socle.give_up_waiting_rights_of_tenant")
def give_up_waiting_rights_of_tenant(*, tenant: str, **_: object) -> int:
    """Give back to their families the requests of one tenant whose source nobody could ask."""
    return rights.give_up_waiting(at=timezone.now())


@app.task(name="socle.give_up_waiting_rights", crosses_tenants=True)
def give_up_waiting_rights(**_: object) -> int:
    """A source that is not asked within minutes makes way for a document, everywhere."""
    return _for_each(give_up_waiting_rights_of_tenant)


@app.task(name="socle.remove_letters_of_tenant")
def remove_letters_of_tenant(*, tenant: str, **_: object) -> int:
    """Remove the letters of one tenant that were kept long enough to be printed."""
    return activation.remove_letters(at=timezone.now())


@app.task(name="socle.remove_letters", crosses_tenants=True)
def remove_letters(**_: object) -> int:
    """Remove, everywhere, the letters whose time is over."""
    return _for_each(remove_letters_of_tenant)


@app.task(name="socle.purge_rights_of_tenant")
def purge_rights_of_tenant(*, tenant: str, **_: object) -> dict[str, int]:
    """Delete what one tenant keeps no longer of rights: calls, identities, documents."""
    return rights.purge(at=timezone.now())


@app.task(name="socle.purge_identities_of_tenant")
def purge_identities_of_tenant(*, tenant: str, **_: object) -> int:
    """Delete the sign-ins of one tenant that expired, and what nobody proved in a month."""
    return identities.purge(at=timezone.now())


@app.task(name="socle.purge_identities", crosses_tenants=True)
def purge_identities(**_: object) -> int:
    """Delete, everywhere, the sign-ins that expired."""
    return _for_each(purge_identities_of_tenant)


@app.task(name="socle.purge_rights", crosses_tenants=True)
def purge_rights(**_: object) -> int:
    """Delete, everywhere, what is kept no longer."""
    return _for_each(purge_rights_of_tenant)


@app.task(name="socle.keep_threads_of_tenant")
def keep_threads_of_tenant(*, tenant: str, **_: object) -> int:
    """Have leave one tenant's threads who may be there no more, and delete the old ones; how many went."""
    at = timezone.now()
    threads.let_go(at=at)
    return threads.purge(actor=CLOCK, at=at)


@app.task(name="socle.keep_threads", crosses_tenants=True)
def keep_threads(**_: object) -> int:
    """Keep, everywhere, who is in threads and for how long."""
    return _for_each(keep_threads_of_tenant)


@app.task(name="socle.purge_records_of_tenant")
def purge_records_of_tenant(*, tenant: str, **_: object) -> dict[str, int]:
    """Delete what one tenant keeps no longer of its collèges' marks, absences and homework."""
    return records.purge_records(at=timezone.now())


@app.task(name="socle.purge_records", crosses_tenants=True)
def purge_records(**_: object) -> int:
    """Delete, everywhere, the records of past school years."""
    return _for_each(purge_records_of_tenant)


@app.task(name="socle.purge_timetables_of_tenant")
def purge_timetables_of_tenant(*, tenant: str, **_: object) -> dict[str, int]:
    """Delete what one tenant keeps no longer of lessons, and of the files they came from."""
    return timetables.purge_timetables(at=timezone.now())


@app.task(name="socle.purge_timetables", crosses_tenants=True)
def purge_timetables(**_: object) -> int:
    """Delete, everywhere, the lessons of past school years."""
    return _for_each(purge_timetables_of_tenant)


@app.task(name="socle.watch_services_of_tenant")
def watch_services_of_tenant(*, tenant: str, **_: object) -> int:
    """Ask the services of one tenant whether they work."""
    return ent.watch_services(at=timezone.now())


@app.task(name="socle.watch_services", crosses_tenants=True)
def watch_services(**_: object) -> int:
    """Ask, everywhere, whether services work."""
    return _for_each(watch_services_of_tenant)


@app.task(name="socle.purge_passes_of_tenant")
def purge_passes_of_tenant(*, tenant: str, **_: object) -> int:
    """Delete what one tenant handed to services more than a day ago."""
    return ent.purge_passes(at=timezone.now())


@app.task(name="socle.purge_passes", crosses_tenants=True)
def purge_passes(**_: object) -> int:
    """Delete, everywhere, what was handed to services more than a day ago."""
    return _for_each(purge_passes_of_tenant)


@app.task(name="socle.purge_machine_tokens_of_tenant")
def purge_machine_tokens_of_tenant(*, tenant: str, **_: object) -> int:
    """Delete the tokens of one tenant's machines that are over."""
    return integrators.purge_tokens(at=timezone.now())


@app.task(name="socle.purge_machine_tokens", crosses_tenants=True)
def purge_machine_tokens(**_: object) -> int:
    """Delete, everywhere, the tokens of machines that are over."""
    return _for_each(purge_machine_tokens_of_tenant)


@app.task(name="socle.take_back_licences_of_tenant")
def take_back_licences_of_tenant(*, tenant: str, **_: object) -> int:
    """Take back the licences of those who left one tenant's collèges."""
    return ent.take_back_licences(at=timezone.now())


@app.task(name="socle.take_back_licences", crosses_tenants=True)
def take_back_licences(**_: object) -> int:
    """Take back, everywhere, the licences of those who left."""
    return _for_each(take_back_licences_of_tenant)


@app.task(name="socle.purge_partner_applications_of_tenant")
def purge_partner_applications_of_tenant(*, tenant: str, **_: object) -> int:
    """Delete the partners' applications that one tenant keeps no longer; how many."""
    return passplus.forget_applications(at=timezone.now())


@app.task(name="socle.purge_partner_applications", crosses_tenants=True)
def purge_partner_applications(**_: object) -> int:
    """Delete, everywhere, the partners' applications kept no longer."""
    return _for_each(purge_partner_applications_of_tenant)


@app.task(name="socle.purge_sign_ins_of_tenant")
def purge_sign_ins_of_tenant(*, tenant: str, **_: object) -> int:
    """Delete the sign-ins and sessions that one tenant keeps no longer."""
    return sign_ins.purge(at=timezone.now())


@app.task(name="socle.purge_sign_ins", crosses_tenants=True)
def purge_sign_ins(**_: object) -> int:
    """Delete, everywhere, the sign-ins of more than a year and the sessions that are over."""
    return _for_each(purge_sign_ins_of_tenant)


@app.task(name="socle.end_left_openings_of_tenant")
def end_left_openings_of_tenant(*, tenant: str, **_: object) -> int:
    """Sign one tenant's sessions that are over out of the services they opened."""
    return ent.end_left_openings(at=timezone.now())


@app.task(name="socle.end_left_openings", crosses_tenants=True)
def end_left_openings(**_: object) -> int:
    """Sign sessions that are over, everywhere, out of the services they opened."""
    return _for_each(end_left_openings_of_tenant)


@app.task(name="socle.gather_usage_of_tenant")
def gather_usage_of_tenant(*, tenant: str, **_: object) -> int:
    """Bring the visits that one tenant counted to its tables."""
    return usage.gather(at=timezone.now())


@app.task(name="socle.gather_usage", crosses_tenants=True)
def gather_usage(**_: object) -> int:
    """Bring the visits counted everywhere to the tables."""
    return _for_each(gather_usage_of_tenant)


@app.task(name="socle.count_people_of_tenant")
def count_people_of_tenant(*, tenant: str, **_: object) -> None:
    """Count who could visit one tenant this month."""
    usage.count_people(at=timezone.now())


@app.task(name="socle.count_people", crosses_tenants=True)
def count_people(**_: object) -> int:
    """Count, everywhere, who could visit this month."""
    return _for_each(count_people_of_tenant)


@app.task(name="socle.purge_usage_of_tenant")
def purge_usage_of_tenant(*, tenant: str, **_: object) -> int:
    """Delete the days and weeks of visits that one tenant keeps no longer."""
    return usage.purge(at=timezone.now())


@app.task(name="socle.purge_usage", crosses_tenants=True)
def purge_usage(**_: object) -> int:
    """Delete, everywhere, the days and weeks of visits kept no longer."""
    return _for_each(purge_usage_of_tenant)


@app.task(name="socle.keep_publications_of_tenant")
def keep_publications_of_tenant(*, tenant: str, **_: object) -> dict[str, int]:
    """Prepare last month's figures of one tenant, and publish what nobody held back in time."""
    return publication.keep_publications(at=timezone.now())


@app.task(name="socle.keep_publications", crosses_tenants=True)
def keep_publications(**_: object) -> int:
    """Prepare and publish, everywhere, the figures that are due."""
    return _for_each(keep_publications_of_tenant)


@app.task(name="socle.send_webhooks_of_tenant")
def send_webhooks_of_tenant(*, tenant: str, **_: object) -> int:
    """Send what waits for the integrators of one tenant; how many calls were made."""
    began, calls = time.monotonic(), 0
    while time.monotonic() - began < SENDING_SECONDS and webhooks.send_next(at=timezone.now()):
        calls += 1
    return calls


@app.task(name="socle.send_webhooks", crosses_tenants=True)
def send_webhooks(**_: object) -> int:
    """Send, everywhere, what waits for integrators."""
    return _for_each(send_webhooks_of_tenant)


@app.task(name="socle.purge_webhooks_of_tenant")
def purge_webhooks_of_tenant(*, tenant: str, **_: object) -> int:
    """Forget the webhooks of one tenant kept long enough."""
    return webhooks.purge(at=timezone.now())


@app.task(name="socle.purge_webhooks", crosses_tenants=True)
def purge_webhooks(**_: object) -> int:
    """Forget, everywhere, the webhooks kept long enough."""
    return _for_each(purge_webhooks_of_tenant)


@app.task(name="socle.tell_people_of_tenant")
def tell_people_of_tenant(*, tenant: str, **_: object) -> int:
    """Publish what is scheduled in one tenant, and let go of what is due; the messages asked for."""
    announcements.publish_due(at=timezone.now())
    return announcements.release(at=timezone.now())


@app.task(name="socle.tell_people", crosses_tenants=True)
def tell_people(**_: object) -> int:
    """Tell people everywhere what is due."""
    return _for_each(tell_people_of_tenant)


@app.task(name="socle.complete_announcements_of_tenant")
def complete_announcements_of_tenant(*, tenant: str, **_: object) -> int:
    """Add to the announcements that run in one tenant those who joined; empty letters kept long enough."""
    announcements.remove_letters(at=timezone.now())
    return announcements.complete_running(at=timezone.now())


@app.task(name="socle.complete_announcements", crosses_tenants=True)
def complete_announcements(**_: object) -> int:
    """Complete, everywhere, the audiences of announcements."""
    return _for_each(complete_announcements_of_tenant)


@app.task(name="socle.purge_announcements_of_tenant")
def purge_announcements_of_tenant(*, tenant: str, **_: object) -> int:
    """Forget what one tenant keeps no longer of announcements."""
    return announcements.purge(at=timezone.now())


@app.task(name="socle.purge_announcements", crosses_tenants=True)
def purge_announcements(**_: object) -> int:
    """Forget, everywhere, what is kept no longer of announcements."""
    return _for_each(purge_announcements_of_tenant)
