"""Whom the demo company asks how satisfied they are, and what they answer: pure, as `complaints`.

Planted, so that pages and tests can be held against the truth:
- who complained and was answered late, or not yet, is clearly less satisfied, above all with our
  responsiveness; a complaint that was answered in time costs little;
- who is about to leave is less satisfied before; who buys less and less, a little;
- East China is looked after a little better than South & West China, large customers better than
  small ones.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from crm.demo.case_words import LANGUAGES, pick
from crm.demo.draws import coins, day_number
from crm.demo.model import QUALITY, Kind, nature
from crm.demo.office import office

DAYS_OPEN = 21
REMINDED_AFTER = dt.timedelta(days=6)
# Complaints of so many days before an answer still weigh; leaving within so many days after the
# wave shows before.
REMEMBERED, FORESEEN = dt.timedelta(days=180), dt.timedelta(days=120)
OPTS_OUT = 0.012
LEVEL = 76.0
TEAM = {team: 3 * quality for team, quality in QUALITY.items()}
TIER = {"A": 3.0, "B": 0.5, "C": -1.0}
LATE, LATE_AGAIN, IN_TIME = -14.0, -5.0, -1.0
LEAVING, FALLING, GROWING = -24.0, -7.0, 4.0
PERSON, MOMENT, ANSWER = 8.5, 5.0, 8.0  # standard deviations
RATE = {"A": 0.49, "B": 0.44, "C": 0.36}
# How each question stands to satisfaction as a whole, and what a late answer does to it beside.
QUESTIONS = {
    "overall": (0.0, 0.0),
    "reliability": (-2.0, -2.0),
    "responsiveness": (-3.0, -12.0),
    "assurance": (4.0, 0.0),
    "empathy": (0.0, -4.0),
    "tangibles": (3.0, 2.0),
}
DIMENSIONS = tuple(QUESTIONS)[1:]
_WORDS = tomllib.loads(Path(__file__).with_name("comments.toml").read_text("utf-8"))


LEARNED = 7.0
DEEPER_SAMPLE = 280
DEEPER = (
    ("servqual", "Expected and met 期望与感受", "What do customers expect of us? 客户对我们的期望"),
    (
        "delivered-value",
        "Delivered value 客户让渡价值",
        "What does dealing with us cost? 交易成本",
    ),
    ("value-equation", "Value for money 客户价值等式", "Is it worth its price? 是否物有所值"),
)
# How what is measured stands to satisfaction as a whole.
STANDS = {
    **{"reliability": -2, "responsiveness": -5, "assurance": 4, "empathy": 0, "tangibles": 3},
    **{"of_product": 5, "of_service": -2, "of_staff": 3, "of_image": 1},
    **{"money": -8, "time": -3, "toil": -2, "mind": 2},
    **{"result": 3, "process": -1, "price": -12, "obtaining": -4},
    **{"expected": -6, "ideal": -13, "effort": -3, "recommend": 4, "compared": -22},
}
BESIDE_OTHERS = {"compared-people": 6, "compared-worth": -6, "compared-delivery": -2}
# Who leaves goes to somebody who is better.
LEAVES_FOR_OTHERS = -10.0
# What customers have had with us in a year; of other lists each names about a third.
HAPPENS = {"transport": 0.9, "installation": 0.4, "repair": 0.35, "breakdown": 0.25}
HAPPENS_ELSE = 0.3
# What customers hope for lies above what they meet, of reliability most.
HOPED = {"reliability": 92.0, "responsiveness": 90.0, "assurance": 86.0, "empathy": 80.0}
HOPED_ELSE = 74.0
# A team's climate shows in what its customers say a quarter later.
CLIMATE = {team: 12 * quality for team, quality in QUALITY.items()}
CLIMATE_MOVES, CARRIED = 4.0, 0.35


@dataclass(frozen=True)
class Plan:
    """A wave: when it runs and whom it asks."""

    name: str
    opens: dt.date
    closes: dt.date
    sample: int | None
    purpose: str
    instrument: str = "service-quality"
    # Since the first survey questions are answered sooner: what an improvement action did.
    has_learned: bool = True


def name_of(opens: dt.date) -> str:
    """In both languages of the company."""
    return f"Service quality {opens:%Y-%m} 服务质量"


def plans(today: dt.date) -> list[Plan]:
    """Two that are over and one that runs, each beginning on a Tuesday."""
    found = []
    for ago, sample, purpose in (
        (298, None, "Where do we stand? First survey of all customers 首次全面调查"),
        (116, 900, "Have answers become quicker? 响应是否变快"),
        (7, 900, "Half-yearly survey of service quality 半年度服务质量调查"),
    ):
        day = today - dt.timedelta(days=ago)
        opens = day - dt.timedelta(days=(day.weekday() - 1) % 7)
        closes = opens + dt.timedelta(days=DAYS_OPEN)
        has_learned = bool(found)
        found.append(Plan(name_of(opens), opens, closes, sample, purpose, has_learned=has_learned))
    return found


def deeper_plans(today: dt.date) -> list[Plan]:
    """Further questionnaires, each of other customers, a survey pause away from the others."""
    opens = today - dt.timedelta(days=207)
    opens -= dt.timedelta(days=(opens.weekday() - 1) % 7)
    closes = opens + dt.timedelta(days=DAYS_OPEN)
    return [
        Plan(f"{name} {opens:%Y-%m}", opens, closes, DEEPER_SAMPLE, purpose, instrument)
        for instrument, name, purpose in DEEPER
    ]


def deeper_of(seed: int, plan: Plan, people: pd.DataFrame) -> pd.DataFrame:
    """Who may be asked by this one of the further questionnaires: a part of all customers."""
    place = [instrument for instrument, _name, _purpose in DEEPER].index(plan.instrument)
    part = np.floor(coins(seed, "questionnaire", people["ordinal"].to_numpy()) * len(DEEPER))
    return people[part == place]


def asked(
    seed: int, here, people: pd.DataFrame, plan: Plan, standing: pd.DataFrame, opted_out: set[int]
) -> tuple[pd.DataFrame, list[int]]:
    """Who is invited (ordinal, contact, tier, stage, at) and who fits but wants no more surveys.

    `standing`, index ordinal: tier and stage on the day; `opted_out`: rows of people.
    """
    fits = standing[standing["stage"] != "ended"]
    there = people[~people["left"] & people["ordinal"].isin(fits.index)]
    place = np.where(there["role"].isin(["decision_maker", "influencer"]), 0, 1)
    best = there.assign(place=place).sort_values(["ordinal", "place"], kind="stable")
    best = best.drop_duplicates("ordinal")
    skipped = best[best.index.isin(opted_out)]["ordinal"].tolist()
    best = best[~best.index.isin(opted_out)]
    luck = coins(seed, "sample", best["ordinal"].to_numpy(), day_number(plan.opens))
    best = best.assign(luck=luck).sort_values("luck")[: plan.sample]
    ordinal = best["ordinal"].to_numpy()
    invited = pd.DataFrame({"ordinal": ordinal, "contact": best.index})
    invited["tier"] = fits.loc[ordinal, "tier"].to_numpy()
    invited["stage"] = fits.loc[ordinal, "stage"].to_numpy()
    calendar = here.traits.loc[ordinal, "calendar"].to_numpy()
    sent = {which: office(which).at(int(day_number(plan.opens)), 9 * 60 + 30) for which in (0, 1)}
    invited["at"] = pd.Series([sent[which] for which in calendar], dtype=object)
    return invited.sort_values("ordinal", ignore_index=True), skipped


def reactions(seed: int, here, plan: Plan, invited: pd.DataFrame, trouble: pd.Series):
    """What became of each invitation, with its time: columns reaction and done (UTC), added.

    `trouble`, index ordinal: "leaving", "gone", "falling", "growing" or "".
    """
    rows = invited.reset_index(drop=True).copy()
    key = (rows["ordinal"].to_numpy(), day_number(plan.opens))
    rows["trouble"] = trouble.reindex(rows["ordinal"]).fillna("").to_numpy()
    rate = rows["tier"].map(RATE).to_numpy(dtype=float)
    rate = rate * rows["trouble"].map({"leaving": 0.85, "gone": 0.4}).fillna(1.0).to_numpy()
    luck = coins(seed, "reacts", *key)
    rows["reaction"] = np.select(
        [luck < rate, luck < rate + 0.03, luck < rate + 0.05, luck > 0.99],
        ["finished", "started", "declined", "bounced"],
        "",
    )
    rows["opts_out"] = (rows["reaction"] == "declined") & (coins(seed, "never", *key) < 0.6)
    # Most within days, a second wave after the reminder.
    uniform = coins(seed, "when", *key)
    days = np.where(
        coins(seed, "reminded", *key) < 0.68, -3 * np.log1p(-0.9 * uniform), 6 + 8 * uniform**1.5
    )
    minutes = 8 * 60 + np.floor(11 * 60 * coins(seed, "hour", *key)).astype(int)
    calendar = here.traits.loc[rows["ordinal"], "calendar"].to_numpy()
    first = int(day_number(plan.opens))
    rows["done"] = pd.Series(
        [
            max(office(which).at(first + min(int(day), DAYS_OPEN), int(minute)), sent + _SOON)
            for which, day, minute, sent in zip(calendar, days, minutes, rows["at"], strict=True)
        ],
        dtype=object,
    )
    return rows


_SOON = dt.timedelta(minutes=20)


def answers(seed: int, here, plan: Plan, rows: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """The scores of those who answer, a comment, and how long it took: columns added.

    `cases`: ordinal, received, breached and ended (UTC, NaT) of each complaint.
    """
    found = rows.reset_index(drop=True).copy()
    key = (found["ordinal"].to_numpy(), day_number(plan.opens))
    found["late"], found["in_time"] = complained(found, cases)
    level = _level(seed, here, key, found)
    late = (found["late"] > 0).to_numpy()
    found["level"] = level
    for code, (shift, when_late) in QUESTIONS.items():
        noise = ANSWER * (0.7 if code == "overall" else 1.3) * ndtri(coins(seed, code, *key))
        learned = LEARNED * (plan.has_learned and code == "responsiveness")
        share = level + shift + learned + when_late * late + noise
        score = np.clip(np.round(1 + share / 25), 1, 5)
        missing = (coins(seed, f"no {code}", *key) < 0.03) & (code != "overall")
        found[code] = np.where(missing, np.nan, score)
    noise = 9 * ndtri(coins(seed, "recommend", *key))
    recommend = np.clip(np.round((level - 2 * late + 3 + noise) / 10), 0, 10)
    found["recommend"] = np.where(coins(seed, "no answer", *key) < 0.02, np.nan, recommend)
    found["comment"] = _comments(seed, here, key, found, level)
    found["took"] = [dt.timedelta(seconds=int(s)) for s in 70 + 400 * coins(seed, "took", *key)]
    return found


def complained(rows: pd.DataFrame, cases: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Complaints before each answer: late or still open ones, and those answered in time."""
    pairs = rows[["ordinal", "done"]].reset_index().merge(cases, on="ordinal")
    done = pd.to_datetime(pairs["done"], utc=True)
    near = (pairs["received"] < done) & (pairs["received"] >= done - REMEMBERED)
    bad = (pairs["breached"] <= done) | pairs["ended"].isna() | (pairs["ended"] > done)
    count = pairs[near].assign(bad=bad[near]).groupby("index")["bad"].agg(["sum", "size"])
    count = count.reindex(range(len(rows)), fill_value=0).astype(int)
    return count["sum"].to_numpy(), (count["size"] - count["sum"]).to_numpy()


