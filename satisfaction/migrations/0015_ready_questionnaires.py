"""The questionnaires that come with the product; the words are in `satisfaction.ready`."""

from django.db import migrations

from satisfaction.ready import load


def add(apps, schema_editor):
    load(apps)


class Migration(migrations.Migration):
    dependencies = [("satisfaction", "0014_editable_questionnaires")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
