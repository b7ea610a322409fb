from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_account_fillfactor"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("INVOICE", "Facture"),
                    ("REVENUE", "Recettes de la régie"),
                    ("CLEARING", "Encaissements en attente"),
                    ("WALLET", "Porte-monnaie"),
                    ("FUNDING", "Financement"),
                    ("PARTNER", "Partenaire"),
                    ("OVER_PAID", "Trop-perçu à rembourser"),
                ],
                max_length=10,
                verbose_name="type",
            ),
        ),
    ]
