"""The day in service: log a complaint at once; the queue; who asks for help; own tasks."""

from django.utils.translation import gettext_lazy as _

from complaints.models import Case
from complaints.querysets import COUNTED_UP_TO, CappedCount, CaseQuerySet
from complaints.views.queue import SEVERITY_TONES
from crm.platform.models import Installation
from crm.platform.words import whole
from crm.today import parts, short
from crm.today.lists import Ask, columns, lines_of, panel
from customers.models import Interaction

UNASSIGNED = 5
RECENT = 5
LISTS = (short.HELP_OF_ME, short.PROMISES, short.CARE)


def page(user) -> dict:
    """Cases first: their clocks run."""
    ask = Ask(user, Installation.cached().today())
    cases = Case.objects.visible_to(user)
    own = Interaction.objects.visible_to(user).filter(by=user.pk).select_related("customer")
    found = parts.in_one_query(user, **_counts(user, cases.open()), **columns(ask, LISTS))
    lines = lines_of(found, ask, LISTS)
    to_do = parts.to_do(ask, lines["promises"])
    helps = panel("answers", _("Waiting for your answer"), [short.HELP_OF_ME], lines)
    care = panel("care", _("Care owed"), [short.CARE], lines, note=_("within 30 days"))
    return {
        **parts.cases(cases),
        **to_do,
        "today": ask.today,
        "counts": {name: _capped(found[name]) for name in COUNTED},
        "unassigned": _unassigned(cases),
        "panels": parts.tidy([to_do["appointments"], helps, to_do["todo"], care]),
        "recent": list(own[:RECENT]),
    }


COUNTED = ("overdue", "unassigned", "mine", "waiting", "reopened")


def _counts(user, is_open: CaseQuerySet) -> dict[str, CappedCount]:
    """How many open cases ask for what, up to a cap."""
    rows = (
        is_open.late(),
        is_open.unassigned(),
        is_open.owned_by(user),
        is_open.waiting(),
        is_open.reopened(),
    )
    return {name: CappedCount(each.capped()) for name, each in zip(COUNTED, rows, strict=True)}


def _capped(count: int) -> str:
    return f"{whole(COUNTED_UP_TO)}+" if count > COUNTED_UP_TO else whole(count)


def _unassigned(cases: CaseQuerySet) -> list[Case]:
    """What somebody has to take, by next deadline."""
    rows = cases.open().unassigned().select_related("customer").order_by("next_due_at", "pk")
    found = list(rows[:UNASSIGNED])
    for case in found:
        case.tone = SEVERITY_TONES.get(case.severity, "")
    return found
