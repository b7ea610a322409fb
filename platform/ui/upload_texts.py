"""The two sentences of each refusal of a document; a part of `ui.error_texts`.

A family that meets one holds a telephone: each says a way out that a telephone has, a photograph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

UPLOADS: dict[str, tuple[str | Promise, str | Promise]] = {
    "UPLOAD_REFUSED": (
        _("Ce fichier ne peut pas être gardé."),
        _("Envoyez une photo nette du document."),
    ),
    "UPLOAD_EMPTY": (
        _("Ce fichier est vide."),
        _("Choisissez-le à nouveau, ou prenez le document en photo."),
    ),
    "UPLOAD_TOO_LARGE": (
        _("Ce fichier dépasse %(limit_mb)s\u00a0Mo."),
        _("Envoyez moins de pages à la fois, ou prenez le document en photo."),
    ),
    "UPLOAD_TYPE_REFUSED": (
        _("Ce fichier n'est ni une photo, ni un PDF."),
        _("Envoyez une photo JPEG ou PNG, ou un PDF."),
    ),
    "UPLOAD_TYPE_REFUSED.PICTURE": (
        _("Nous ne lisons pas cette sorte d'image."),
        _("Faites une capture d'écran de l'image, puis envoyez la capture."),
    ),
    "UPLOAD_TYPE_REFUSED.TEXT": (
        _("Ce fichier vient d'un traitement de texte, ou c'est une archive."),
        _("Enregistrez le document en PDF, ou prenez-le en photo."),
    ),
    "UPLOAD_DAMAGED": (
        _("Ce fichier est abîmé, ou il n'est pas arrivé en entier."),
        _("Envoyez-le à nouveau. Sinon, prenez le document en photo."),
    ),
    "UPLOAD_TOO_HEAVY": (
        _("Ce fichier est trop lourd à ouvrir."),
        _("Envoyez seulement les pages utiles, ou prenez-les en photo."),
    ),
    "UPLOAD_MIXED": (
        _("Ce fichier contient autre chose que le document."),
        _("Prenez le document en photo, puis envoyez la photo."),
    ),
    "UPLOAD_PDF_LOCKED": (
        _("Ce PDF est protégé par un mot de passe ou un verrou."),
        _("Prenez le document en photo, ou imprimez-le dans un nouveau PDF."),
    ),
    "UPLOAD_PDF_ACTIVE": (
        _("Ce PDF ne fait pas que montrer des pages."),
        _("Imprimez-le dans un nouveau PDF, ou prenez-le en photo."),
    ),
    "UPLOAD_PDF_ACTIVE.SCRIPT": (
        _("Ce PDF contient un programme."),
        _("Imprimez-le dans un nouveau PDF, ou prenez-le en photo."),
    ),
    "UPLOAD_PDF_ACTIVE.FORM": (
        _("Ce PDF est un formulaire qui contient un programme."),
        _("Imprimez-le dans un nouveau PDF, ou prenez-le en photo."),
    ),
    "UPLOAD_PDF_ACTIVE.FILE": (
        _("Ce PDF contient d'autres fichiers."),
        _("Envoyez le document seul, ou prenez-le en photo."),
    ),
    "UPLOAD_PDF_ACTIVE.MEDIA": (
        _("Ce PDF contient un film ou un son."),
        _("Imprimez-le dans un nouveau PDF, ou prenez-le en photo."),
    ),
}
