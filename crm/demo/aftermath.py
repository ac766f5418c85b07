"""What a complaint leaves behind in what its customer buys afterwards: pure.

Planted, so that the recovery proof can be held against the truth: who was helped in time buys on,
and a little more; who was left waiting buys less. The less so where one person was in charge and
nobody else had to be asked.

Orders bring complaints, and complaints change the orders that follow: those that would be placed
were nobody ever annoyed say who complains, then it is seen what becomes of their orders.
"""

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from crm.demo import complaints, seasons
from crm.demo.lives import Case
from crm.demo.model import HISTORY_DAYS, Kind
from crm.demo.office import office

# Of which kinds of customers: the others stop at a time of their own. How long it is felt:
# `purchases`.
KINDS = (Kind.NATURAL, Kind.CONTRACT, Kind.GROWING, Kind.SLOW_DECLINE, Kind.SUDDEN_DECLINE)
# Working minutes within which a customer expects it solved; the large ones, half.
EXPECTED = {"critical": 480, "major": 1_440, "moderate": 2_400, "minor": 4_800}
LARGE = 0.7
# The part of its volume that who waited still buys; the chance of one more order after each of who
# was helped. Several people in charge, or an approval, take a part of either.
WAITED, MORE = 0.25, 0.45
SEVERAL, PASSED_UP = 0.5, 0.6
# Who waited is not won back by a quick answer to its next complaint, so many days long.
HURT = dt.timedelta(days=180)
# Who was helped leaves less.
STAYING = 0.65
COLUMNS = ["ordinal", "day", "part", "more", "leaving"]


def marks(
    seed: int, here, people: pd.DataFrame, days: pd.DataFrame, today: dt.date
) -> pd.DataFrame:
    """What each complaint leaves behind from its day on: ordinal, day, part (of the volume), more
    (chance of one more order) and leaving (factor of its chance).

    `days`: ordinal and day of the orders, were nobody annoyed.
    """
    dealt = days.groupby("ordinal")["day"].agg(first="min", last="max")
    kinds = here.traits.loc[dealt.index, "kind"].isin(KINDS).to_numpy()
    book = complaints.Book(dealt[kinds], days)
    begin = today - dt.timedelta(days=HISTORY_DAYS)
    starts = complaints.begun(seed, here, book, begin, today - dt.timedelta(days=1))
    lived = complaints.cases(seed, here, people, book, starts)
    worth = (here.traits["spend"] * here.traits["rate"]).rank(pct=True)
    rows = [mark for case in lived if (mark := _mark(case, worth[case.ordinal]))]
    found = pd.DataFrame(_hurt(sorted(rows, key=lambda mark: mark[1])), columns=COLUMNS)
    found["day"] = pd.to_datetime(found["day"])
    return found


def _hurt(rows: list[tuple]) -> Iterator[tuple]:
    """The marks by day, each as bad as the newest bad one of the same customer while it hurts."""
    waited: dict[int, tuple] = {}
    for ordinal, day, part, more, leaving in rows:
        if not more:
            waited[ordinal] = (day, part)
        elif ordinal in waited and day - waited[ordinal][0] < HURT:
            part, more, leaving = waited[ordinal][1], 0.0, 1.0
        yield ordinal, day, part, more, leaving


def _mark(case: Case, worth: float) -> tuple | None:
    """None of what was no complaint, or was taken back."""
    actions = [step.action for step in case.steps]
    if case.kind != "complaint" or "withdraw" in actions or "merge" in actions:
        return None
    waited = _minutes(case) > EXPECTED[case.severity] * (0.5 if worth > LARGE else 1)
    owners = {step.data.get("values", {}).get("owner") for step in case.steps} - {None}
    less = (SEVERAL if len(owners) > 1 else 1) * (PASSED_UP if "approve" in actions else 1)
    day = case.received_at.date()
    if waited or "reject" in actions:
        return case.ordinal, day, WAITED * less, 0.0, 1.0
    return case.ordinal, day, less**0.5, MORE * less, STAYING


def _minutes(case: Case) -> float:
    """Working minutes until it was solved, less those in which we waited for others.

    By the calendar of the service clocks, which is that of one house for all.
    """
    desk = office(seasons.EUROPE)
    counted, total, waiting = desk.after(case.received_at), 0, False
    for step in case.steps:
        now = desk.after(step.at)
        total += 0 if waiting else now - counted
        counted = now
        waiting = step.action in ("ask_customer", "ask_third")
        if step.action == "resolve":
            break
    return total
