"""The demo and development: services embedded, one machine, mail kept in a folder."""

from commons import environment
from socle import demo_code
from socle.settings.base import *  # noqa: F403
from socle.settings.base import ALLOWED_HOSTS, BASE_DOMAIN, STATIC_ROOT, STORAGES

DEBUG = environment.flag("SOCLE_DEBUG", default=False)
ALLOWED_HOSTS = ALLOWED_HOSTS or [f".{BASE_DOMAIN}", BASE_DOMAIN]
HAS_MAILBOX = True
DEMO_CODE_SECRET = demo_code.SECRET
EMAIL_BACKEND = "commons.mail.TenantFolderBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is not there
WHITENOISE_AUTOREFRESH = DEBUG
# Our own calls to *.localhost go to 127.0.0.1 with the host kept (commons.http).
LOOPBACK_HOSTS = True
