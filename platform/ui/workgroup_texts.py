"""The words of the working group's refusals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORKGROUP = {
    "WORKGROUP_ALREADY_MEMBER": (
        _("L'adresse %(email)s est déjà celle d'un membre."),
        _("Il n'y a rien à faire, ou donnez-lui un nouveau lien."),
    ),
    "WORKGROUP_INVITATION_OVER": (
        _("Ce lien ne sert plus."),
        _("Demandez-en un autre à un responsable du groupe."),
    ),
    "WORKGROUP_LAST_EDITOR": (
        _("C'est le seul responsable du groupe."),
        _("Nommez d'abord un autre responsable."),
    ),
    "WORKGROUP_EDITORS_ONLY": (
        _("Seul un responsable du groupe peut le faire."),
        _("Demandez-le à l'un d'eux."),
    ),
    "WORKGROUP_NOTHING_WRITTEN": (
        _("Ce texte est vide, ou trop long."),
        _("Écrivez entre un et %(limit)s signes."),
    ),
}

# What the journal of the public host says.
ACTIONS = {
    "workgroup.member.invited": _("Personne invitée dans le groupe de travail"),
    "workgroup.member.joined": _("Personne entrée dans le groupe de travail"),
    "workgroup.member.changed": _("Rôle changé dans le groupe de travail"),
    "workgroup.member.ended": _("Personne retirée du groupe de travail"),
    "workgroup.access.renewed": _("Nouveau lien donné à un membre"),
    "workgroup.invitation.withdrawn": _("Invitation retirée"),
    "workgroup.comment.written": _("Commentaire écrit sur un chiffre"),
    "workgroup.comment.withdrawn": _("Commentaire repris"),
    "workgroup.definition.agreed": _("Définition commune écrite"),
}