def _level(seed: int, here, key: tuple, rows: pd.DataFrame) -> np.ndarray:
    """How satisfied each is, 0 to 100 before it is put on the questions' scales."""
    ordinal = rows["ordinal"].to_numpy()
    teams = here.register.loc[ordinal, "team"]
    level = LEVEL + teams.map(TEAM).to_numpy(dtype=float)
    before = quarter_of_day(int(key[1])) - 1
    moved = {team: CARRIED * climate_moves(seed, team, before) for team in TEAM}
    level += teams.map(moved).to_numpy(dtype=float)
    level += rows["tier"].map(TIER).to_numpy(dtype=float)
    level += PERSON * nature(seed, ordinal) + MOMENT * ndtri(coins(seed, "moment", *key))
    late, in_time = rows["late"].to_numpy(), rows["in_time"].to_numpy()
    level += LATE * (late > 0) + LATE_AGAIN * (late > 1) + IN_TIME * np.minimum(in_time, 2)
    told = {"leaving": LEAVING, "gone": LEAVING, "falling": FALLING, "growing": GROWING}
    return level + rows["trouble"].map(told).fillna(0.0).to_numpy()


def quarter_of_day(day: int) -> int:
    """4 x year + 0 to 3 of a day since 1970."""
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    return 4 * date.year + (date.month - 1) // 3


