"""Visits, calls and messages with the customers, and the tasks that follow from them."""

import datetime as dt

import numpy as np
import pandas as pd

from crm.demo import phrases, seasons, staff
from crm.demo.draws import coins, day_number
from crm.demo.model import Kind

TALK_DAYS = 730
_ZONES = {seasons.CHINA: "Asia/Shanghai", seasons.EUROPE: "Europe/London"}
USUAL, TROUBLE, TRIAL = 0, 1, 2
_TOPICS = {
    (USUAL, seasons.CHINA): phrases.USUAL_ZH,
    (USUAL, seasons.EUROPE): phrases.USUAL_EN,
    (TROUBLE, seasons.CHINA): phrases.TROUBLE_ZH,
    (TROUBLE, seasons.EUROPE): phrases.TROUBLE_EN,
    (TRIAL, seasons.CHINA): phrases.TRIAL_ZH,
    (TRIAL, seasons.EUROPE): phrases.TRIAL_EN,
}


def interactions(
    seed: int, here, contacts: pd.DataFrame, dealt: pd.DataFrame, since: dt.date, until: dt.date
) -> pd.DataFrame:
    """What passed from `since` to `until`, both included: one row an interaction.

    `dealt`, index ordinal: `first` and `last` purchase. Who is spoken to on which day is a
    function of the day and the customer alone, so that a later night goes on where this ends.
    """
    days = np.arange(np.datetime64(since), np.datetime64(until) + 1)
    talks = _talk_days(seed, here.traits, dealt, days)
    mine = here.register.loc[talks["ordinal"]].reset_index(drop=True)
    talks["calendar"] = here.traits.loc[talks["ordinal"], "calendar"].to_numpy()
    key = (talks["ordinal"].to_numpy(), day_number(talks["day"]))
    talks["by"] = _our_people(seed, key, mine)
    talks["at"] = _times(seed, key, talks)
    talks["contact"] = _their_people(seed, key, talks, contacts)
    talks["mood"] = _moods(here.traits, talks, dealt)
    return _worded(seed, key, here, talks)


def _talk_days(seed: int, traits: pd.DataFrame, dealt: pd.DataFrame, days) -> pd.DataFrame:
    """Larger customers are spoken to more often; nobody long before or after their dealings."""
    mine = traits.loc[dealt.index]
    worth = (mine["rate"] * mine["spend"]).rank(pct=True).to_numpy()
    trial = (mine["kind"] == Kind.EXPLORING).to_numpy()
    monthly = np.where(trial, 1.2, 0.06 + 0.85 * worth**3)
    # Every second silent leaver was neglected: nobody spoke to it in the months before.
    neglected = (mine["kind"] == Kind.SILENT).to_numpy() & (
        coins(seed, "neglect", mine.index) < 0.5
    )
    first, last = (dealt[name].to_numpy().astype("datetime64[D]") for name in ("first", "last"))
    rests = np.where(neglected, -120, 75).astype("timedelta64[D]")
    weights = seasons.weights(days[0].astype(object), len(days))[mine["calendar"].to_numpy()]
    chance = monthly[:, None] / 30.4 * weights
    hit = coins(seed, "talk", mine.index.to_numpy()[:, None], day_number(days)[None, :]) < chance
    hit &= (days[None, :] >= (first - 9)[:, None]) & (days[None, :] <= (last + rests)[:, None])
    row, column = np.nonzero(hit)
    return pd.DataFrame({"ordinal": mine.index.to_numpy()[row], "day": days[column]})


def _our_people(seed: int, key: tuple, mine: pd.DataFrame) -> np.ndarray:
    """The owner; now and then, or where there is none, the lead of the team."""
    leads = {person.team: person.username for person in staff.PEOPLE if person.is_lead}
    lead = mine["team"].map(leads)
    return np.where((mine["owner"] == "") | (coins(seed, "lead", *key) < 0.06), lead, mine["owner"])


