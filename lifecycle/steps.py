"""What to do about a customer at risk: one table of rules, the first that fits is suggested.

Rules look at the open signals and at what is known of the customer; the words name whom to call and
what about. What is broken on our side comes first, then who leaves us, then what the figures show.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from customers.models import Task
from customers.models.standing import Tier

Kind = Task.Kind


@dataclass(frozen=True)
class Known:
    """What is known of a customer: `kinds` are its open signals, the strongest first."""

    tier: str
    kinds: tuple[str, ...] = ()
    decider: str = ""  # who decides there, and anybody else whom we know
    contact: str = ""
    complaint: str = ""  # the open complaint that is due first
    promise: str = ""  # the overdue promise
    care: str = ""  # the care that is due
    rival: str = ""  # the competitor that gains there

    @property
    def whom(self) -> str:
        return self.decider or self.contact or _("whoever decides there")

    def has(self, *kinds: str) -> bool:
        return any(kind in self.kinds for kind in kinds)


@dataclass(frozen=True)
class Step:
    """A step in words, as what kind of task, and in how many days; `reason` is the task's."""

    key: str
    words: str
    kind: str
    days: int
    reason: str


@dataclass(frozen=True)
class Rule:
    """Suggested for these signals, or where `when` says so; tier A is called on, others called."""

    key: str
    words: Callable[[Known], str]
    kinds: tuple[str, ...] = ()
    when: Callable[[Known], bool] | None = None
    kind: str = Kind.CALL
    kind_of_a: str = ""

    def fits(self, known: Known) -> bool:
        return known.has(*self.kinds) or bool(self.when and self.when(known))


def _settle(known: Known) -> str:
    if known.complaint:
        return _("Settle complaint %(complaint)s first, then call %(whom)s") % {
            "complaint": known.complaint,
            "whom": known.whom,
        }
    return _("Call %(whom)s: is what they complained of settled to their mind?") % {
        "whom": known.whom
    }


def _hold(known: Known) -> str:
    if known.rival:
        return _("Meet %(whom)s: ask what %(rival)s offers, and what would keep them with us") % {
            "whom": known.whom,
            "rival": known.rival,
        }
    return _("Meet %(whom)s: ask what speaks for another supplier, and what would keep them") % {
        "whom": known.whom
    }


def _decider(known: Known) -> str:
    if known.contact:
        return _("Ask %(whom)s who decides now, and be introduced") % {"whom": known.contact}
    return _("Find out who decides now, and introduce yourself")


def _owed(known: Known) -> str:
    if known.promise:
        return _("Keep the promise “%(promise)s”, and tell %(whom)s") % {
            "promise": known.promise,
            "whom": known.whom,
        }
    if known.care:
        return _("Give the care that is due: %(care)s") % {"care": known.care}
    return _("Call %(whom)s: make good what was missed") % {"whom": known.whom}


def _ask(words: str) -> Callable[[Known], str]:
    """A sentence that names nothing but whom to ask; translated when it is said."""
    return lambda known: _(words) % {"whom": known.whom}


RULES = (
    Rule(
        "settle",
        _settle,
        (
            *("complaint_late", "complaint_reopened", "complaint_repeated", "complaint_open"),
            "complaint_silence",
        ),
        when=lambda known: bool(known.complaint),
    ),
    Rule(
        "hold",
        _hold,
        ("speaks_of_ending", "competitor", "below_others"),
        kind=Kind.MEETING,
        kind_of_a=Kind.VISIT,
    ),
    Rule("decider", _decider, ("decision_maker_left",)),
    Rule("owed", _owed, ("care_missed",), when=lambda known: bool(known.promise), kind=Kind.TODO),
    Rule(
        "unhappy",
        _ask(gettext_noop("Call %(whom)s: ask what went wrong, and say what we change")),
        ("low_score", "score_falling"),
        kind_of_a=Kind.VISIT,
    ),
    Rule(
        "returns",
        _ask(gettext_noop("Ask %(whom)s what is wrong with the goods that came back")),
        ("more_returns",),
    ),
    Rule("care", _owed, when=lambda known: bool(known.care), kind=Kind.TODO),
    Rule(
        "silent",
        _ask(gettext_noop("Ask %(whom)s why no order came, and when the next one is planned")),
        ("silent",),
        kind_of_a=Kind.VISIT,
    ),
    Rule(
        "share",
        _ask(gettext_noop("Ask %(whom)s who supplies now what they bought from us")),
        ("share_down", "fewer_categories"),
        kind_of_a=Kind.VISIT,
    ),
    Rule(
        "volume",
        _ask(gettext_noop("Ask %(whom)s why orders have become smaller, and what they need")),
        ("volume_down", "smaller_orders"),
        kind_of_a=Kind.VISIT,
    ),
    Rule(
        "payment",
        _ask(gettext_noop("Ask %(whom)s what holds payments up, and agree on terms")),
        ("paying_slower",),
    ),
    Rule(
        "price",
        _ask(gettext_noop("Talk with %(whom)s about price and what it is worth to them")),
        ("margin_down",),
    ),
    Rule(
        "contacts",
        _ask(gettext_noop("Have %(whom)s introduce you to a second person there")),
        ("one_contact",),
    ),
    Rule(
        "market",
        _ask(gettext_noop("Ask %(whom)s how their own business goes, and offer what fits")),
        ("peers_fall",),
    ),
    Rule(
        "touch",
        _ask(gettext_noop("Call %(whom)s: ask how things are going")),
        ("no_contact", "stopped_answering"),
        when=lambda known: True,
        kind_of_a=Kind.VISIT,
    ),
)
# The most valuable are called at once; the others within the week.
DAYS = {Tier.A: 1, Tier.B: 3}
DAYS_OF_OTHERS = 5
# The reason of a task where no signal is open, only the risk is high.
RISK = "risk"


def suggest(known: Known) -> Step:
    """The step of the first rule that fits; the last one fits everybody."""
    rule = next(rule for rule in RULES if rule.fits(known))
    kind = rule.kind_of_a if rule.kind_of_a and known.tier == Tier.A else rule.kind
    days = DAYS.get(known.tier, DAYS_OF_OTHERS)
    return Step(rule.key, rule.words(known), kind, days, known.kinds[0] if known.kinds else RISK)


def claimed() -> Iterable[str]:
    """All kinds of signals for which a rule stands in the table."""
    return (kind for rule in RULES for kind in rule.kinds)
