"""What is known of the demo company's contacts and what was heard from them: seed and rows in.

Attitudes, consent, birthdays, customs; who of those who decide left lately; flags by what a talk
was about. No database.
"""

import datetime as dt

import numpy as np
import pandas as pd

from crm.demo.draws import coins

ATTITUDES, ATTITUDE_SHARES = ("supporter", "neutral", "opponent", ""), (0.3, 0.32, 0.07, 0.31)
CONSENTS, CONSENT_SHARES = ("given", "refused", ""), (0.46, 0.06, 0.48)
CHANNELS, CHANNEL_SHARES = (
    ("phone", "mobile", "email", "message", "visit", ""),
    (0.14, 0.2, 0.24, 0.12, 0.06, 0.24),
)
# Of those who decide, so many left within so many days.
DEPARTED, DEPARTED_DAYS = 0.02, 85
BIRTHDAYS, CUSTOMS = 0.42, 0.09
CUSTOMS_WORDS = {
    "zh": (
        "不喝白酒，饭局安排茶馆",
        "忌讳数字4，报价避开",
        "清真饮食，宴请提前订餐厅",
        "不收礼品，公司有规定",
        "称呼用职务，不要直呼其名",
    ),
    "en": (
        "Vegetarian: choose the restaurant with care",
        "No gifts, not even calendars: company rule",
        "Does not drink; coffee in the morning is fine",
        "Prefers first names after the first meeting",
        "Observes Ramadan: no lunch meetings then",
    ),
}
# What a talk was about, by words in its subject, and what is likely to be heard in it.
HEARD = (
    (("Volume is down", "采购量下滑"), ("compares", "competitor")),
    (("Presses price", "压价"), ("price", "compares")),
    (("Late delivery again", "又一次晚交"), ("compares", "ending")),
    (("Price increase", "调价"), ("price",)),
    (("Yearly review", "年度回顾"), ("praise", "idea")),
    (("Thanks for the quick help", "感谢紧急送货"), ("praise",)),
    (("second production hall", "二期厂房"), ("idea",)),
    (("First order", "首单回访"), ("compares",)),
)
LIKELY = 0.62


def details(seed: int, people: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """By the rows of the contacts: attitude, channel, consent and its day, birthday, customs."""
    key = np.arange(len(people))
    found = pd.DataFrame(index=people.index)
    found["attitude"] = _drawn(seed, "attitude", key, ATTITUDES, ATTITUDE_SHARES)
    found["channel"] = _drawn(seed, "channel", key, CHANNELS, CHANNEL_SHARES)
    found["consent"] = _drawn(seed, "consent", key, CONSENTS, CONSENT_SHARES)
    asked = _days_ago(today, 20 + coins(seed, "asked", key) * 700)
    found["consent_on"] = np.where(found["consent"] == "", None, asked)
    born = _days_ago(today, (26 + 36 * coins(seed, "born", key)) * 365.25)
    found["birthday"] = np.where(coins(seed, "birthday", key) < BIRTHDAYS, born, None)
    luck = coins(seed, "customs", key) / CUSTOMS
    languages = people["language"].str[:2].to_numpy()
    found["customs"] = [
        CUSTOMS_WORDS[language][int(part * len(CUSTOMS_WORDS[language]))] if part < 1 else ""
        for language, part in zip(languages, luck, strict=True)
    ]
    return found


def departed(seed: int, people: pd.DataFrame, today: dt.date) -> pd.Series:
    """Who of those who decide left lately, and when; by the rows of the contacts."""
    key = np.arange(len(people))
    decides = (people["role"] == "decision_maker").to_numpy() & ~people["left"].to_numpy()
    left = decides & (coins(seed, "departed", key) < DEPARTED)
    days = _days_ago(today, 1 + coins(seed, "departed on", key) * DEPARTED_DAYS)
    return pd.Series(days, index=people.index)[left]


def heard(seed: int, subjects: list[str]) -> list[list[str]]:
    """What was heard in each of the talks."""
    luck = coins(seed, "heard", np.arange(len(subjects))[:, None], np.arange(2)[None, :])
    return [
        [flag for flag, coin in zip(_likely(subject), row, strict=False) if coin < LIKELY]
        for subject, row in zip(subjects, luck, strict=True)
    ]


def _likely(subject: str) -> tuple[str, ...]:
    for words, flags in HEARD:
        if any(word in subject for word in words):
            return flags
    return ()


def _drawn(seed: int, label: str, key: np.ndarray, values: tuple, shares: tuple) -> np.ndarray:
    place = np.searchsorted(np.cumsum(shares), coins(seed, label, key), side="right")
    return np.array(values, dtype=object)[np.minimum(place, len(values) - 1)]


def _days_ago(today: dt.date, days: np.ndarray) -> np.ndarray:
    """Dates so many days ago, as objects."""
    last = np.datetime64(today, "D")
    return (last - np.asarray(days).astype("timedelta64[D]")).astype(object)
