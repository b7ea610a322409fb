"""Settings common to every environment. Nothing here has a default that would be unsafe to forget.

Variables are read through `commons.environment`, which refuses to start on a missing or odd value;
docs/settings.md lists them all, and a test keeps that true.
"""

import datetime
from pathlib import Path
from typing import Any

import psycopg.conninfo
from celery.schedules import crontab

from commons import environment

BASE_DIR = Path(__file__).resolve().parents[3]

# "web" and "worker" serve as the tenants' own roles; "owner" migrates and provisions.
PROCESS = environment.choice("SOCLE_PROCESS", "web", ("web", "worker", "owner"))

SECRET_KEY = environment.text("SECRET_KEY", give="une longue suite de caractères, tenue secrète")
# What tenants' own keys are sealed with (commons.sealing): the first seals, all of them open.
SEALING_SECRETS = environment.words("SEALING_SECRETS") or [SECRET_KEY]
DEBUG = False
# Départements answer on <slug>.<BASE_DOMAIN>.
BASE_DOMAIN = environment.text(
    "BASE_DOMAIN", give="le domaine des portails, par exemple socle.exemple.fr"
)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
PUBLIC_HOST = environment.text("PUBLIC_HOST", f"socle.{BASE_DOMAIN}")

# --- tenants and databases -------------------------------------------------------------------
TENANT_MODEL = "registry.Departement"
TENANT_DOMAIN_MODEL = "registry.Domain"
TENANT_LIMIT_SET_CALLS = True
PUBLIC_SCHEMA_NAME = "public"
PUBLIC_SCHEMA_URLCONF = "socle.urls_public"
ROOT_URLCONF = "socle.urls_tenant"
DATABASE_ROUTERS = ("django_tenants.routers.TenantSyncRouter",)
TEMPLATE_SCHEMA = "zz_template"

# "per-tenant": one LOGIN role and one kept connection per tenant (SPIKE.md §2, the only form that
# resisted every escape). "switched": one connection that changes role, the fallback.
TENANT_LOGIN = environment.choice("TENANT_LOGIN", "per-tenant", ("per-tenant", "switched"))
TENANT_LOGIN_SECRET = environment.text(
    "TENANT_LOGIN_SECRET", give="une longue suite de caractères, tenue secrète"
)

_TIMEOUTS = {
    "web": "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
    "worker": "-c statement_timeout=15min -c lock_timeout=10s",
    "owner": "-c lock_timeout=10s",
}


def _libpq_parts(name: str) -> dict[str, Any]:
    """The parts of the libpq URL a variable gives."""
    example = "postgresql://rôle:mot-de-passe@hôte:5432/base"
    url = environment.url(name, schemes=("postgresql", "postgres"), example=example)
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parts = {}
    if not parts.get("dbname") or not parts.get("user"):
        raise environment.BadEnvironment(name, "ne nomme pas un rôle et une base", example)
    return parts


def database(name: str, *, process: str) -> dict[str, Any]:
    """A Django database entry from the variable that holds its URL."""
    parts = _libpq_parts(name)
    is_owner = process == "owner"
    return {
        "ENGINE": "tenants.registry.backend",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": not is_owner,
        "ATOMIC_REQUESTS": False,
        # Unknown keys stay in settings_dict, where our backend reads them.
        "TENANT_LOGIN": "owner" if is_owner else TENANT_LOGIN,
        "OPTIONS": {
            "options": f"-c TimeZone=UTC {_TIMEOUTS[process]}",
            # Every statement is prepared, so that several commands in one are refused.
            "server_side_binding": not is_owner,
            "prepare_threshold": None if is_owner else 0,
        },
        "TEST": {"MIGRATE": False},
    }


def databases() -> dict[str, dict[str, Any]]:
    """Owner processes hold the owner's credentials, and no other process does."""
    name = "DATABASE_OWNER_URL" if PROCESS == "owner" else "DATABASE_URL"
    return {"default": database(name, process=PROCESS)}


