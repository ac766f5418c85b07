"""What waits, sealed, until nothing leads from it to a person; docs/architecture.md tells why."""

from django.db import models

from satisfaction.models.waves import Wave


class SealedDraft(models.Model):
    """Half-finished answers that nobody can read, or find, without the token of the link.

    Of anonymous waves, and of public links, where the token is the browser's own.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+")
    # Derived from the token, as the key of the seal is; neither is the hash that finds a link.
    place = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.wave_id}"


class SealedBallot(models.Model):
    """Finished answers of an anonymous wave, till it is over and all can be mixed.

    Sealed by the installation's secret, which the database does not know: no query reads them.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.wave_id}"
