import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import commons.querysets


class Migration(migrations.Migration):
    dependencies = [
        ("invoicing", "0003_disputes"),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftCreditNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("total_cents", models.BigIntegerField(verbose_name="total")),
            ],
            options={
                "verbose_name": "projet d'avoir",
                "verbose_name_plural": "projets d'avoir",
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.CreateModel(
            name="DraftCreditNoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.IntegerField(db_default=0, default=0, verbose_name="nombre")),
                ("amount_cents", models.BigIntegerField(verbose_name="montant")),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), default=list, size=None, verbose_name="jours"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de projet d'avoir",
                "verbose_name_plural": "lignes de projet d'avoir",
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name="billingrun",
            name="invoicing_one_run_per_month",
        ),
        migrations.AddField(
            model_name="billingrun",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="invoicing.billingrun",
                verbose_name="facturation corrigée",
            ),
        ),
        migrations.AddField(
            model_name="billingrun",
            name="reason",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="motif"
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="invoicing.billingrun",
                verbose_name="régularisation",
            ),
        ),
        migrations.AddField(
            model_name="draftline",
            name="already_billed_cents",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="déjà facturé"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="already_billed_cents",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="déjà facturé"),
        ),
        migrations.AlterField(
            model_name="creditnote",
            name="kind",
            field=models.CharField(
                choices=[
                    ("CORRECTION", "Correction"),
                    ("CANCELLATION", "Annulation"),
                    ("ADJUSTMENT", "Régularisation"),
                ],
                max_length=12,
                verbose_name="nature",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("state", "CANCELLED"), _negated=True), ("corrects__isnull", True)
                ),
                fields=("month",),
                name="invoicing_one_run_per_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("PREPARED", "REVIEWED"))),
                fields=("corrects",),
                name="invoicing_one_correction_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects__isnull", True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="invoicing_correction_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ADJUSTMENT"), ("run__isnull", False)),
                    models.Q(
                        models.Q(("kind", "ADJUSTMENT"), _negated=True), ("run__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="invoicing_adjustment_is_of_a_run",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.UniqueConstraint(
                fields=("run", "invoice"), name="invoicing_one_credit_per_invoice_and_run"
            ),
        ),
        migrations.AddField(
            model_name="draftcreditnote",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="invoicing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="draftcreditnote",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="draft_credits",
                to="invoicing.billingrun",
            ),
        ),
        migrations.AddField(
            model_name="draftcreditnoteline",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="invoicing.draftcreditnote",
            ),
        ),
        migrations.AddField(
            model_name="draftcreditnoteline",
            name="invoice_line",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="invoicing.invoiceline",
            ),
        ),
        migrations.AddConstraint(
            model_name="draftcreditnote",
            constraint=models.UniqueConstraint(
                fields=("run", "invoice"), name="invoicing_one_draft_credit_per_invoice"
            ),
        ),
        migrations.AddConstraint(
            model_name="draftcreditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_cents__gt", 0)), name="invoicing_draft_credit_positive"
            ),
        ),
    ]
