"""What care programmes owe, worked out customer by customer in plain Python.

The product does it by a few statements over all customers. This says the same from the rules as
they are written for people, so that the two can be held against each other. Rules after an event
are not among the ready ones and not told here.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from crm.accounts.models import User
from crm.platform.models import Installation
from customers import completeness
from customers.models import (
    CareDue,
    CareRule,
    Contact,
    Customer,
    DealingSummary,
    Interaction,
    Membership,
    ReviewReport,
    Standing,
    Task,
)
from customers.services.care import MOST_A_DAY, MOST_DEMANDS

DAY = dt.timedelta(days=1)
SPOKEN = {"visit", "call", "letter", "email", "meeting", "message"}
KINDS = {"contact": SPOKEN, "call": {"call"}, "visit": {"visit"}, "news": {"news"}}
KINDS["executive"] = {"visit", "meeting"}
DEMANDS = {"file", "club", "representative"}
TICKED = {"contact", "call", "visit", "executive", "report"}


@dataclass(frozen=True)
class Due:
    """A row of what is owed, without its number."""

    starts: dt.date
    ends: dt.date
    state: str = "owed"
    settled: dt.date | None = None
    task: int | None = None  # of an open one of care: 0 where it is one to be made


def chance(*parts) -> int:
    return int(hashlib.md5(":".join(map(str, parts)).encode()).hexdigest()[:8], 16)


class Books:
    """All that counts, read row by row."""

    def __init__(self, today: dt.date):
        self.today, self.zone = today, ZoneInfo(Installation.get().time_zone)
        self.rules = list(CareRule.objects.filter(is_active=True))
        assert {rule.trigger for rule in self.rules} == {"every"}
        self.standings = {row.pk: row for row in Standing.objects.all()}
        self.customers = {row.pk: row for row in Customer.objects.all()}
        self.users = {row.pk: row for row in User.objects.all()}
        first = DealingSummary.objects.values_list("customer", "first_purchase")
        self.first_purchase = dict(first)
        self.talks, self.reports, self.members = [defaultdict(list) for _ in range(3)]
        for talk in Interaction.objects.prefetch_related("colleagues"):
            self.talks[talk.customer_id].append(talk)
        for report in ReviewReport.objects.exclude(given_on=None):
            self.reports[report.customer_id].append(report.given_on)
        for one in Membership.objects.filter(removed_at=None):
            if one.since <= today and (one.until is None or one.until >= today):
                self.members[one.customer_id].append(one)
        self.willing = {
            one.customer_id
            for one in Contact.objects.filter(consent="given", erased_at=None).exclude(email="")
            if one.left_on is None or one.left_on > today
        }
        everybody = Customer.objects.filter(is_active=True)
        incomplete = completeness.incomplete(everybody)
        self.incomplete = set(incomplete.values_list("pk", flat=True))
        self.tasks = {task.pk: task for task in Task.objects.filter(origin="care")}

    def day_of(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(self.zone).date()

    def is_owed(self, rule: CareRule, customer: int) -> bool:
        row = self.standings.get(customer)
        alive = row and row.is_active and row.stage != "ended" and row.tier == rule.tier
        return bool(alive and (rule.action != "news" or customer in self.willing))

    def lacks(self, rule: CareRule, customer: int) -> bool:
        if rule.action == "file":
            return customer in self.incomplete
        if rule.action == "club":
            return customer not in self.members
        person = self.users.get(self.customers[customer].service_representative_id)
        return person is None or not person.is_active

    def spoken(self, rule: CareRule, customer: int) -> list[dt.date]:
        """The days of what was logged that keeps this rule."""
        found = []
        for talk in self.talks[customer]:
            people = [talk.by, *talk.colleagues.all()]
            if rule.action == "executive" and not any(one.is_manager for one in people):
                continue
            if talk.kind in KINDS.get(rule.action, ()):
                found.append(self.day_of(talk.at))
        return found


def night(books: Books) -> tuple[dict, list]:
    """What stands in the books when the night is over: dues by rule and customer; new tasks."""
    before = defaultdict(list)
    for row in CareDue.objects.all():
        due = Due(row.starts_on, row.due_on, row.state, row.settled_on, row.task_id)
        before[row.rule_id, row.customer_id].append(due)
    after = {}
    for rule in books.rules:
        for customer in books.standings:
            dues = before.pop((rule.pk, customer), [])
            dues = [_settle(books, rule, customer, due) for due in dues]
            dues += _open(books, rule, customer, dues)
            dues = [_keep(books, rule, customer, due) for due in dues]
            if dues:
                after[rule.pk, customer] = dues
    assert not before, "dues of rules or customers that are no more"
    return after, _tasks(books, after)


def _settle(books: Books, rule: CareRule, customer: int, due: Due) -> Due:
    due = _keep(books, rule, customer, due)
    if due.state != "owed":
        return due
    if not books.is_owed(rule, customer) or (
        rule.sample_percent
        and not ((due.starts - rule.since).days % rule.days == 0 and _drawn(rule, due, customer))
    ):
        return replace(due, state="void", settled=max(books.today, due.starts))
    if due.ends < books.today:
        return replace(due, state="missed", settled=due.ends + DAY)
    return due


def _drawn(rule: CareRule, due: Due, customer: int) -> bool:
    return chance(rule.pk, due.starts, customer) % 10_000 < rule.sample_percent * 100


def _keep(books: Books, rule: CareRule, customer: int, due: Due) -> Due:
    """The first kind of proof that there is, and of that the latest."""
    if due.state != "owed":
        return due
    last = min(books.today, due.ends)
    spoken = [day for day in books.spoken(rule, customer) if due.starts <= day <= due.ends]
    given = [day for day in books.reports[customer] if due.starts <= day <= last]
    met = rule.action in DEMANDS and not books.lacks(rule, customer)
    task = books.tasks.get(due.task)
    ticked = rule.action in TICKED and task is not None and task.state == "done"
    if spoken:
        day = max(spoken)
    elif given and rule.action == "report":
        day = max(given)
    elif met:
        day = last
    elif ticked:
        day = max(due.starts, min(books.day_of(task.closed_at), due.ends))
    else:
        return due
    return replace(due, state="kept", settled=min(day, books.today))


def _open(books: Books, rule: CareRule, customer: int, dues: list[Due]) -> list[Due]:
    """The next period, where none runs."""
    stands = rule.action in DEMANDS
    if any(due.state == "owed" for due in dues) or not books.is_owed(rule, customer):
        return []
    if stands and not books.lacks(rule, customer):
        return []
    ahead = min(rule.ahead_days, rule.days - 1)
    spread = dt.timedelta(days=ahead + chance(rule.pk, customer) % (rule.days - ahead))
    if rule.sample_percent:
        gone = (books.today - rule.since).days // rule.days * rule.days
        fresh = Due(rule.since + gone * DAY, rule.since + gone * DAY + spread)
        if books.today < rule.since or not _drawn(rule, fresh, customer):
            return []
    else:
        ends = _natural_end(books, rule, customer, dues)
        if ends is None or ends < books.today:
            ends = books.today + spread
        fresh = Due(ends - (rule.days - 1) * DAY, ends)
    there = [due for due in dues if due.starts == fresh.starts]
    if fresh.ends < books.today or any(due.state != "void" for due in there):
        return []
    for due in there:  # that period is opened again
        dues.remove(due)
    return [fresh]


def _natural_end(books: Books, rule: CareRule, customer: int, dues: list[Due]) -> dt.date | None:
    """A period after what was kept, missed, said or bought last."""
    begins = []
    lived = sorted((due for due in dues if due.state != "void"), key=lambda due: due.starts)
    if lived and lived[-1].state == "missed":
        begins.append(lived[-1].ends)
    elif lived and rule.action not in DEMANDS:
        begins.append(lived[-1].settled)
    earliest = books.today - (rule.days + 1) * DAY
    begins += [day for day in books.spoken(rule, customer) if day >= earliest]
    if rule.action == "report":
        begins += books.reports[customer]
    first = books.first_purchase.get(customer)
    if first and first > rule.since:
        begins.append(first)
    return max(begins) + rule.days * DAY if begins else None


def _tasks(books: Books, after: dict) -> list[tuple[int, str, int, dt.date]]:
    """Open tasks of care in the end: customer, reason, assignee and day."""
    rules = {rule.pk: rule for rule in books.rules}
    ended = {due.task for dues in after.values() for due in dues if due.state in ("kept", "void")}
    found = [
        (task.customer_id, task.reason, task.assignee_id, task.due_on)
        for task in books.tasks.values()
        if task.is_open and task.pk not in ended
    ]
    there = {(customer, reason) for customer, reason, *_ in found}
    by_reason = {f"care:{pk}": rule.action in DEMANDS for pk, rule in rules.items()}
    load: Counter = Counter()
    for _customer, reason, assignee, _day in found:
        load[assignee, True] += by_reason[reason]
    for task in books.tasks.values():
        fresh = books.day_of(task.created_at) >= books.today
        load[task.assignee_id, False] += fresh and not by_reason[task.reason]
    waiting = []
    for (pk, customer), dues in after.items():
        rule, row = rules[pk], books.standings[customer]
        stands = rule.action in DEMANDS
        for due in dues:
            if due.state != "owed" or due.task or (customer, f"care:{pk}") in there:
                continue
            soon = stands or due.ends <= books.today + rule.ahead_days * DAY
            assignee = _assignee(books, rule, books.customers[customer])
            if rule.action != "news" and soon and assignee:
                order = (dt.date.min if stands else due.ends, -row.lifetime_value, row.tier, pk)
                waiting.append((order, customer, f"care:{pk}", assignee, stands, due.ends))
    for _order, customer, reason, assignee, stands, day in sorted(waiting, key=lambda w: w[:3]):
        if load[assignee, stands] < (MOST_DEMANDS if stands else MOST_A_DAY):
            load[assignee, stands] += 1
            found.append((customer, reason, assignee, day))
    return sorted(found)


def _assignee(books: Books, rule: CareRule, customer: Customer) -> int | None:
    people = sorted((one for one in books.users.values() if one.is_active), key=lambda u: u.pk)
    mates = [one for one in people if one.team_id and one.team_id == customer.team_id]
    lead = next((one for one in mates if one.is_team_lead and one.role != "service"), None)
    boss = next((one for one in mates if one.role == "manager"), None)
    owner = next((one for one in people if one.pk == customer.account_manager_id), None)
    who = (boss, owner, lead) if rule.who == "executive" else (owner, lead, boss)
    if rule.who == "service":
        pk = customer.service_representative_id
        who = (next((one for one in people if one.pk == pk), None), *who)
    return next((one.pk for one in who if one), None)


def stored() -> tuple[dict, list]:
    """What the database says, in the same words."""
    dues = defaultdict(list)
    for row in CareDue.objects.all():
        due = Due(row.starts_on, row.due_on, row.state, row.settled_on)
        dues[row.rule_id, row.customer_id].append(due)
    tasks = Task.objects.open().filter(origin="care")
    values = tasks.values_list("customer", "reason", "assignee", "due_on")
    return dict(dues), sorted(values)


def told(dues: dict) -> dict:
    """Dues to compare: in order, without their tasks."""
    return {
        key: sorted((replace(due, task=None) for due in rows), key=lambda due: due.starts)
        for key, rows in dues.items()
    }
