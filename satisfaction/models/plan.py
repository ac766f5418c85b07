"""How feedback is collected: the plan of each source."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from satisfaction.models.choices import Frequency
from satisfaction.models.feedback import Source


class CollectionPlan(models.Model):
    """Who collects from one source, how often, and what is done with it (ISO 10004)."""

    source = models.CharField(_("source"), max_length=10, choices=Source, primary_key=True)
    in_charge = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who is in charge"),
    )
    frequency = models.CharField(
        _("how often"), max_length=9, choices=Frequency, default=Frequency.QUARTERLY
    )
    analysed = models.CharField(_("how it is analysed"), max_length=300, blank=True)
    acted_on = models.CharField(_("how it is acted on"), max_length=300, blank=True)
    verified = models.CharField(_("how the effect is verified"), max_length=300, blank=True)
    # 0: nobody has written it yet.
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return str(self.get_source_display())
