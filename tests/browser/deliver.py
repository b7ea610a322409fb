"""In the site's environment: deliver what waits in the outbox of Hauts-de-Seine, as its worker does."""


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    from django.utils import timezone

    from commons import outbox
    from tenants.registry import contexts

    with contexts.tenant("d92"):
        while outbox.deliver_pending(at=timezone.now()).delivered:
            pass


if __name__ == "__main__":
    main()