def climate_moves(seed: int, team: str, quarter: int) -> float:
    """How a quarter's climate in a team is off its usual one, in points."""
    return CLIMATE_MOVES * float(ndtri(coins(seed, f"climate of {team}", quarter)))


def deeper_values(seed: int, questions: list, rows: pd.DataFrame, plan: Plan) -> list[dict]:
    """What each row answers to the questions of any questionnaire, by their codes.

    `questions` have code, kind, measure, aspect, options and scale, as the model has them.
    """
    key = (rows["ordinal"].to_numpy(), day_number(plan.opens))
    level, found = rows["level"].to_numpy(), [{} for _row in range(len(rows))]
    leaving = rows["trouble"].isin(["leaving", "gone"]).to_numpy()
    for question in questions:
        luck = coins(seed, f"{plan.instrument} {question.code}", *key)
        if question.scale:
            is_beside = question.measure == "compared"
            values = _on_scale(question, level + LEAVES_FOR_OTHERS * (leaving & is_beside), luck)
        elif question.code == "others":
            values = buys_elsewhere(level, luck)
        elif question.options:
            values = _several(seed, question, key)
        else:
            continue
        for row, value in zip(found, values, strict=True):
            row[question.code] = value
    return found


def buys_elsewhere(level: np.ndarray, luck: np.ndarray) -> list[list[str]]:
    """How much from other suppliers: the less satisfied, the more."""
    none = np.clip((level - LEVEL + 15) / 60, 0.05, 0.6)
    mostly = np.clip((LEVEL - level) / 60, 0.05, 0.4)
    found = np.where(luck < none, "none", np.where(luck > 1 - mostly, "mostly", "some"))
    return [[one] for one in found.tolist()]


