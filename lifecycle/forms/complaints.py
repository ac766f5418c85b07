"""What a manager supposes in the loss calculator."""

from crm.platform.edits import VersionedForm
from lifecycle.models import LossAssumptions


class LossAssumptionsForm(VersionedForm):
    class Meta:
        model = LossAssumptions
        fields = ("silent", "leave_silent", "leave_speaking", "told", "put_off", "value")