DATABASES: dict[str, dict[str, Any]] = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SHARED_APPS = [
    "django_tenants",
    "commons",
    "tenants.registry",
    "tenants.accounts",
    "federation.catalogue",
    "federation.reciprocity",
    "federation.correspondence",
    "federation.releases",
    "federation.workgroup",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "ui",
    "portal",
    "console",
    "api",
    "observatory",
    "socle",
    "graphene_django",
    "django_htmx",
    "template_partials",
]
TENANT_APPS = [
    "unfold",
    "commons",
    "tenants.accounts",
    "tenants.people",
    "tenants.activation",
    "tenants.acting",
    "tenants.identities",
    "tenants.integrators",
    "tenants.schoollife.timetable",
    "tenants.schoollife.messages",
    "tenants.schoollife.records",
    "tenants.schoollife.announcements",
    "billing.ledger",
    "billing.tariffs",
    "billing.canteen",
    "billing.invoicing",
    "billing.payments",
    "billing.rights",
    "billing.simulation",
    "federation.ent",
    "federation.usage",
    "federation.passplus",
    "federation.exchange",
    "federation.publication",
    "federation.webhooks",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.admin",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]
# unfold overrides the templates of django.contrib.admin
INSTALLED_APPS.remove("unfold")
INSTALLED_APPS.insert(INSTALLED_APPS.index("console"), "unfold")

# --- requests --------------------------------------------------------------------------------
MIDDLEWARE = [
    "socle.tracing.TraceMiddleware",
    "tenants.registry.middleware.TenantMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "socle.middleware.RequestContextMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenants.accounts.middleware.SignedInMiddleware",
    "socle.middleware.ApiMiddleware",  # what follows is of pages alone
    "django.middleware.gzip.GZipMiddleware",  # of random length, against BREACH; tokens of forms are masked
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.acting.ActingMiddleware",
    "portal.partners.spaces.PartnerSpaceMiddleware",
    "portal.counting.UsageMiddleware",
]
WSGI_APPLICATION = "socle.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.registry.context_processors.departement",
            ],
        },
    }
]
APPEND_SLASH = True
API_BUDGETS = environment.number("API_BUDGETS", 1, at_most=100_000)  # times those of api.budget
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0, at_most=10)  # of ui.visitors
SILENCED_SYSTEM_CHECKS = ["auth.W004", "auth.E003"]  # e-mail is unique per schema, lower-cased

# --- accounts and sessions: host-only cookies, sessions in the tenant's schema ---------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["tenants.accounts.backends.PasswordBackend"]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tenants.accounts.passwords.ContextWordsValidator"},
]
SESSION_ENGINE = "tenants.accounts.sessions"
SESSION_COOKIE_DOMAIN = None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
DEVICE_COOKIE_NAME = "device"  # of portal.signing_in: tells a person of a device they never used
CSRF_COOKIE_DOMAIN = None
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 4  # each in memory, of 10 MB at most
FILE_UPLOAD_HANDLERS = ["commons.upload_requests.BoundedUploadHandler"]

# --- words -----------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- files, cache, messages: each names the tenant -------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
DATA_DIR = Path(environment.text("SOCLE_DATA_DIR", str(BASE_DIR / "var" / "data")))
MEDIA_ROOT = DATA_DIR / "media"
MAIL_DIR = DATA_DIR / "mail"
# Documents that families give (commons.uploads): outside any folder a web server reads.
UPLOADS_DIR = Path(environment.text("SOCLE_UPLOADS_DIR", str(DATA_DIR / "uploads")))
STORAGES = {
    "default": {"BACKEND": "commons.storage.TenantFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
REDIS_URL = environment.url(
    "REDIS_URL", schemes=("redis", "rediss", "unix"), example="redis://hôte:6379/0"
)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "commons.caching.tenant_key",
        "TIMEOUT": 300,
    }
}
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "ne-pas-repondre@socle.example")
PORTAL_ORIGIN = environment.url(  # of addresses in e-mails
    "PORTAL_ORIGIN", "https://{host}", schemes=("http", "https"), example="https://{host}"
)
EMAIL_TIMEOUT = 10
HAS_MAILBOX = False  # the page /boite/: embedded settings only
DEMO_CODE_SECRET = ""  # whose code that page shows: embedded settings only

