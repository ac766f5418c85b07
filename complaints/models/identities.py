"""By which key another system knows a case."""

from django.db import models

from complaints.models.cases import Case
from customers.models import Source


class CaseIdentity(models.Model):
    """A case that came from another system: sent again, it is the same one."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="identities")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="case_key_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
