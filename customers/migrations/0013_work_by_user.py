from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What somebody did, and what comes again to them, is found by an index: calendars ask."""

    dependencies = [
        ("customers", "0012_ready_care_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(fields=["by", "-at"], name="interaction_of_user"),
        ),
        migrations.AddIndex(
            model_name="recurrence",
            index=models.Index(
                condition=Q(is_active=True), fields=["assignee", "next_on"], name="recurrence_of"
            ),
        ),
    ]
