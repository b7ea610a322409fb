import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import commons.identifiers
import commons.querysets


class Migration(migrations.Migration):
    dependencies = [
        ("invoicing", "0002_credit_notes"),
        ("people", "0005_index_pupils_of_a_household"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        default=commons.identifiers.new_public_id, editable=False, unique=True
                    ),
                ),
                ("text", models.TextField(verbose_name="message de la famille")),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), default=list, size=None, verbose_name="jours"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "En attente"),
                            ("ACCEPTED", "Acceptée"),
                            ("REFUSED", "Refusée"),
                        ],
                        default="OPEN",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="reçue le")),
                (
                    "answer",
                    models.TextField(blank=True, db_default="", default="", verbose_name="réponse"),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="répondue le"),
                ),
                (
                    "answered_by",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=100,
                        verbose_name="répondue par",
                    ),
                ),
                (
                    "credit_note",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="invoicing.creditnote",
                        verbose_name="avoir",
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="people.guardian",
                        verbose_name="responsable",
                    ),
                ),
                (
                    "invoice_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="invoicing.invoiceline",
                        verbose_name="ligne de facture",
                    ),
                ),
            ],
            options={
                "verbose_name": "réclamation",
                "verbose_name_plural": "réclamations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")),
                        fields=("invoice_line",),
                        name="invoicing_one_open_dispute_per_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""), ("answered_at__isnull", True), ("state", "OPEN")
                            ),
                            models.Q(
                                models.Q(("state", "OPEN"), _negated=True),
                                ("answered_at__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_dispute_answered_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_note__isnull", False), ("state", "ACCEPTED")),
                            models.Q(
                                models.Q(("state", "ACCEPTED"), _negated=True),
                                ("credit_note__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_accepted_dispute_has_its_credit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="invoicing_dispute_says_why",
                    ),
                ],
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
    ]
