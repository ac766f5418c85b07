"""Figures of waves without what correlations and their intervals are made from now are made again.

The task that prepares them finds waves without any within two minutes; until then pages sum them.
"""

from django.db import migrations


def forget(apps, _schema_editor):
    apps.get_model("satisfaction", "WaveFigure").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("satisfaction", "0024_counts_of_invitations_and_loops")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
