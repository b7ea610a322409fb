"""What the page of a SAML partner says: what it was registered with, and what it is to be given of us."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils.translation import gettext as _

from console.around import Cell, Table
from console.records import breakable, folded
from federation.ent import certificates, keys
from federation.ent.models import Registration
from federation.ent.saml.answering import entity_id
from federation.ent.saml.partner import SamlPartner, partner_of
from ui import wording
from ui.mail import portal_address

FOLD = 8  # signs of a certificate that stay together


def said_partner(partner: SamlPartner) -> Iterator[str]:
    """What a SAML partner was registered with, a sentence each."""
    for url in partner.acs_urls:
        yield _("Les réponses vont à %(url)s.") % {"url": url}
    if partner.logout_url:
        yield _("La déconnexion passe par %(url)s.") % {"url": partner.logout_url}
    yield from _settings(partner)


def _settings(partner: SamlPartner) -> Iterator[str]:
    """The same without its addresses, which its page shows."""
    yield (
        _("Ses demandes sans signature sont refusées.")
        if partner.signs_requests
        else _("Ses demandes peuvent venir sans signature.")
    )
    if not partner.logout_url:
        yield _("Il n'est pas prévenu d'une déconnexion.")
    if partner.starts_itself:
        yield _("La carte ouvre la page du service, qui demande qui vient.")
    for one in partner.certificates:
        # One that cannot be read is refused when it is registered.
        if certificates.read(one) is not None:
            yield _("Son certificat est valable jusqu'au %(day)s.") % {
                "day": wording.full_date(certificates.ends_at(one).date())
            }


def partner_tables(registration: Registration, *, on: datetime.date) -> list[Table]:
    """A SAML partner: what it gave, and what it is given of us; nothing for other protocols."""
    if registration.protocol != Registration.Protocol.SAML:
        return []
    partner = partner_of(registration)
    theirs = [(Cell(sentence),) for sentence in _settings(partner)]
    theirs += [
        (Cell(_("Ce certificat est terminé : demandez le nouveau au service.")),)
        for one in partner.certificates
        if certificates.ends_at(one).date() <= on
    ]
    return [
        Table(title=_("Ce que le service a donné"), heads=(_("Réglage"),), rows=tuple(theirs)),
        _given_table(),
    ]


def _given_table() -> Table:
    """What a partner is given: one address that says all, and the certificates for who wants them."""
    address = breakable(entity_id(portal_address("")), after="/")
    names = (_("Certificat en service"), _("Certificat suivant"))
    rows = [
        (Cell(_("Métadonnées")), Cell(address)),
        (Cell(_("Nom (entityID)")), Cell(address)),
        *(
            (Cell(name), Cell(folded(certificates.bare(one), every=FOLD)))
            for name, one in zip(names, keys.published_certificates(), strict=True)
        ),
    ]
    return Table(
        title=_("Ce qu'il faut donner au service"),
        heads=(_("Quoi"), _("Valeur")),
        rows=tuple(rows),
    )
