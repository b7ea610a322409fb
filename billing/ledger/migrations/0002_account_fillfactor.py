"""Leave room in each page of accounts: their balances move often, and no index has to know of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE ledger_account SET (fillfactor = 80)",
            reverse_sql="ALTER TABLE ledger_account RESET (fillfactor)",
        ),
    ]