# --- background work -------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep-outboxes": {"task": "socle.sweep_outboxes", "schedule": 30.0},
    "resume-jobs": {"task": "socle.resume_jobs", "schedule": 15.0},
    "expire-holds": {"task": "socle.expire_holds", "schedule": 300.0},
    "look-at-payments": {"task": "socle.look_at_payments", "schedule": 60.0},
    "give-up-rights": {"task": "socle.give_up_waiting_rights", "schedule": 120.0},
    "remove-letters": {"task": "socle.remove_letters", "schedule": 3600.0},
    "purge-sign-ins": {"task": "socle.purge_sign_ins", "schedule": 86400.0},
    "purge-partner-applications": {
        "task": "socle.purge_partner_applications",
        "schedule": 24 * 3600.0,
    },
    "keep-registrations": {"task": "socle.keep_registrations", "schedule": 3600.0},
    "purge-rights": {"task": "socle.purge_rights", "schedule": 86400.0},
    "purge-records": {"task": "socle.purge_records", "schedule": 86400.0},
    "purge-timetables": {"task": "socle.purge_timetables", "schedule": 86400.0},
    "purge-identities": {"task": "socle.purge_identities", "schedule": 86400.0},
    "keep-threads": {"task": "socle.keep_threads", "schedule": 3600.0},
    "watch-services": {"task": "socle.watch_services", "schedule": 300.0},
    "end-left-openings": {"task": "socle.end_left_openings", "schedule": 60.0},
    "purge-passes": {"task": "socle.purge_passes", "schedule": 3600.0},
    "purge-machine-tokens": {"task": "socle.purge_machine_tokens", "schedule": 3600.0},
    "take-back-licences": {"task": "socle.take_back_licences", "schedule": 86400.0},
    "gather-usage": {"task": "socle.gather_usage", "schedule": 300.0},
    "count-people": {"task": "socle.count_people", "schedule": 86400.0},
    "purge-usage": {"task": "socle.purge_usage", "schedule": 86400.0},
    "keep-pass-deadlines": {"task": "socle.keep_pass_deadlines", "schedule": 3600.0},
    "exchange-with-neighbours": {"task": "socle.exchange_with_neighbours", "schedule": 300.0},
    # Once a day, at an hour when one may write to a family.
    "tell-pass-holders": {
        "task": "socle.tell_pass_holders",
        "schedule": crontab(hour="8", minute="10"),
    },
    "tell-people": {"task": "socle.tell_people", "schedule": 60.0},
    "complete-announcements": {"task": "socle.complete_announcements", "schedule": 3600.0},
    "purge-announcements": {"task": "socle.purge_announcements", "schedule": 86400.0},
    "keep-publications": {
        "task": "socle.keep_publications",
        "schedule": crontab(hour="4", minute="20"),
    },
    "send-webhooks": {"task": "socle.send_webhooks", "schedule": 30.0},
    "purge-webhooks": {"task": "socle.purge_webhooks", "schedule": 86400.0},
    "check-ledgers": {"task": "socle.check_ledgers", "schedule": 3600.0},
}

# How long a relay keeps an event to itself: longer than any handler; one that died keeps it no longer.
OUTBOX_LEASE = datetime.timedelta(minutes=10)

# --- first connections -----------------------------------------------------------------------
ACTIVATION_CODE_DAYS = environment.number("ACTIVATION_CODE_DAYS", 60, at_least=1, at_most=366)

