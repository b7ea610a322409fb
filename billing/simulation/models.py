"""Drafts of schedules: a text that an agent works on before it is published as a version.

A draft holds whatever was last saved, even what cannot be applied yet: nothing typed is lost. `revision`
counts the savings; who saves says which one they read, so that two agents never overwrite each other.
A published draft is kept and changes no more.
"""

from django.db import models

from commons.identifiers import new_public_id
from commons.models import TenantModel


class ScheduleDraft(TenantModel):
    """The text of a schedule file, in the hands of agents."""

    class State(models.TextChoices):
        OPEN = "OPEN", "En cours"
        PUBLISHED = "PUBLISHED", "Publié"
        DROPPED = "DROPPED", "Abandonné"

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    name = models.CharField("nom", max_length=120)
    text = models.TextField("texte")
    revision = models.IntegerField("révision", default=1)
    state = models.CharField("état", max_length=10, choices=State, default=State.OPEN)
    started_at = models.DateTimeField("commencé le")
    changed_at = models.DateTimeField("modifié le")
    author_kind = models.CharField("type d'auteur", max_length=20)
    author_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "brouillon de barème"
        verbose_name_plural = "brouillons de barèmes"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revision__gte=1), name="schedule_draft_revision_counts_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.revision}"
