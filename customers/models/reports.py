from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets import OfVisibleCustomers


class ReviewReport(models.Model):
    """A business review report that was made for a customer, and when it was given to it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reports")
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    outlook = models.TextField(_("what next"), blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    given_on = models.DateField(_("given to the customer on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVisibleCustomers.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="report_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.since} – {self.until}"