# --- payment ---------------------------------------------------------------------------------
# Stripe itself when empty; the demo and the tests give the address of what stands in for it.
STRIPE_API_BASE = environment.url(
    "STRIPE_API_BASE", "", schemes=("http", "https"), example="http://127.0.0.1:12111"
)
CHECKOUT_ORIGIN = STRIPE_API_BASE or "https://checkout.stripe.com"  # of the pages where one pays

# --- rights ----------------------------------------------------------------------------------
# Where what stands in for the sources is spoken, in the demo; each source has its own address.
RIGHTS_API_BASE = environment.url(
    "RIGHTS_API_BASE", "", schemes=("http", "https"), example="http://127.0.0.1:8191"
)

# --- identities ------------------------------------------------------------------------------
# Where what stands in for EduConnect and FranceConnect is spoken, in the demo.
IDENTITY_API_BASE = environment.url(
    "IDENTITY_API_BASE", "", schemes=("http", "https"), example="http://127.0.0.1:8192"
)
# --- services --------------------------------------------------------------------------------
# Where what stands in for third parties' services is spoken, in the demo; each has its own address.
SERVICES_BASE = environment.url(
    "SERVICES_BASE", "", schemes=("http", "https"), example="http://127.0.0.1:8005"
).rstrip("/")

# --- usage -----------------------------------------------------------------------------------
USAGE_COUNTED = environment.flag("USAGE_COUNTED", default=True)  # visits, by portal.counting

# --- webhooks --------------------------------------------------------------------------------
WEBHOOK_LOG_DAYS = environment.number("WEBHOOK_LOG_DAYS", 30, at_least=5, at_most=366)

# --- GraphQL ---------------------------------------------------------------------------------
GRAPHENE = {"SCHEMA": "api.schema.schema", "MIDDLEWARE": []}
GRAPH_MUTATIONS = "socle.graph_acts.mutations"  # what other interfaces add to those of `api`
GRAPH_QUERIES = "socle.graph_lists.queries"

# --- logs, traces, metrics -------------------------------------------------------------------
LOG_LEVEL = environment.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "commons.logs.ContextFilter"}},
    "formatters": {"json": {"()": "commons.logs.JsonFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["context"]}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"propagate": True},
        "django.db.backends": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        # They write whole addresses, which hold who a source is asked about.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # It writes whole messages of SAML, which say who a person is for a service.
        "saml2": {"level": "CRITICAL"},
        "xmlschema": {"level": "WARNING"},
    },
}
# Where each signal goes by OTLP over HTTP; nowhere when empty. The general address is a base, as
# OpenTelemetry's own specification has it; the one of a signal is used as it is.
_COLLECTOR = environment.url(
    "OTEL_EXPORTER_OTLP_ENDPOINT", "", schemes=("http", "https"), example="https://hôte:4318"
).rstrip("/")
_OF_SIGNALS = {
    "traces": environment.url(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "",
        schemes=("http", "https"),
        example="https://hôte:4318/v1/traces",
    ),
    "metrics": environment.url(
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "",
        schemes=("http", "https"),
        example="https://hôte:4318/v1/metrics",
    ),
    "logs": environment.url(
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
        "",
        schemes=("http", "https"),
        example="https://hôte:4318/v1/logs",
    ),
}
OTLP_ENDPOINTS = {
    signal: own or (f"{_COLLECTOR}/v1/{signal}" if _COLLECTOR else "")
    for signal, own in _OF_SIGNALS.items()
}
TRACE_SAMPLE_PERCENT = environment.number("TRACE_SAMPLE_PERCENT", 1, at_most=100)
if OTLP_ENDPOINTS["logs"]:
    _HANDLERS: dict[str, Any] = LOGGING["handlers"]
    _HANDLERS["otlp"] = {"class": "socle.telemetry_logs.DiscreetHandler", "filters": ["context"]}
    LOGGING["root"]["handlers"].append("otlp")
