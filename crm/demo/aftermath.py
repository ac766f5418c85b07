"""What a complaint leaves behind in what its customer buys afterwards: pure.

Planted, so that the recovery proof can be held against the truth: who was helped in time buys on,
and a little more; who was left waiting buys less. The less so where one person was in charge and
nobody else had to be asked.

Orders bring complaints, and complaints change the orders that follow: those that would be placed
were nobody ever annoyed say who complains, then it is seen what becomes of their orders.
"""

import datetime as dt

import pandas as pd

from crm.demo import complaints
from crm.demo.lives import Case
from crm.demo.model import HISTORY_DAYS, Kind
from crm.demo.office import office

# Of which kinds of customers: the others have their own story. How long it is felt: `purchases`.
KINDS = (Kind.NATURAL, Kind.CONTRACT)
# Working minutes within which a customer expects it solved; the large ones, half.
EXPECTED = {"critical": 480, "major": 1_440, "moderate": 2_400, "minor": 4_800}
LARGE = 0.8
# The part of its volume that who waited still buys; the chance of one more order after each of who
# was helped. Several people in charge, or an approval, take a part of either.
WAITED, MORE = 0.2, 0.45
SEVERAL, PASSED_UP = 0.75, 0.75
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
    rows = [
        mark
        for case in lived
        if (mark := _mark(case, int(here.traits.at[case.ordinal, "calendar"]), worth[case.ordinal]))
    ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    found["day"] = pd.to_datetime(found["day"])
    return found.sort_values("day", kind="stable", ignore_index=True)


def _mark(case: Case, calendar: int, worth: float) -> tuple | None:
    """None of what was no complaint, or was taken back."""
    actions = [step.action for step in case.steps]
    if case.kind != "complaint" or "withdraw" in actions or "merge" in actions:
        return None
    waited = _minutes(case, calendar) > EXPECTED[case.severity] * (0.5 if worth > LARGE else 1)
    owners = {step.data.get("values", {}).get("owner") for step in case.steps} - {None}
    less = (SEVERAL if len(owners) > 1 else 1) * (PASSED_UP if "approve" in actions else 1)
    day = case.received_at.date()
    if waited or "reject" in actions:
        return case.ordinal, day, WAITED * less, 0.0, 1.0
    return case.ordinal, day, less**0.5, MORE * less, STAYING


def _minutes(case: Case, calendar: int) -> float:
    """Working minutes until it was solved for good, less those in which we waited for others."""
    desk = office(calendar)
    begun = counted = desk.after(case.received_at)
    total = 0
    waiting = False
    for step in case.steps:
        now = desk.after(step.at)
        if not waiting:
            total += max(now - counted, 0)
        counted = max(now, begun)
        waiting = step.action in ("ask_customer", "ask_third")
        if step.action == "resolve":
            break
    return total
