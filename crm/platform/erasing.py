"""Taking a person's data out of texts: what to look for, and the replacing in the database.

Names, addresses and numbers are looked for in any spelling that people use: a name over line
breaks and with the family name first, a number with any marks between its digits and with or
without the country's code. What is found becomes MARK.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Func, JSONField, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Left

MARK = "███"  # reads as taken out in any language
FEWEST_DIGITS = 6  # shorter ones are extensions, and parts of many numbers
TELLING_DIGITS = 8  # the last ones tell a number, however it begins
BETWEEN = r"[ ().\-/]*"
NO_LETTER_BEFORE, NO_LETTER_AFTER = "(?<![A-Za-z0-9])", "(?![A-Za-z0-9])"


def pattern_of(*, names: Iterable[str], words: Iterable[str], phones: Iterable[str]) -> str:
    """A regular expression of PostgreSQL that finds the person; empty when nothing is known.

    `words` are looked for as they are: addresses, and names of files.
    """
    parts = [
        *(spelling for name in names if name.split() for spelling in _spellings(name)),
        *(_alone(re.escape(word)) for word in words if word),
        *(_number(digits) for digits in phones if len(digits) >= FEWEST_DIGITS),
    ]
    # The longest first: of two that fit, the whole is taken out and not its beginning.
    return "|".join(sorted(set(parts), key=lambda part: (-len(part), part)))


def _spellings(name: str) -> list[str]:
    """In either order; in all cases, since the database folds those of English letters alone."""
    found = []
    for cased in {name, name.lower(), name.upper()}:
        words = [re.escape(word) for word in cased.split()]
        found.append(_alone(r"\s+".join(words)))
        if len(words) > 1:
            found.append(_alone(words[-1] + r",?\s+" + r"\s+".join(words[:-1])))
    return found


def _alone(expression: str) -> str:
    return f"{NO_LETTER_BEFORE}{expression}{NO_LETTER_AFTER}"


def _number(digits: str) -> str:
    tail = BETWEEN.join(digits[-TELLING_DIGITS:])
    if len(digits) <= TELLING_DIGITS:
        return rf"(?<!\d){tail}(?!\d)"
    return rf"(?:[+(]?\d[\d ().\-/]{{0,11}})?{tail}(?!\d)"


@dataclass(frozen=True)
class Texts:
    """Rows of one model and those of its columns that hold texts."""

    rows: QuerySet
    columns: Sequence[str]

    def found(self, pattern: str) -> QuerySet:
        """The rows in which the person occurs."""
        rows = self.rows.order_by()
        if not pattern or not self.columns:
            return rows.none()
        occurs = Q()
        for column in self.columns:
            if self._is_json(column):
                rows = rows.alias(**{f"{column}_as_text": Cast(column, TextField())})
                occurs |= Q(**{f"{column}_as_text__iregex": pattern})
            else:
                occurs |= Q(**{f"{column}__iregex": pattern})
        return rows.filter(occurs)

    def erase(self, pattern: str) -> int:
        """Replace the person in all columns; returns how many rows that changed."""
        model = self.rows.model
        keys = list(self.found(pattern).values_list("pk", flat=True))
        if not keys:
            return 0
        values = {column: self._without(column, pattern) for column in self.columns}
        if any(field.name == "version" for field in model._meta.concrete_fields):
            values["version"] = F("version") + 1  # a form that is open elsewhere is refused
        model._base_manager.filter(pk__in=keys).update(**values)
        return len(keys)

    def _is_json(self, column: str) -> bool:
        return isinstance(self.rows.model._meta.get_field(column), JSONField)

    def _without(self, column: str, pattern: str) -> Func:
        field = self.rows.model._meta.get_field(column)
        parameters = F(column), Value(pattern), Value(MARK)
        if self._is_json(column):
            return Func(*parameters, function="erase_in_json", output_field=JSONField())
        replaced = Func(
            *parameters, Value("gi"), function="regexp_replace", output_field=TextField()
        )
        # The mark may be longer than what it stands for.
        return Left(replaced, field.max_length) if field.max_length else replaced


def text_columns(model: type[Model]) -> list[str]:
    """The columns of a model in which people write what they like."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, TextField | JSONField) or field.get_internal_type() == "CharField"
        if field.editable and not field.choices and not field.unique
    ]
