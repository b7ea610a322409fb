"""Users and their roles. The model exists in the public schema and in each tenant's.

One signs in with an e-mail address, or with an identifier given on paper: pupils, and adults whom
e-mail does not reach, have the second. Both are stored in lower case and unique in their schema: the
same person may have an account in two départements, and neither knows of the other. Who only comes
through an identity provider may have neither. A user is somebody in one tenant alone, and so are
the roles it remembers.

A user who came with a session that has not proved the second factor has only the roles that need
none: whatever asks what they may do, in whatever door, gets that answer from `User.roles`.

Secrets that must be read again are sealed (`commons.sealing`); those that are only compared are
hashed. Nobody is found by a session's key that a copy of the database would hold.
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
from tenants.accounts.capabilities import CAPABILITIES, Capability, Role, needs_factor


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
        """The roles this user may act in; asked of the database once per instance.

        Those that need a second factor are held back while the session has not proved it.

        :raises WrongTenant: in another tenant, where the same number is somebody else
        """
        given = self.given_roles()
        if not self.__dict__.get("_awaits_factor"):
            return given
        return frozenset(role for role in given if not needs_factor(role))

    def given_roles(self) -> frozenset[Role]:
        """The roles this user was given, whatever their session has proved.

        :raises WrongTenant: in another tenant
        """
        refuse_foreign_row(self)
        known: frozenset[Role] | None = self.__dict__.get("_roles")
        if known is None:
            known = frozenset(
                Role(role) for role in self.staff_roles.values_list("role", flat=True)
            )
            self.__dict__["_roles"] = known
        return known

    def hold_back_roles(self) -> None:
        """Take this user as somebody whose session has not proved a second factor."""
        self.__dict__["_awaits_factor"] = True

    def must_have_factor(self) -> bool:
        """Whether one of the roles given needs a second factor."""
        return any(needs_factor(role) for role in self.given_roles())

    def awaits_factor(self) -> bool:
        """Whether roles are held back until this user's session proves a second factor."""
        return bool(self.__dict__.get("_awaits_factor")) and self.must_have_factor()

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


class Authenticator(TenantModel):
    """An application that gives codes (RFC 6238). Only one that gave a right code is kept here."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="authenticator")
    sealed_secret = models.BinaryField()
    latest_step = models.BigIntegerField()  # no code of this step or before is taken again
    created_at = models.DateTimeField(_("ajoutée le"))

    class Meta:
        verbose_name = _("application de codes")
        verbose_name_plural = _("applications de codes")

    def __str__(self) -> str:
        return f"{self.user_id}"


class Passkey(TenantModel):
    """A passkey (WebAuthn): the public half of a key that never leaves the person's device."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="passkeys")
    name = models.CharField(_("nom"), max_length=60)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(_("ajoutée le"))
    used_at = models.DateTimeField(_("utilisée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("clé d'accès")
        verbose_name_plural = _("clés d'accès")

    def __str__(self) -> str:
        return self.name


class RecoveryCode(TenantModel):
    """A code on paper for who has lost their factor: 117 bits drawn at random, hashed, used once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(_("utilisé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("code de secours")
        verbose_name_plural = _("codes de secours")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "digest"), name="accounts_recoverycode_given_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}"


class Way(models.TextChoices):
    """What a person proved who they are with. Other rooms open sessions by theirs."""

    PASSWORD = "password", _("Mot de passe")
    EDUCONNECT = "educonnect", _("ÉduConnect")
    FRANCECONNECT = "franceconnect", _("FranceConnect")
    PAPER_CODE = "paper-code", _("Code sur papier")
    OTHER_DEPARTEMENT = "other-departement", _("Compte d'un autre département")


class Session(TenantModel):
    """A browser's session. The cookie holds the key, the table its hash: one does not give the other.

    `ends_at` follows each visit, up to the absolute limit (`tenants.accounts.sessions`).
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    key_digest = models.CharField(max_length=64, unique=True)
    data = models.TextField()
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions"
    )
    way = models.CharField(_("moyen"), max_length=30, blank=True, default="")
    device = models.CharField(_("appareil"), max_length=80, blank=True, default="")
    place = models.CharField(_("réseau"), max_length=60, blank=True, default="")
    opened_at = models.DateTimeField(_("ouverte le"))
    seen_at = models.DateTimeField(_("vue le"))
    ends_at = models.DateTimeField(_("finit le"), db_index=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return str(self.public_id)


class SignIn(TenantModel):
    """A sign-in that succeeded or failed. One for a name nobody has is kept without a user."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "SUCCEEDED", _("Réussie")
        REFUSED = "REFUSED", _("Refusée : identifiant ou mot de passe")
        FACTOR_REFUSED = "FACTOR_REFUSED", _("Refusée : code de vérification")

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="sign_ins"
    )
    at = models.DateTimeField(_("le"))
    way = models.CharField(_("moyen"), max_length=30)
    outcome = models.CharField(_("résultat"), max_length=20, choices=Outcome.choices)
    device = models.CharField(_("appareil"), max_length=80, blank=True, default="")
    place = models.CharField(_("réseau"), max_length=60, blank=True, default="")
    device_digest = models.CharField(max_length=64, blank=True, default="")
    is_new_device = models.BooleanField(_("appareil inconnu"), default=False)

    class Meta:
        verbose_name = _("connexion")
        verbose_name_plural = _("connexions")
        indexes = (
            models.Index(fields=("user", "-at"), name="accounts_signin_of_user"),
            models.Index(fields=("at",), name="accounts_signin_at"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.outcome}"

    @property
    def way_name(self) -> str:
        """The way in, in words."""
        return str(dict(Way.choices).get(self.way, self.way))
