import importlib

from django.apps import AppConfig

ACTS = (
    "activation",
    "accounts",
    "acting",
    "announcements",
    "announcement_changes",
    "notification_terms",
    "billing",
    "campaigns",
    "canteen",
    "contests",
    "corrections",
    "departements",
    "enrolling",
    "feeds",
    "figures",
    "forming",
    "households",
    "identities",
    "integrators",
    "meals",
    "messages",
    "moves",
    "partner_corrections",
    "partner_payments",
    "partner_people",
    "partner_pricing",
    "partners",
    "payers",
    "payments",
    "drafts",
    "pricing",
    "reciprocity",
    "refunds",
    "registrations",
    "rights",
    "school_records",
    "service_clients",
    "shared_services",
    "ticket_keys",
    "timetables",
    "webhooks",
)


class ConsoleConfig(AppConfig):
    name = "console"
    verbose_name = "Console"

    def ready(self) -> None:
        # Each module registers its acts on `console.acts.framework`.
        for module in ACTS:
            importlib.import_module(f"console.acts.{module}")
