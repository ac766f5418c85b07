from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.platform.models.texts import Listed


class Touchpoint(Listed):
    """Where a customer meets us, with who answers for it and the standard to hold."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("owner"),
    )
    standard = models.CharField(_("standard"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
