"""Lists of records across customers read an index each, however many records there are."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0015_erasing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="competitorpresence",
            index=models.Index(
                condition=models.Q(("removed_at", None)),
                fields=["competitor", "-known_on", "-id"],
                name="presence_of_competitor",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("removed_at", None)),
                fields=["club", "-since", "-id"],
                name="membership_of_club",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("removed_at", None)),
                fields=["stage", "-closed_on", "-id"],
                name="opportunity_stage",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("removed_at", None), ("settled_on__isnull", False)),
                fields=["state", "-settled_on", "-id"],
                name="promise_settled",
            ),
        ),
    ]
