"""What the home pages of several roles show."""

from django.db.models import Case, IntegerChoices, IntegerField, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.deadlines import next_deadline
from complaints.querysets import COUNTED_UP_TO, CappedCount, CaseQuerySet
from complaints.views.queue import SEVERITY_TONES
from crm.accounts.models import User
from crm.platform.models import Installation
from crm.today.lists import READ, Ask, Line, Panel
from crm.today.short import WEEK, standing_elsewhere
from customers.models import Task
from lifecycle.models import Signal
from lifecycle.worklist import to_do as to_do_at_risk

AT_RISK = 5
HOURS = TO_DO = 6
# So many stand there however late the tasks are.
PROMISES = 2
OF_TODAY = 2
CASES = 8


def cases(found: CaseQuerySet, most: int = CASES) -> dict:
    """The open ones by their next deadline, and whether there are more."""
    rows = list(found.open().with_row().order_by("next_due_at", "pk")[: most + 1])
    now = timezone.now()
    for case in rows:
        case.deadline = next_deadline(case, now)
        case.tone = SEVERITY_TONES.get(case.severity, "")
    return {"cases": rows[:most], "more_cases": len(rows) > most}


def at_risk(user, standings) -> dict:
    """Those with most to lose on whom nobody works yet, each with its strongest signal.

    And how many more there are.
    """
    found = to_do_at_risk(standings.at_risk(), Installation.cached().today())
    counted = CappedCount(found.order_by().values("pk")[: COUNTED_UP_TO + 1])
    rows = list(found.annotate(all_at_risk=counted)[:AT_RISK])
    signals = Signal.objects.visible_to(user).strongest_of([row.pk for row in rows])
    for row in rows:
        row.strongest = signals.get(row.pk)
    return {"at_risk": rows, "waiting": rows[0].all_at_risk - len(rows) if rows else 0}


def to_do(ask: Ask, promises: list[Line], without: str = "") -> dict:
    """Today's appointments, and own tasks and promises that are due, the longest waiting first.

    `without` is an origin of tasks that stand elsewhere on the page.
    """
    found = _tasks(ask, without)
    tasks = [task for task in found if task.rank != Rank.HOUR]
    hours = Panel("appointments", _("Today's appointments"))
    of_hours = [task for task in found if task.rank == Rank.HOUR]
    hours.lines = [_hour(task) for task in of_hours[:HOURS]]
    rest, calendar = len(of_hours) - HOURS, reverse("customers:calendar")
    hours.say_rest(rest, many=len(of_hours) >= READ, url=calendar)
    kept = promises[: max(PROMISES, TO_DO - len(tasks))]
    chosen = _chosen(tasks)[: TO_DO - len(kept)]
    panel = Panel("todo", _("To do"), _("overdue and this week"))
    panel.lines = sorted([*kept, *map(_task, chosen)], key=lambda line: line.days_left)
    for words, all_of_it, shown, url in (
        (_("Tasks"), tasks, chosen, "customers:tasks"),
        (_("Promises"), promises, kept, "customers:promises"),
    ):
        rest = len(all_of_it) - len(shown)
        panel.say_rest(rest, many=len(all_of_it) >= READ, url=reverse(url), words=words)
    return {"tasks": tasks, "todo": panel, "appointments": hours}


class Rank(IntegerChoices):
    """In which order own tasks are read: what is for today is not lost behind old ones."""

    HOUR = 0
    TODAY = 1
    LATE = 2
    LATER = 3


def _tasks(ask: Ask, without: str) -> list[Task]:
    """Own open ones that are due, by rank."""
    due = Task.objects.visible_to(ask.user).open()
    due = due.filter(~standing_elsewhere(ask), assignee=ask.user.pk, due_on__lte=ask.today + WEEK)
    if without:
        due = due.exclude(origin=without)
    rank = Case(
        When(due_on=ask.today, starts_at__isnull=False, then=Value(Rank.HOUR)),
        When(due_on=ask.today, then=Value(Rank.TODAY)),
        When(due_on__lt=ask.today, then=Value(Rank.LATE)),
        default=Value(Rank.LATER),
        output_field=IntegerField(),
    )
    due = due.annotate(rank=rank).select_related("customer")
    due = due.order_by("rank", "due_on", "starts_at", "pk")[:READ]
    return [task.seen_by(ask.user, ask.today) for task in due]


def _chosen(tasks: list[Task]) -> list[Task]:
    """Some of today, then what is late, then the others."""
    today = [task for task in tasks if task.rank == Rank.TODAY]
    rest = [task for task in tasks if task.rank != Rank.TODAY]
    late = [task for task in rest if task.rank == Rank.LATE]
    return [*today[:OF_TODAY], *late, *today[OF_TODAY:], *rest[len(late) :]]


def _task(task: Task) -> Line:
    """A visit or call is logged, and done with that; anything else is ticked off."""
    talk = _log(task)
    return Line(
        name=task.title,
        url=reverse("card", args=[task.customer_id]),
        why=task.customer.name,
        days_left=-task.days_late,
        action=_("Log it") if talk else "",
        action_url=talk,
        done_url="" if talk or not task.closable else _done(task),
    )


def _hour(task: Task) -> Line:
    what = [task.get_kind_display(), task.title, task.place]
    return Line(
        name=task.customer.name,
        url=reverse("card", args=[task.customer_id]),
        why=" · ".join(str(word) for word in what if word),
        at=task.starts_at,
        action=_("Log it") if _log(task) else "",
        action_url=_log(task),
        done_url="" if _log(task) else _done(task),
    )


def _log(task: Task) -> str:
    """Where the talk that it asks for is logged."""
    if task.kind == Task.Kind.TODO:
        return ""
    address = reverse("customers:interaction_create", args=[task.customer_id])
    return f"{address}?task={task.pk}&kind={task.kind}&next=/"


def _done(task: Task) -> str:
    return f"{reverse('customers:task_close', args=[task.pk])}?state=done"


def one(rows, figure) -> Subquery:
    """A figure over rows, as a column."""
    return Subquery(rows.order_by().values(_all=Value(1)).annotate(figure=figure).values("figure"))


def in_one_query(user, **columns) -> dict:
    """Figures over different tables; where there are no rows the database says nothing: 0."""
    found = User.objects.filter(pk=user.pk).values(**columns).get()
    return {name: value or 0 for name, value in found.items()}


def tidy(panels: list[Panel]) -> list[Panel]:
    """Without those that have nothing to say."""
    return [panel for panel in panels if panel.lines]
