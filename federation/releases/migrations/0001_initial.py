import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

import commons.identifiers
import commons.querysets


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Release",
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
                ("published_by", models.CharField(max_length=63, verbose_name="publié par")),
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
                ("published_at", models.DateTimeField(verbose_name="publié le")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.contrib.postgres.functions.TransactionNow(),
                        verbose_name="enregistré le",
                    ),
                ),
                ("manifest", models.JSONField(default=dict, verbose_name="notice")),
            ],
            options={
                "verbose_name": "publication",
                "verbose_name_plural": "publications",
                "indexes": [
                    models.Index(
                        fields=["indicator", "period_kind", "period_start"],
                        name="releases_of_a_period",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "published_by",
                            "indicator",
                            "period_kind",
                            "period_start",
                            "revision",
                        ),
                        name="releases_one_revision_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revision__gt", 0)), name="releases_revisions_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("period_kind", "MONTH"), ("period_start__day", 1)),
                            models.Q(
                                ("period_kind", "YEAR"),
                                ("period_start__day", 1),
                                ("period_start__month", 9),
                            ),
                            _connector="OR",
                        ),
                        name="releases_periods_begin_on_their_day",
                    ),
                ],
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measure", models.CharField(max_length=40, verbose_name="mesure")),
                ("codes", models.JSONField(verbose_name="codes")),
                ("value", models.BigIntegerField(null=True, verbose_name="valeur")),
                (
                    "mark",
                    models.CharField(
                        choices=[("TOLD", "Publié"), ("SECRET", "Secret statistique")],
                        max_length=6,
                        verbose_name="marque",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="figures",
                        to="releases.release",
                        verbose_name="publication",
                    ),
                ),
            ],
            options={
                "verbose_name": "chiffre",
                "verbose_name_plural": "chiffres",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "codes", "measure"), name="releases_cell_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mark", "TOLD"), ("value__isnull", False)),
                            models.Q(
                                ("value__isnull", True), models.Q(("mark", "TOLD"), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="releases_no_value_unless_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["TOLD", "SECRET"])),
                        name="releases_marks_are_known",
                    ),
                ],
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
    ]
