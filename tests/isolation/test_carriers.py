"""Cache, files, mail, tasks, logs and spans each carry the tenant."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, get_connection
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from commons import logs, mail
from commons.querysets import TenantManager, TenantQuerySet
from commons.tenancy import NoTenant
from socle import telemetry
from socle.celery import PROOF_HEADER, SCHEMA_HEADER, SocleTask, app, proof_of
from tenants.registry import contexts
from tests.isolation.conftest import whoami


def test_two_tenants_asking_for_one_key_share_nothing(tenant_db):
    cache.set("greeting", "92")
    with contexts.tenant("d94"):
        assert cache.get("greeting") is None
        cache.set("greeting", "94")
    assert cache.get("greeting") == "92"


def test_files_of_one_tenant_are_not_in_the_other(tenant_db):
    name = default_storage.save("notice.txt", ContentFile(b"92"))
    assert Path(default_storage.path(name)).parent.name == "d92"
    with contexts.tenant("d94"):
        assert not default_storage.exists(name)


@pytest.mark.parametrize("name", ["../d94/secret.txt", "/etc/passwd", "a/../../d94/secret.txt"])
def test_a_path_cannot_lead_out_of_the_tenants_folder(tenant_db, name):
    with contexts.tenant("d94"):
        default_storage.save("secret.txt", ContentFile(b"94"))
    with pytest.raises(SuspiciousFileOperation):
        default_storage.open(name)


def test_a_link_cannot_lead_out_of_the_tenants_folder(tenant_db):
    with contexts.tenant("d94"):
        name = default_storage.save("secret.txt", ContentFile(b"94"))
        target = default_storage.path(name)
    default_storage.save("here.txt", ContentFile(b"92"))
    (Path(default_storage.location) / "link.txt").symlink_to(target)
    with pytest.raises(SuspiciousFileOperation):
        default_storage.open("link.txt")


def test_a_file_has_no_address_of_its_own(tenant_db):
    """An address of the folders would be served to whoever asks, from any host."""
    name = default_storage.save("notice.txt", ContentFile(b"92"))
    with pytest.raises(SuspiciousFileOperation):
        default_storage.url(name)


def test_there_are_no_files_outside_a_tenant(tenant_db):
    with contexts.public(), pytest.raises(NoTenant):
        default_storage.save("x.txt", ContentFile(b""))


def test_mail_of_one_tenant_is_not_in_the_others_box(tenant_db):
    backend = get_connection("commons.mail.TenantFolderBackend")
    message = EmailMessage("Bonjour", "texte", to=["a@exemple.fr"], connection=backend)
    message.extra_headers["Message-ID"] = "<1@socle>"
    message.send()
    message.send()  # a repeated delivery shows once

    assert [kept.subject for kept in mail.kept_messages()] == ["Bonjour"]
    with contexts.tenant("d94"):
        assert mail.kept_messages() == []


@app.task(name="tests.who")
def who(*, tenant: str, **_: object) -> str:
    return whoami()[0]


def run_message(*, tenant: str, headers: dict[str, str]) -> tuple[str, object]:
    """Run a task as a worker does with a message that bears these headers: its state and result."""
    done = who.apply(kwargs={"tenant": tenant}, task_id="1", headers=headers)
    return done.state, done.result if done.state == "SUCCESS" else None


def signed(schema: str) -> dict[str, str]:
    proof = proof_of(task_name="tests.who", task_id="1", schema_name=schema)
    return {SCHEMA_HEADER: schema, PROOF_HEADER: proof}


def test_a_task_runs_inside_the_tenant_it_names(tenant_db):
    assert run_message(tenant="d94", headers=signed("d94")) == ("SUCCESS", "d94")
    assert whoami()[0] == "d92"


@pytest.fixture
def sent(settings):
    """Send the task to a queue that nobody reads, and read what Redis holds."""
    client = redis.Redis.from_url(settings.REDIS_URL)

    def send(**options: object) -> dict[str, str]:
        who.apply_async(kwargs={"tenant": "d94"}, task_id="1", queue="tests.carriers", **options)
        message = json.loads(client.lpop("tests.carriers"))
        return {name: message["headers"][name] for name in (SCHEMA_HEADER, PROOF_HEADER)}

    yield send
    client.delete("tests.carriers")


def test_a_message_leaves_signed_for_the_tenant_its_task_names(tenant_db, sent):
    """From d92, for d94: the task's own argument says the tenant, not where it was sent from."""
    headers = sent()

    assert headers == signed("d94")
    assert run_message(tenant="d94", headers=headers) == ("SUCCESS", "d94")


