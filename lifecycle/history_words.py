"""Changed answers of assessments, in the words of the scorecard."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.history import Reader
from lifecycle.models import Criterion


class Answers(Reader):
    """By criterion: the score, and whether the data or a person gave it."""

    label = gettext_lazy("Answers")

    def __init__(self):
        self.criteria = {str(criterion.pk): str(criterion) for criterion in Criterion.objects.all()}

    def name(self, key: str) -> str:
        return self.criteria.get(key, _("a criterion that is gone"))

    def word(self, key: str, value: list | None) -> str:
        if not value:
            return ""
        score, is_computed = value
        return _("%(score)s, computed") % {"score": score} if is_computed else str(score)