def _times(seed: int, key: tuple, talks: pd.DataFrame) -> pd.Series:
    """Between 8:30 and 17:30 where the customer is, in quarters of an hour; UTC."""
    quarters = np.floor(coins(seed, "time", *key) * 36) + 34
    local = pd.Series(talks["day"].to_numpy().astype("datetime64[s]")) + pd.to_timedelta(
        quarters * 15, unit="min"
    )
    parts = [
        local[talks["calendar"] == calendar].dt.tz_localize(zone).dt.tz_convert("UTC")
        for calendar, zone in _ZONES.items()
    ]
    return pd.concat(parts).sort_index()


def _their_people(seed: int, key: tuple, talks: pd.DataFrame, contacts: pd.DataFrame) -> np.ndarray:
    """The row of a contact who is still there, -1 where none was noted."""
    there = contacts[~contacts["left"]].sort_values("ordinal", kind="stable")
    begin = np.searchsorted(there["ordinal"], talks["ordinal"], side="left")
    count = np.searchsorted(there["ordinal"], talks["ordinal"], side="right") - begin
    place = begin + np.floor(coins(seed, "whom", *key) ** 1.5 * count).astype(int)
    noted = (coins(seed, "noted", *key) < 0.85) & (count > 0)
    rows = np.append(there.index.to_numpy(), -1)
    return np.where(noted, rows[np.minimum(place, len(rows) - 1)], -1)


def _moods(traits: pd.DataFrame, talks: pd.DataFrame, dealt: pd.DataFrame) -> np.ndarray:
    mine = traits.loc[talks["ordinal"]]
    first, last = (dealt.loc[talks["ordinal"], name].to_numpy() for name in ("first", "last"))
    final = dealt["last"].max()
    kind = mine["kind"].to_numpy()
    falling = np.isin(kind, [Kind.SLOW_DECLINE, Kind.SUDDEN_DECLINE])
    since = np.where(kind == Kind.SLOW_DECLINE, 200, mine["change"].to_numpy())
    days = talks["day"].to_numpy()
    trouble = falling & (days > np.datetime64(final) - since.astype("timedelta64[D]"))
    gone = np.isin(kind, [Kind.SILENT, Kind.ENDED])
    trouble |= gone & (days > last - np.timedelta64(30, "D"))
    # Whoever has been silent for long by its own rhythm does not talk of business as usual.
    quiet = np.maximum(2.5 / mine["rate"].to_numpy(), 35).round().astype("timedelta64[D]")
    trouble |= days > last + quiet
    early = days < first + np.timedelta64(45, "D")
    return np.select([trouble, early], [TROUBLE, TRIAL], USUAL)


def _worded(seed: int, key: tuple, here, talks: pd.DataFrame) -> pd.DataFrame:
    """Subject, notes, outcome, kind, direction and next step in the customer's language."""
    pick, note, small, style = (coins(seed, part, *key) for part in ("pick", "note", "n", "style"))
    favourite = here.shelf.take(talks["ordinal"].to_numpy(), coins(seed, "about", *key))
    labels = here.shelf.products["category"].str.rsplit(" ", n=1)
    rows = []
    for place, (mood, calendar) in enumerate(zip(talks["mood"], talks["calendar"], strict=True)):
        topics = _in_season(_TOPICS[mood, calendar], talks["day"].iloc[place].month)
        topic = topics[int(pick[place] * len(topics))]
        english, chinese = labels.iloc[favourite[place]]
        words = {
            "c": chinese if calendar == seasons.CHINA else english.lower(),
            "n": 2 + int(small[place] * 6),
        }
        notes = topic.notes[int(note[place] * len(topic.notes))] if note[place] < 0.8 else ""
        rows.append(
            {
                "kind": topic.kinds[int(style[place] * len(topic.kinds))],
                "direction": "in" if topic.from_customer else "out",
                "subject": _fill(topic.subject, words, calendar),
                "notes": _fill(notes, words, calendar),
                "outcome": _fill(topic.outcome, words, calendar),
                "next_step": _fill(topic.next_step, words, calendar),
            }
        )
    worded = pd.DataFrame(
        rows, columns=["kind", "direction", "subject", "notes", "outcome", "next_step"]
    )
    return pd.concat([talks[["ordinal", "day", "at", "by", "contact"]], worded], axis=1)


