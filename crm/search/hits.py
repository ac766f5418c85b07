"""What was found, and why, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from crm.search.asking import Asked
from crm.search.marking import Marked, Text, merged
from customers.querysets.finding import Group, Way
from customers.services.tokens import fold


@dataclass(frozen=True)
class Reason:
    """Why something was found: in words, with the text where the hit does not show it anyway."""

    label: str
    value: Marked | None = None


@dataclass(frozen=True)
class Hit:
    """Something that was found. `of` is the row itself, `customer` the id of whose it is."""

    of: object
    title: Marked
    customer: int | None
    whose: Marked | None = None  # the customer's name where the title is not its own
    number: Marked | None = None
    facts: Sequence[str] = ()
    reasons: Sequence[Reason] = ()
    is_exact: bool = False  # the whole number was typed


@dataclass(frozen=True)
class Kind:
    """The hits of one kind, best first; `more` says that there are more of them."""

    name: str
    label: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class Results:
    """What was found, by kind."""

    text: str
    kinds: list[Kind] = field(default_factory=list)

    @property
    def hits(self) -> list[Hit]:
        """All hits in the order of the page."""
        return [hit for kind in self.kinds for hit in kind.hits]

    def kind(self, name: str) -> Kind | None:
        return next((kind for kind in self.kinds if kind.name == name), None)


@dataclass(frozen=True)
class Field:
    """A text of a row that it can be found by. `shown`: the hit shows it as title or number."""

    label: str
    text: str
    shown: str = ""

    @cached_property
    def folded(self) -> Text:
        return Text(self.text)


class Explanation:
    """Why a row with these fields was found, most telling field first."""

    def __init__(self, fields: Sequence[Field], asked: Asked, ways: Sequence[Way]):
        self._fields = [one for one in fields if one.text]
        self._spans: dict[int, list] = {}
        self._labels: dict[int, str] = {}
        self._spelled: list[str] = []
        self._left: list[str] = []
        several = len(asked.words) > 1 or asked.phones
        if several and self._place_all(fold(asked.text)):
            return
        if asked.phones:
            # Any of the ways to write the number will do.
            self._left = [] if any(self._place(number) for number in asked.phones) else asked.phones
            return
        stood_in = {group.word: group.stood_in for way in ways for group in way}
        left = [word for word in asked.words if not self._place(word)]
        self._left = [word for word in left if not self._stand_in(word, stood_in)]
        if self._left:
            others = [group for way in ways for group in way if group.word not in asked.words]
            self._place_others(others)

    def _place_all(self, typed: str) -> bool:
        """All of it in one field: then no other field is a reason."""
        for place, one in enumerate(self._fields):
            if spans := one.folded.phrase(typed):
                self._spans[place], self._labels[place] = spans, one.label
                return True
        return False

    def _place(self, word: str) -> bool:
        for place, one in enumerate(self._fields):
            spans, by_sound = one.folded.spans(word)
            if spans:
                self._spans.setdefault(place, []).extend(spans)
                self._labels.setdefault(place, _("pinyin") if by_sound else one.label)
                return True
        return False

    def _stand_in(self, word: str, stood_in: dict[str, list[str]]) -> bool:
        """Another word of this row stands in for a misspelt one: it alone is told, no other."""
        for other in stood_in.get(word, ()):
            if self._place(other):
                self._spelled.append(other)
                return True
        return False

    def _place_others(self, groups: Sequence[Group]) -> None:
        """Chinese with another character of the same sound."""
        for group in groups:
            if self._place(group.word):
                self._spelled.append("")
                return

    @property
    def is_whole(self) -> bool:
        """Whether every word was found in these fields."""
        return not self._left

    def took(self, fields: int) -> bool:
        """Whether something was found in the first so many fields that have a text."""
        return any(place < fields for place in self._spans)

    def shown(self, name: str, text: str) -> Marked:
        """A text that the hit shows, with what was found in it."""
        for place, one in enumerate(self._fields):
            if one.shown == name:
                return Marked(text, merged(self._spans.get(place, ())))
        return Marked(text)

    @property
    def reasons(self) -> list[Reason]:
        found = []
        for place in sorted(self._spans):
            one = self._fields[place]
            value = None if one.shown else Marked(one.text, merged(self._spans[place]))
            found.append(Reason(self._labels[place], value))
        spelled = [
            Reason(_("spelled like “%(word)s”") % {"word": word} if word else _("sounds the same"))
            for word in self._spelled
        ]
        return found + spelled
