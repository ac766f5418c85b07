"""What the account managers have before them: visits and calls with their hour, and what comes
again to the same customers.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.demo.bulk import copy_models, new_ids
from crm.demo.draws import midnight, stream
from customers.models import Customer, Interaction, Recurrence, Task
from customers.services.recurrences import AHEAD, DAY

BACK, FORTH = 5, 45  # days
CUSTOMERS, AGAIN = 40, 9  # of an account manager
HOURS = ((9, 0), (9, 30), (10, 30), (11, 0), (13, 30), (14, 0), (15, 30), (16, 0))
SPOKEN_TO = dt.timedelta(days=120)
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Words:
    """What is planned, in one language, by kind; what comes again with its rhythm."""

    visit: tuple[str, ...]
    call: tuple[str, ...]
    meeting: tuple[str, ...]
    places: tuple[str, ...]
    again: tuple[tuple[str, str, int, str], ...]


ENGLISH = Words(
    visit=(
        "Walk through the stores with the foreman",
        "Show the new range on site",
        "Go through the claims of the quarter",
        "Meet the new head of purchasing",
        "Look at the second production hall",
    ),
    call=(
        "Ask for the result of the trial",
        "Confirm the delivery dates",
        "Follow up the quotation",
        "Ask how the last delivery went",
    ),
    meeting=("Frame contract for next year", "Talk over prices and volumes", "Review of the year"),
    places=("Gate 2, ask for the foreman", "Main building, 3rd floor", "Reception of works 2"),
    again=(
        ("Call about open orders", "call", 1, "week"),
        ("Check the stock list together", "visit", 1, "month"),
        ("Business review", "meeting", 6, "month"),
        ("Send the stock proposal", "todo", 1, "month"),
        ("Talk over prices for the coming year", "meeting", 1, "year"),
        ("Ask for the plan of the next weeks", "call", 2, "week"),
    ),
)
CHINESE = Words(
    visit=("走访车间, 了解用量", "现场演示新产品", "拜访新任采购经理", "一起看二期厂房",
        "处理上季度的质量问题"),
    call=("询问试用结果", "确认交货日期", "跟进报价", "了解上批货的到货情况"),
    meeting=("洽谈明年框架合同", "年度回顾与价格", "讨论备货方案"),
    places=("二号门, 找仓库主管", "办公楼三楼会议室", "二厂前台"),
    again=(
        ("电话核对在途订单", "call", 1, "week"),
        ("上门盘点库存", "visit", 1, "month"),
        ("业务回顾", "meeting", 6, "month"),
        ("发送备货建议", "todo", 1, "month"),
        ("洽谈来年价格", "meeting", 1, "year"),
        ("询问下两周用料计划", "call", 2, "week"),
    ),
)  # fmt: skip


def add_agenda(seed: int, today: dt.date) -> None:
    """For each account manager, about customers spoken to lately."""
    owners = User.objects.active().filter(role=Role.ACCOUNT_MANAGER).order_by("username")
    planned, recurrences = [], []
    for place, owner in enumerate(owners):
        luck = stream(seed, "agenda", place)
        customers = _customers(owner, today, luck)
        if customers:
            planned += _planned(owner, customers, today, luck)
            recurrences += _recurrences(owner, customers, today, luck)
    for pk, row in zip(new_ids(Recurrence, len(recurrences)), recurrences, strict=True):
        row.pk = pk
    made = [task for row in recurrences for task in _made(row, today)]
    copy_models(recurrences)
    copy_models(planned + made)


def _customers(owner: User, today: dt.date, luck: np.random.Generator) -> list[Customer]:
    lately = Interaction.objects.filter(by=owner, at__gte=midnight(today - SPOKEN_TO))
    found = Customer.objects.filter(
        account_manager=owner, is_active=True, pk__in=lately.values("customer")
    )
    rows = list(found.order_by("number"))
    return [rows[place] for place in luck.permutation(len(rows))[:CUSTOMERS]]


def _words(customer: Customer) -> Words:
    return CHINESE if HAN.search(customer.name) else ENGLISH


def _pick(luck: np.random.Generator, choices: Sequence):
    return choices[int(luck.integers(len(choices)))]


def _planned(
    owner: User, customers: list[Customer], today: dt.date, luck: np.random.Generator
) -> list[Task]:
    """On working days one to three, the nearer the more; of the past only what was left undone."""
    tasks = []
    for day in _working_days(today):
        ahead = (day - today).days
        most = 1 if ahead < 0 else 3 if ahead < 14 else 2
        count = int(luck.integers(most + 1)) if ahead >= 0 else int(luck.random() < 0.3)
        for hour in sorted(luck.choice(len(HOURS), count, replace=False)):
            task = _appointment(_pick(luck, customers), day, HOURS[hour], luck)
            task.assignee = task.created_by = owner
            before = dt.timedelta(days=int(luck.integers(2, 30)), hours=-9)
            task.created_at = midnight(min(day, today)) - before
            tasks.append(task)
    return tasks


def _working_days(today: dt.date) -> Iterator[dt.date]:
    days = (today + number * DAY for number in range(-BACK, FORTH))
    return (day for day in days if day.weekday() < 5)


def _appointment(
    customer: Customer, day: dt.date, hour: tuple[int, int], luck: np.random.Generator
) -> Task:
    words = _words(customer)
    kind = _pick(luck, (Task.Kind.VISIT, Task.Kind.VISIT, Task.Kind.CALL, Task.Kind.MEETING))
    is_call = kind == Task.Kind.CALL
    return Task(
        customer=customer,
        title=_pick(luck, getattr(words, kind)),
        kind=kind,
        due_on=day,
        starts_at=dt.time(*hour),
        minutes=20 if is_call else int(_pick(luck, (60, 90, 120))),
        place="" if is_call else _pick(luck, words.places),
        remind_on=day - DAY if luck.random() < 0.3 else None,
        reminded_at=None,
    )


def _recurrences(
    owner: User, customers: list[Customer], today: dt.date, luck: np.random.Generator
) -> list[Recurrence]:
    """One customer each; begun in the year before."""
    rows = []
    for customer in customers[:AGAIN]:
        title, kind, every, unit = _pick(luck, _words(customer).again)
        first_on = today - dt.timedelta(days=int(luck.integers(20, 330)))
        first_on -= max(first_on.weekday() - 4, 0) * DAY
        row = Recurrence(
            customer=customer,
            title=title,
            kind=kind,
            assignee=owner,
            created_by=owner,
            every=every,
            unit=unit,
            first_on=first_on,
        )
        row.next_on = row.rhythm.from_day(today)
        rows.append(row)
    return rows


def _made(row: Recurrence, today: dt.date) -> list[Task]:
    """The last ones, which are done, and the one that is open; the row goes on after it."""
    past = list(row.rhythm.between(row.first_on, today))[-3:]
    tasks = [_again(row, day, closed=midnight(day) + dt.timedelta(hours=15)) for day in past]
    if row.next_on <= today + AHEAD / 2:
        tasks.append(_again(row, row.next_on))
        row.next_on = row.rhythm.from_day(row.next_on + DAY)
    return tasks


def _again(row: Recurrence, day: dt.date, closed: dt.datetime | None = None) -> Task:
    return Task(
        customer=row.customer,
        title=row.title,
        kind=row.kind,
        assignee=row.assignee,
        created_by=row.assignee,
        created_at=midnight(day - AHEAD),
        due_on=day,
        origin=Task.Origin.RECURRING,
        reason=row.task_reason,
        recurrence=row,
        state=Task.State.DONE if closed else Task.State.OPEN,
        closed_at=closed,
    )
