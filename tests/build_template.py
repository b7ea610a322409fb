"""Build the template database of the tests: every schema migrated, then two départements provisioned.

Run by `tests.plugin` in an owner process, once for each of these steps, with DATABASE_OWNER_URL pointing at
the database: empty, then migrated.
"""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from commons.actors import Actor  # noqa: E402
from federation.catalogue.operations import publish_services  # noqa: E402
from federation.catalogue.service_files import read_services  # noqa: E402
from tenants.registry import migrating, provisioning  # noqa: E402

DEPARTEMENTS = (
    provisioning.NewDepartement(
        code="92",
        name="Hauts-de-Seine",
        slug="hauts-de-seine",
        contact_phone="09 69 32 60 92",
        contact_email="contact@hauts-de-seine.exemple.fr",
    ),
    provisioning.NewDepartement(
        code="94",
        name="Val-de-Marne",
        slug="val-de-marne",
        contact_phone="01 43 99 70 00",
        contact_email="contact@val-de-marne.exemple.fr",
    ),
)


def migrate() -> None:
    """Every schema that is there without a département."""
    migrating.migrate_all(say=lambda _line: None)


def provision() -> None:
    """The shared services, and two départements."""
    publish_services(services=read_services(), actor=Actor.command("tests"), at=timezone.now())
    for new in DEPARTEMENTS:
        provisioning.provision_departement(new=new, actor=Actor.command("tests"))


if __name__ == "__main__":
    {"migrate": migrate, "provision": provision}[sys.argv[1]]()
