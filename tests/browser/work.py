"""In the site's environment: do the long work that waits in Hauts-de-Seine, as its worker does."""


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    import datetime

    from django.utils import timezone

    from commons import jobs
    from tenants.registry import contexts

    with contexts.tenant("d92"):
        for job in jobs.left_over(at=timezone.now() + datetime.timedelta(hours=1)):
            jobs.perform(job.pk)


if __name__ == "__main__":
    main()
