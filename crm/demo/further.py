"""Smaller surveys of the demo company, each of customers whom no other asks near it: the overall
index, recommendation, effort, and how we do beside other suppliers. Pure, as `surveys`.

Planted in `surveys`: who is about to leave rates us below others and buys more from them; of the
three of the overall index the ideal is furthest; our people are better than others', our prices
worse.
"""

import datetime as dt

import numpy as np
import pandas as pd

from crm.demo.draws import coins, day_number
from crm.demo.surveys import DAYS_OPEN, Plan, said

SAMPLE = 150
# Days ago: before the pause of the large waves each of a part of all customers, later of a part of
# those whom no large one asks near it; the signals hear of the last one still.
BEFORE, LATER, LAST = 389, 207, 160
FURTHER = (
    (BEFORE, "effort", "Customer effort 客户费力度", "Are we easy to deal with? 打交道容易吗"),
    (BEFORE, "compared", "Other suppliers 与其他供应商比较", "Are others better? 同行更好吗"),
    (LATER, "overall-index", "Overall index 总体满意度指数", "How near the ideal? 离理想有多近"),
    (LATER, "recommendation", "Recommendation 推荐意愿", "Would they recommend us? 愿意推荐吗"),
    (LAST, "compared", "Other suppliers 与其他供应商比较", "Are others better now? 同行更好吗"),
)
# What is written to the first question that asks for words; to the others what anybody writes.
WORDS = {"best": "beside", "only": "alone"}
WRITES = 0.4


def plans(today: dt.date) -> list[Plan]:
    """Each beginning on a Tuesday, as the others do."""
    found = []
    for ago, instrument, name, purpose in FURTHER:
        opens = today - dt.timedelta(days=ago)
        opens -= dt.timedelta(days=(opens.weekday() - 1) % 7)
        closes = opens + dt.timedelta(days=DAYS_OPEN)
        found.append(Plan(f"{name} {opens:%Y-%m}", opens, closes, SAMPLE, purpose, instrument))
    return found


def written(seed: int, code: str, row, calendar: int, plan: Plan) -> str:
    """The words of a row to a question of a code; mostly none."""
    if code not in WORDS:
        return row.comment
    key = (row.ordinal, day_number(plan.opens))
    if float(coins(seed, "writes of others", *key)) > WRITES:
        return ""
    return said(calendar, WORDS[code], float(coins(seed, "words of others", *key)))


def whom(seed: int, place: int, people: pd.DataFrame, asked: set[int]) -> pd.DataFrame:
    """Who may be asked by the plan at a place: nobody whom another asks within the pause."""
    rested = people[~people["ordinal"].isin(asked)]
    begins = [ago for ago, *_rest in FURTHER]
    parts, mine = begins.count(begins[place]), place - begins.index(begins[place])
    part = np.floor(coins(seed, "smaller questionnaire", rested["ordinal"].to_numpy()) * parts)
    return rested[part == mine]
