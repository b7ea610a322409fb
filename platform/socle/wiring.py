"""What start-up connects: the registry to `commons.tenancy`, the outbox to its worker, personal data."""

from django.core.cache import cache
from django.utils.module_loading import autodiscover_modules

from commons import jobs, outbox, tenancy
from federation.webhooks import waking
from tenants.registry.contexts import RegistryTenantSource

SENDER_WAITS_SECONDS = 1


def wire() -> None:
    """Connect the rooms; called once, when the applications are ready."""
    tenancy.register_tenant_source(RegistryTenantSource)
    outbox.set_wake(_wake_relay)
    jobs.set_wake(_wake_worker)
    waking.set_wake(_wake_sender)
    autodiscover_modules("personal_data")  # each room says there what it holds about people


def _wake_relay(schema_name: str) -> None:
    from socle import tasks  # noqa: PLC0415  the Celery application imports the settings

    if schema_name != tenancy.PUBLIC_SCHEMA:
        tasks.relay_outbox.apply_async(kwargs={"tenant": schema_name}, retry=False)


def _wake_worker(schema_name: str, job_id: int) -> None:
    from socle import tasks  # noqa: PLC0415  the Celery application imports the settings

    tasks.perform_job.apply_async(kwargs={"tenant": schema_name, "job_id": job_id}, retry=False)


def _wake_sender(schema_name: str) -> None:
    from socle import tasks  # noqa: PLC0415  the Celery application imports the settings

    # One task for all that is asked for within a second: a month of invoices is one event each.
    if cache.add("webhooks.wake", 1, timeout=SENDER_WAITS_SECONDS):
        tasks.send_webhooks_of_tenant.apply_async(
            kwargs={"tenant": schema_name}, retry=False, countdown=SENDER_WAITS_SECONDS
        )