def _several(seed: int, question, key: tuple) -> list[list[str]]:
    """All of the options that fit each row."""
    names = [option["value"] for option in question.options]
    fits = [
        coins(seed, f"{question.code} {name}", *key) < HAPPENS.get(name, HAPPENS_ELSE)
        for name in names
    ]
    return [
        [name for name, is_so in zip(names, row, strict=True) if is_so]
        for row in zip(*fits, strict=True)
    ]


def _on_scale(question, level: np.ndarray, luck: np.ndarray) -> list[int]:
    shift = STANDS.get(question.measure, 0) + BESIDE_OTHERS.get(question.code, 0)
    share = level + shift + 10 * ndtri(luck)
    if question.aspect == "expectation":
        share = HOPED.get(question.measure, HOPED_ELSE) + 7 * ndtri(luck)
    elif question.measure in ("money", "time", "toil", "mind", "price", "obtaining"):
        share = 100 - share
    low, high = question.scale
    return np.clip(np.round(low + share / 100 * (high - low)), low, high).astype(int).tolist()


def _comments(seed: int, here, key: tuple, rows: pd.DataFrame, level: np.ndarray) -> list[str]:
    """In the customer's language; who is unhappy writes more often, and about what it was."""
    writes = coins(seed, "writes", *key) < np.where(level < 58, 0.68, 0.3)
    which, late = coins(seed, "words", *key), rows["late"].to_numpy() > 0
    calendar = here.traits.loc[rows["ordinal"], "calendar"].to_numpy()
    worst = rows[list(DIMENSIONS)].fillna(9).to_numpy().argmin(axis=1)
    low = (rows[list(DIMENSIONS)].min(axis=1) <= 3) | (rows["recommend"] <= 6)
    texts = []
    for place in range(len(rows)):
        if not writes[place]:
            texts.append("")
            continue
        about = "content" if not low.iloc[place] else DIMENSIONS[worst[place]]
        if rows["trouble"].iloc[place] in ("leaving", "gone") and level[place] < 66:
            about = "leaving"
        if late[place] and level[place] < 66:
            about = "late"
        texts.append(said(calendar[place], about, which[place]))
    return texts


def said(calendar: int, about: str, uniform: float) -> str:
    """One of the texts about something, in the language of a calendar."""
    found = _WORDS[LANGUAGES[calendar]][about]
    return found if isinstance(found, str) else pick(found, uniform)


def troubles(
    here, last: pd.Series, alive: pd.Series, plan: Plan, known_until: dt.date
) -> pd.Series:
    """How each customer stands on the way out, by ordinal.

    `last`: last purchase as known on `known_until`; `alive`: who still buys then.
    """
    kind = here.traits.loc[last.index, "kind"]
    left = ~alive.reindex(last.index).fillna(value=True).astype(bool)
    opens, foreseen = pd.Timestamp(plan.opens), pd.Timestamp(plan.closes + FORESEEN)
    # Nobody knows yet of somebody who bought yesterday.
    silent = last < pd.Timestamp(known_until) - pd.Timedelta(days=1)
    names = np.select(
        [
            left & (last < opens),
            left & silent & (last <= foreseen),
            kind.isin([Kind.SLOW_DECLINE, Kind.SUDDEN_DECLINE]),
            kind == Kind.GROWING,
        ],
        ["gone", "leaving", "falling", "growing"],
        "",
    )
    return pd.Series(names, index=last.index)
