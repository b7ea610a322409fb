"""Users and their roles. The model exists in the public schema and in each tenant's.

One signs in with an e-mail address, or with an identifier given on paper: pupils, and adults whom
e-mail does not reach, have the second. Both are stored in lower case and unique in their schema: the
same person may have an account in two départements, and neither knows of the other. Who only comes
through an identity provider may have neither. A user is somebody in one tenant alone, and so are
the roles it remembers.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from commons.actors import ActingFor
from commons.identifiers import new_public_id
from commons.models import TenantModel
from commons.querysets import TenantManager, refuse_foreign_row
from tenants.accounts.capabilities import CAPABILITIES, Capability, Role


class UserManager(TenantManager["User"]):
    """Look-ups by login."""

    def get_by_natural_key(self, username: str | None) -> User:
        written = (username or "").strip().lower()
        return self.get(email=written) if "@" in written else self.get(login=written)


class User(TenantModel, AbstractBaseUser):
    """A person who signs in: a guardian, a pupil or a member of staff."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    email = models.EmailField(
        _("adresse électronique"), unique=True, max_length=254, null=True, blank=True
    )
    login = models.CharField(_("identifiant"), unique=True, max_length=60, null=True, blank=True)
    first_name = models.CharField(_("prénom"), max_length=100, blank=True, default="")
    last_name = models.CharField(_("nom"), max_length=100, blank=True, default="")
    is_active = models.BooleanField(_("compte ouvert"), default=True)
    joined_at = models.DateTimeField(_("créé le"), db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    # On a guardian's account while an agent acts for them (portal.acting); read by `Actor.user`.
    acting: ActingFor | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(login=Lower("login"))
                & ~models.Q(login="")
                & ~models.Q(login__contains="@"),
                name="accounts_user_login_is_no_address",
            ),
        )

    def __str__(self) -> str:
        return self.email or self.login or str(self.public_id)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or str(self)

    def get_short_name(self) -> str:
        return self.first_name or str(self)

    def roles(self) -> frozenset[Role]:
        """The roles this user has; asked of the database once per instance.

        :raises WrongTenant: in another tenant, where the same number is somebody else
        """
        refuse_foreign_row(self)
        known: frozenset[Role] | None = self.__dict__.get("_roles")
        if known is None:
            known = frozenset(
                Role(role) for role in self.staff_roles.values_list("role", flat=True)
            )
            self.__dict__["_roles"] = known
        return known

    def has_role(self, *roles: Role) -> bool:
        return bool(self.roles() & set(roles))

    def can(self, capability: Capability) -> bool:
        """Whether one of the user's roles carries a capability; never when the account is closed."""
        return self.is_active and any(capability in CAPABILITIES[role] for role in self.roles())

    # What django.contrib.admin asks of a user. Nobody has a model permission: acts are operations.
    @property
    def is_staff(self) -> bool:
        return self.can(Capability.USE_CONSOLE)

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class StaffRole(TenantModel):
    """A role given to a user; a collège's secretary has it for one collège (UAI)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(
        _("rôle"),
        max_length=30,
        choices=[
            (Role.ADMINISTRATOR.value, _("Administrateur")),
            (Role.REGISSEUR.value, _("Régisseur")),
            (Role.INSTRUCTOR.value, _("Instructeur")),
            (Role.READER.value, _("Lecteur")),
            (Role.COLLEGE_SECRETARY.value, _("Secrétaire de collège")),
        ],
    )
    college_uai = models.CharField(_("UAI du collège"), max_length=8, blank=True, default="")

    class Meta:
        verbose_name = _("rôle d'un agent")
        verbose_name_plural = _("rôles des agents")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "role", "college_uai"), name="accounts_staffrole_given_once"
            ),
            models.CheckConstraint(
                condition=(models.Q(role="COLLEGE_SECRETARY") & ~models.Q(college_uai=""))
                | (~models.Q(role="COLLEGE_SECRETARY") & models.Q(college_uai="")),
                name="accounts_staffrole_college_for_secretaries_only",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
