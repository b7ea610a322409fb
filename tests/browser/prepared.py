"""In the site's environment: an agent of this module's own, and a letter for Julie Moreau; says its code."""

import datetime
import json
import sys

AGENT, PARENT = "iris.instruction@exemple.fr", "julie.moreau@exemple.fr"


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    from django.utils import timezone

    from commons.actors import Actor
    from socle.seeding import cast, demo
    from tenants.accounts import operations as accounts
    from tenants.accounts.capabilities import Role
    from tenants.activation import operations
    from tenants.activation.letters import Letter, Recipient, Seen
    from tenants.activation.models import IdentityShown
    from tenants.people import queries as people
    from tenants.people.models import Guardian
    from tenants.registry import contexts

    actor, at = Actor.command("tests"), timezone.now()
    drawn: list[Letter] = []
    with contexts.tenant("d92"):
        agent = accounts.create_user(
            email=AGENT,
            first_name="Iris",
            last_name="Colin",
            password=cast.PASSWORD,
            actor=actor,
            at=at,
        )
        accounts.grant_role(user=agent, role=Role.INSTRUCTOR, college_uai="", actor=actor, at=at)
        demo.give_demo_code(agent, at=at - datetime.timedelta(hours=1))
        parent = Guardian.objects.get(email=PARENT)
        operations.give_code(
            recipient=Recipient(parent),
            college=None,
            typeset=lambda letters: drawn.extend(letters) or b"%PDF",  # type: ignore[func-returns-value]
            actor=actor,
            at=at,
            seen=Seen((IdentityShown.IDENTITY_CARD,), "Mot de passe oublié"),
        )
        child = people.children_of_guardian(parent, on=at.date())[0]
    json.dump({"code": drawn[0].code, "born": f"{child.birth_date:%d/%m/%Y}"}, sys.stdout)


if __name__ == "__main__":
    main()
