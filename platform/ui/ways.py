"""The ways in, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tenants.accounts.models import Way
from tenants.identities.departements import code_of_way, departement_of
from tenants.identities.models import ExternalIdentity
from ui.wording import of_departement


def portal_of(code: str) -> str:
    """`le portail des Yvelines`; `un autre portail` once that département is closed."""
    other = departement_of(code)
    if other is None:
        return _("un autre portail")
    return _("le portail %(of_name)s") % {"of_name": of_departement(other)}


def way_in(way: str) -> str:
    """`Mot de passe`, or `Depuis le portail des Yvelines`."""
    if code := code_of_way(way):
        return _("Depuis %(portal)s") % {"portal": portal_of(code)}
    return str(dict(Way.choices).get(way, way))


def provider_of(identity: ExternalIdentity) -> str:
    """`EduConnect`, or `le portail des Yvelines`."""
    if identity.departement_code:
        return portal_of(identity.departement_code)
    return str(identity.get_kind_display())
