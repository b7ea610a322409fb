import django.db.models.deletion
from django.db import migrations, models

import commons.identifiers
import commons.querysets


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Publication",
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
                ("indicator", models.CharField(max_length=60, verbose_name="indicateur")),
                (
                    "indicator_version",
                    models.PositiveSmallIntegerField(verbose_name="version de la définition"),
                ),
                (
                    "period_kind",
                    models.CharField(
                        choices=[("MONTH", "Mois"), ("YEAR", "Année scolaire")],
                        max_length=5,
                        verbose_name="durée",
                    ),
                ),
                ("period_start", models.DateField(verbose_name="à partir du")),
                ("revision", models.PositiveSmallIntegerField(verbose_name="révision")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PREPARED", "À publier"),
                            ("PUBLISHED", "Publié"),
                            ("VETOED", "Retenu"),
                            ("REPLACED", "Préparé à nouveau"),
                        ],
                        default="PREPARED",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("tables", models.JSONField(verbose_name="tableaux protégés")),
                ("prepared_at", models.DateTimeField(verbose_name="préparé le")),
                ("due_at", models.DateTimeField(verbose_name="publié seul le")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="décidé le")),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="pourquoi"
                    ),
                ),
                ("release", models.UUIDField(null=True, verbose_name="publication partagée")),
            ],
            options={
                "verbose_name": "chiffre à publier",
                "verbose_name_plural": "chiffres à publier",
                "indexes": [
                    models.Index(
                        fields=["period_kind", "period_start"], name="publication_of_a_period"
                    ),
                    models.Index(
                        condition=models.Q(("state", "PREPARED")),
                        fields=["due_at"],
                        name="publication_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PREPARED")),
                        fields=("indicator", "period_kind", "period_start"),
                        name="publication_one_prepared_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PUBLISHED")),
                        fields=("indicator", "period_kind", "period_start", "revision"),
                        name="publication_revision_published_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("release__isnull", False), ("state", "PUBLISHED")),
                            models.Q(
                                models.Q(("state", "PUBLISHED"), _negated=True),
                                ("release__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="publication_released_when_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "VETOED"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="publication_held_back_for_a_reason",
                    ),
                ],
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.CreateModel(
            name="Kept",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cells", models.JSONField(verbose_name="cases")),
                (
                    "publication",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kept",
                        to="publication.publication",
                        verbose_name="publication",
                    ),
                ),
            ],
            options={
                "verbose_name": "cases gardées",
                "verbose_name_plural": "cases gardées",
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measure", models.CharField(max_length=40, verbose_name="mesure")),
                ("codes", models.JSONField(verbose_name="codes")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("TOO_FEW", "Trop peu de monde"),
                            ("DOMINATED", "Un seul fait presque tout"),
                            ("SECONDARY", "Permettrait d'en calculer un autre"),
                        ],
                        max_length=9,
                        verbose_name="pourquoi",
                    ),
                ),
                ("protects", models.JSONField(default=list, verbose_name="protège")),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="publication.publication",
                        verbose_name="publication",
                    ),
                ),
            ],
            options={
                "verbose_name": "case masquée",
                "verbose_name_plural": "cases masquées",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "codes", "measure"),
                        name="publication_cell_left_out_once",
                    )
                ],
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
    ]
