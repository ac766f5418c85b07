"""Figures of waves are made from answers; those that lack the newer sums are made again.

The task that prepares them finds waves without any within two minutes; until then pages sum them.
"""

from django.db import migrations


def forget(apps, _schema_editor):
    apps.get_model("satisfaction", "WaveFigure").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("satisfaction", "0021_opened_by_a_post_without_an_answer")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
