"""The index of outcomes starts with the import: another of imports alone is written for nothing."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_staged_schooling")]

    operations = [
        migrations.AlterField(
            model_name="feedimportrow",
            name="feed_import",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="people.feedimport",
            ),
        )
    ]
