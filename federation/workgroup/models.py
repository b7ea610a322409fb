"""Members and what they write. A comment and a definition are written once: a change is another row.

A definition is what the group agreed that a figure means, beside what the catalogue says of it; its
revisions count from 1 for each indicator, and all of them stay. An invitation holds the hash of what is
sent: a copy of the table lets nobody in.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from tenants.accounts.models import User

LONGEST_TEXT = 2_000


class Role(models.TextChoices):
    """What a member may do. An editor also invites, ends, and writes what was agreed."""

    MEMBER = "MEMBER", _("Membre")
    EDITOR = "EDITOR", _("Responsable")


class Member(TenantModel):
    """Somebody of the group, from a day to a day."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("rôle"), max_length=10, choices=Role.choices)
    departement_code = models.CharField(_("département"), max_length=3, blank=True, default="")
    since = models.DateTimeField(_("membre depuis le"))
    ended_at = models.DateTimeField(_("parti le"), null=True, blank=True)

    class Meta:
        verbose_name = _("membre du groupe de travail")
        verbose_name_plural = _("membres du groupe de travail")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="workgroup_member_role_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Invitation(TenantModel):
    """An address that may join with a link, once, until a moment."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    email = models.EmailField(_("adresse électronique"), max_length=254)
    first_name = models.CharField(_("prénom"), max_length=100)
    last_name = models.CharField(_("nom"), max_length=100)
    role = models.CharField(_("rôle"), max_length=10, choices=Role.choices)
    departement_code = models.CharField(_("département"), max_length=3, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("invité le"))
    expires_at = models.DateTimeField(_("jusqu'au"))
    ended_at = models.DateTimeField(_("servie ou retirée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(
                fields=("email",),
                condition=models.Q(ended_at__isnull=True),
                name="workgroup_one_open_invitation_an_address",
            ),
        )

    def __str__(self) -> str:
        return self.email


class Comment(TenantModel):
    """What a member says of an indicator."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    indicator = models.CharField(_("chiffre"), max_length=60)
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(_("commentaire"), max_length=LONGEST_TEXT)
    written_at = models.DateTimeField(_("écrit le"))

    class Meta:
        verbose_name = _("commentaire")
        verbose_name_plural = _("commentaires")
        indexes = (models.Index(fields=("indicator", "id"), name="workgroup_comments_of"),)

    def __str__(self) -> str:
        return f"{self.indicator} {self.public_id}"


class Withdrawal(TenantModel):
    """A comment that its author took back: its words are shown no more, and are kept."""

    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField(_("repris le"))

    class Meta:
        verbose_name = _("commentaire repris")
        verbose_name_plural = _("commentaires repris")

    def __str__(self) -> str:
        return str(self.comment_id)


class Definition(TenantModel):
    """What the group agreed that an indicator means, since a meeting."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    indicator = models.CharField(_("chiffre"), max_length=60)
    revision = models.PositiveSmallIntegerField(_("révision"))
    text = models.TextField(_("définition commune"), max_length=LONGEST_TEXT)
    agreed_on = models.DateField(_("convenue le"))
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("écrite le"))

    class Meta:
        verbose_name = _("définition commune")
        verbose_name_plural = _("définitions communes")
        constraints = (
            models.UniqueConstraint(
                fields=("indicator", "revision"), name="workgroup_definition_revision_once"
            ),
            models.CheckConstraint(
                condition=models.Q(revision__gt=0), name="workgroup_definitions_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} r{self.revision}"
