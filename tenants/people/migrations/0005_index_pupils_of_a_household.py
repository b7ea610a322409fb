"""Few pupils have a household when a feed brings them: the others are not written to its index."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_feed_rows_have_one_index")]

    operations = [
        migrations.AlterField(
            model_name="pupil",
            name="household",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pupils",
                to="people.household",
                verbose_name="foyer",
            ),
        ),
        migrations.AddIndex(
            model_name="pupil",
            index=models.Index(
                condition=models.Q(("household__isnull", False)),
                fields=["household"],
                name="people_pupil_household",
            ),
        ),
    ]
