"""By which key another system knows a case."""

from django.db import models

from complaints.models.cases import Case
from customers.models import Source


class CaseIdentity(models.Model):
    """A case that came from another system: sent again, it is the same one."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="identities")
    # Field -> digest of what the source said last, and the event with which that ended: what it
    # says again is no news, and what it says anew is taken where nobody has acted here since.
    digests = models.JSONField(default=dict, editable=False)
    seq = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="case_key_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
