"""The demo's settings, with a quicker clock: sweepers find within seconds what they find in a minute."""

import datetime

from socle.settings.embedded import *  # noqa: F403
from socle.settings.embedded import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

CELERY_BEAT_SCHEDULE = CELERY_BEAT_SCHEDULE | {
    "sweep-outboxes": {"task": "socle.sweep_outboxes", "schedule": 2.0},
    "look-at-payments": {"task": "socle.look_at_payments", "schedule": 2.0},
    "resume-jobs": {"task": "socle.resume_jobs", "schedule": 2.0},
}
INSTALLED_APPS = [*INSTALLED_APPS, "tests.kill.apps.KillConfig"]
OUTBOX_LEASE = datetime.timedelta(seconds=5)
