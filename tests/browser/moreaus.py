"""In the site's environment: what befalls the Moreaus. `desk`: Hélène is the secretary of Chloé's collège
too. `judge`: Thomas answers for Chloé no more."""

from __future__ import annotations

import sys
from typing import Any


def _desk(chloe: Any) -> None:
    from django.utils import timezone

    from commons.actors import Actor
    from tenants.accounts import operations
    from tenants.accounts.capabilities import Role
    from tenants.accounts.models import User

    operations.grant_role(
        user=User.objects.get(email="helene.secretaire@exemple.fr"),
        role=Role.COLLEGE_SECRETARY,
        college_uai=chloe.schoolings.latest("pk").college.uai,
        actor=Actor.command("test"),
        at=timezone.now(),
    )


def _judge(chloe: Any) -> None:
    from django.utils import timezone

    links = chloe.guardianships.filter(guardian__first_name="Thomas", valid_until__isnull=True)
    links.update(valid_until=timezone.localdate())


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    from tenants.people.models import Pupil
    from tenants.registry import contexts

    with contexts.tenant("d92"):
        {"desk": _desk, "judge": _judge}[sys.argv[1]](
            Pupil.objects.get(first_name="Chloé", last_name="Moreau")
        )


if __name__ == "__main__":
    main()
