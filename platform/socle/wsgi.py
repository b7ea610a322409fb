"""The WSGI application granian serves. It refuses to start on an unsafe database login."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.production")

from django.core.wsgi import get_wsgi_application

from socle import startup, telemetry

application = get_wsgi_application()
startup.refuse_unsafe_database()
telemetry.instrument()
