import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import commons.identifiers
import commons.querysets


class Migration(migrations.Migration):
    dependencies = [
        ("invoicing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditNote",
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
                ("number", models.CharField(max_length=20, verbose_name="numéro")),
                (
                    "kind",
                    models.CharField(
                        choices=[("CORRECTION", "Correction"), ("CANCELLATION", "Annulation")],
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("reason", models.TextField(verbose_name="motif")),
                ("issued_on", models.DateField(verbose_name="fait le")),
                ("total_cents", models.BigIntegerField(verbose_name="total")),
                ("over_paid_cents", models.BigIntegerField(verbose_name="à rembourser")),
            ],
            options={
                "verbose_name": "avoir",
                "verbose_name_plural": "avoirs",
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.IntegerField(db_default=0, default=0, verbose_name="nombre")),
                ("amount_cents", models.BigIntegerField(verbose_name="montant")),
                ("credited_before_cents", models.BigIntegerField(verbose_name="déjà crédité")),
                ("line_cents", models.BigIntegerField(verbose_name="montant de la ligne")),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), default=list, size=None, verbose_name="jours"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne d'avoir",
                "verbose_name_plural": "lignes d'avoir",
            },
            bases=(commons.querysets.TenantRow, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name="invoicecounter",
            name="invoicing_one_counter_per_year",
        ),
        migrations.AddField(
            model_name="draftline",
            name="share_before_bp",
            field=models.SmallIntegerField(
                db_default=0, default=0, verbose_name="parts d'avant (dix-millièmes)"
            ),
        ),
        migrations.AddField(
            model_name="invoicecounter",
            name="series",
            field=models.CharField(
                choices=[("INVOICE", "Factures"), ("CREDIT_NOTE", "Avoirs")],
                db_default="INVOICE",
                default="INVOICE",
                max_length=12,
                verbose_name="série",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="share_before_bp",
            field=models.SmallIntegerField(
                db_default=0, default=0, verbose_name="parts d'avant (dix-millièmes)"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicecounter",
            constraint=models.UniqueConstraint(
                fields=("regie", "series", "fiscal_year"), name="invoicing_one_counter_per_year"
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="invoicing.invoice",
                verbose_name="facture",
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="regie",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="invoicing.regie",
                verbose_name="régie",
            ),
        ),
        migrations.AddField(
            model_name="creditnoteline",
            name="credit_note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="invoicing.creditnote",
                verbose_name="avoir",
            ),
        ),
        migrations.AddField(
            model_name="creditnoteline",
            name="invoice_line",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credits",
                to="invoicing.invoiceline",
                verbose_name="ligne de facture",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.UniqueConstraint(
                fields=("regie", "number"), name="invoicing_credit_number_used_once_per_regie"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_cents__gt", 0)), name="invoicing_credit_total_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("over_paid_cents__gte", 0), ("over_paid_cents__lte", models.F("total_cents"))
                ),
                name="invoicing_over_paid_within_the_credit",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="invoicing_credit_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.UniqueConstraint(
                fields=("invoice_line", "credited_before_cents"),
                name="invoicing_cents_credited_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_cents__gt", 0),
                    ("credited_before_cents__gte", 0),
                    (
                        "line_cents__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("credited_before_cents"), "+", models.F("amount_cents")
                        ),
                    ),
                ),
                name="invoicing_credit_within_the_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0)),
                name="invoicing_credited_meals_not_negative",
            ),
        ),
    ]