def _in_season(topics: tuple, month: int) -> list:
    """What is said before Christmas or the Chinese new year is not said in June."""
    times = {"Christmas": (11, 12), "春节": (1, 12), "January": (11, 12, 1), "年初": (12, 1, 2)}
    return [
        topic
        for topic in topics
        if all(month in months for word, months in times.items() if word in topic.subject)
    ]


def _fill(text: str, words: dict, calendar: int) -> str:
    filled = text.format(**words)
    if calendar == seasons.CHINA:
        return filled.replace(", ", "，").replace(": ", "：")
    return filled[:1].upper() + filled[1:]


def tasks(seed: int, here, talks: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Next steps of the conversations and things noted by hand; the old ones are done.

    Columns: ordinal, title, assignee, due, created (UTC), closed (UTC or NaT), state, origin.
    """
    made = talks[talks["next_step"] != ""]
    key = (made["ordinal"].to_numpy(), day_number(made["day"]))
    made = made[coins(seed, "task", *key) < 0.5]
    steps = pd.DataFrame(
        {
            "ordinal": made["ordinal"],
            "title": made["next_step"],
            "assignee": made["by"],
            "created": made["at"],
            "origin": "next_step",
        }
    )
    every = pd.concat([steps, _by_hand(seed, here, talks, today)], ignore_index=True)
    return _closed(seed, every, today)


def _by_hand(seed: int, here, talks: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Some customers spoken to lately have a task that has nothing to do with the talk."""
    recent = talks[talks["day"] > np.datetime64(today - dt.timedelta(days=120))]
    key = (recent["ordinal"].to_numpy(), day_number(recent["day"]))
    mine = recent[coins(seed, "hand", *key) < 0.16].drop_duplicates("ordinal")
    key = (mine["ordinal"].to_numpy(), day_number(mine["day"]))
    which = coins(seed, "title", *key)
    chinese = here.traits.loc[mine["ordinal"], "calendar"].to_numpy() == seasons.CHINA
    titles = np.where(
        chinese, _choose(phrases.HAND_TASKS_ZH, which), _choose(phrases.HAND_TASKS_EN, which)
    )
    return pd.DataFrame(
        {
            "ordinal": mine["ordinal"],
            "title": titles,
            "assignee": mine["by"],
            "created": mine["at"] + pd.Timedelta(minutes=20),
            "origin": "hand",
        }
    )


def _choose(texts: tuple, uniform: np.ndarray) -> np.ndarray:
    return np.array(texts, dtype=object)[np.floor(uniform * len(texts)).astype(int)]


def _closed(seed: int, every: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Due dates a few days ahead; what was due long ago is done, a little of it dropped."""
    number = day_number(every["created"].dt.tz_localize(None).to_numpy())
    key = (every["ordinal"].to_numpy(), number, np.arange(len(every)))
    ahead = np.floor(3 + 18 * coins(seed, "due", *key))
    due = every["created"].dt.tz_localize(None).dt.normalize() + pd.to_timedelta(ahead, unit="D")
    weekend = np.maximum(7 - due.dt.day_of_week.to_numpy(), 0)
    every["due"] = due + pd.to_timedelta(np.where(weekend <= 2, weekend, 0), unit="D")
    days_over = (pd.Timestamp(today) - every["due"]).dt.days.to_numpy()
    luck = coins(seed, "done", *key)
    done = np.select(
        [days_over > 30, days_over > 10, days_over > 0],
        [luck < 1, luck < 0.97, luck < 0.88],
        luck < 0.06,
    )
    closed = every["created"] + pd.to_timedelta(ahead * coins(seed, "speed", *key) + 0.2, unit="D")
    late = done & (closed >= pd.Timestamp(today, tz="UTC"))
    done = done & ~late
    dropped = done & (coins(seed, "drop", *key) < 0.06)
    every["state"] = np.select([dropped, done], ["dropped", "done"], "open")
    every["closed"] = closed.where(done)
    return every