def test_who_sends_a_task_does_not_choose_its_headers(tenant_db, sent):
    assert sent(headers={SCHEMA_HEADER: "d92", PROOF_HEADER: "0" * 64}) == signed("d94")


@pytest.mark.parametrize(
    "headers",
    [
        {SCHEMA_HEADER: "d94"},
        {SCHEMA_HEADER: "d94", PROOF_HEADER: "0" * 64},
        {SCHEMA_HEADER: "d94", PROOF_HEADER: ""},
    ],
)
def test_a_forged_tenant_header_is_rejected(tenant_db, headers):
    assert run_message(tenant="d94", headers=headers) == ("REJECTED", None)


def test_a_proved_header_does_not_serve_for_another_tenants_argument(tenant_db):
    assert run_message(tenant="d94", headers=signed("d92")) == ("REJECTED", None)


def test_a_task_refuses_positional_arguments(tenant_db):
    with pytest.raises(TypeError, match="keyword"):
        SocleTask.__call__(who, "d92")


def test_every_task_of_ours_names_its_tenant_or_says_that_it_crosses():
    import inspect

    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert ours
    for task in ours:
        parameters = inspect.signature(task.run).parameters
        kinds = {parameter.kind for parameter in parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD in kinds, f"{task.name} needs **_"
        assert inspect.Parameter.POSITIONAL_OR_KEYWORD not in kinds, task.name
        assert task.crosses_tenants or "tenant" in parameters, task.name


def test_a_log_line_names_its_tenant_and_request(tenant_db):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.ContextFilter())
    handler.setFormatter(logs.JsonFormatter())
    logger = logging.getLogger("tests.carriers")
    logger.addHandler(handler)
    token = logs.request_id.set("abc123")
    try:
        with contexts.tenant("d94"):
            logger.warning("something happened", extra={"count": 3})
    finally:
        logs.request_id.reset(token)
        logger.removeHandler(handler)

    line = json.loads(stream.getvalue())
    assert line["event"] == "something happened"
    assert (line["tenant"], line["request_id"], line["count"]) == ("d94", "abc123", 3)


def test_every_span_names_its_tenant(tenant_db):
    exporter = InMemorySpanExporter()
    provider = telemetry.make_provider(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("tests")

    outer = tracer.start_as_current_span("outer")
    with outer, contexts.tenant("d94"), tracer.start_as_current_span("inner"):
        pass

    seen = {
        span.name: (span.attributes["socle.tenant.schema"], span.attributes["socle.tenant.code"])
        for span in exporter.get_finished_spans()
    }
    assert seen == {"outer": ("d92", "92"), "inner": ("d94", "94")}


def test_every_tenant_models_querysets_remember_their_tenant():
    ours = [
        model
        for label in ("commons", "accounts", "people", "ledger", "tariffs", "canteen", "invoicing")
        for model in apps.get_app_config(label).get_models()
    ]
    assert len(ours) > 3
    for model in ours:
        assert isinstance(model._default_manager.get_queryset(), TenantQuerySet), model
        assert isinstance(model._default_manager, TenantManager), model
    assert "django_tenants.routers.TenantSyncRouter" in settings.DATABASE_ROUTERS
