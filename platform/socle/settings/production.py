"""Production: HTTPS everywhere, mail by SMTP, no default for anything that matters."""

from commons import environment
from socle.settings.base import *  # noqa: F403

ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS",
    None,
    give="les noms d'hôte acceptés, séparés par des virgules, par exemple .socle.exemple.fr",
)
SEALING_SECRETS = environment.words(
    "SEALING_SECRETS",
    None,
    give="une longue suite de caractères, tenue secrète, qui scelle les clés",
)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = environment.text("EMAIL_HOST", give="le serveur d'envoi des courriels")
EMAIL_PORT = environment.number("EMAIL_PORT", 587, at_least=1, at_most=65_535)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=True)
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
DEVICE_COOKIE_NAME = "__Host-device"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LOOPBACK_HOSTS = False
STRIPE_API_BASE = ""  # Stripe itself, whatever the environment says
CHECKOUT_ORIGIN = "https://checkout.stripe.com"
