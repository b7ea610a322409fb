"""The WSGI application granian serves. It refuses to start on an unsafe database login."""

import gc
import importlib
import os
from multiprocessing.util import Finalize

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.production")

from django.core.wsgi import get_wsgi_application

from socle import startup, telemetry

telemetry.instrument()
# granian's workers end as multiprocessing's children do: its finalizers run, `atexit` does not.
Finalize(None, telemetry.flush, exitpriority=0)
application = get_wsgi_application()
importlib.import_module("api.views")  # its schema is built before the first request, not by it
startup.refuse_unsafe_database()
gc.freeze()  # what was imported stays: the collector need not look at it again while somebody waits
