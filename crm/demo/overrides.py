"""What the demo company's people said against the figures: tiers and stages, with their reasons.

Some hold, one of each kind waits for an answer, one has expired; texts are (Chinese, English), by
the language of who proposes.
"""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.demo.draws import stream
from lifecycle.models import StageOverride, TierOverride
from lifecycle.models.overrides import OVERRIDES, Override


@dataclass(frozen=True)
class Said:
    """Of a customer of tier `of`; days count from today, before and after it."""

    kind: str
    of: str
    value: str
    proposed: int
    until: int
    reason: tuple[str, str]
    decided: int | None = None
    refused: tuple[str, str] | None = None
    ended: int | None = None
    end_reason: tuple[str, str] = ("", "")


# A table of texts reads better with one text a line.
# ruff: noqa: E501
PLAN = (
    Said(
        "tier", "B", "A", -45, 200, decided=-41,
        reason=("集团明年投产第二工厂，框架协议已经签字", "The group opens a second plant next year; the frame contract is signed"),
    ),
    Said(
        "tier", "A", "B", -70, 95, decided=-66,
        reason=("一笔项目订单抬高了全年数字，项目已经完工", "One project order lifted the whole year; the project is finished"),
    ),
    Said(
        "tier", "C", "A", -300, -30, decided=-295,
        reason=("新产线试用一年，由我们独家供货", "A trial year as the only supplier of its new line"),
    ),
    Said(
        "tier", "C", "B", -3, 180,
        reason=("对方总经理答应新厂房的框架订单，报价已发出", "Its director promised the frame order for the new hall; our offer is out"),
    ),
    Said(
        "tier", "B", "C", -120, 60, decided=-117,
        reason=("上个季度订单很少", "Few orders in the last quarter"),
        refused=("一个淡季不是理由，由数字来决定", "One quiet quarter is no reason: the figures will tell"),
    ),
    Said(
        "tier", "B", "A", -150, 30, decided=-146, ended=-20,
        reason=("准备扩建厂房，采购量将翻倍", "It builds a second hall and will buy twice as much"),
        end_reason=("扩建推迟到后年", "The hall is put off for two years"),
    ),
    Said(
        "stage", "A", "stability", -60, 150, decided=-55,
        reason=("采购经理说六成以上从我们这里买，年度数字还没有", "Its buyer says that over sixty percent comes from us; no yearly figures yet"),
    ),
    Said(
        "stage", "B", "decline", -2, 90,
        reason=("已向两家询价，春季订单减半", "It has asked two others for offers and halved its spring orders"),
    ),
    Said(
        "stage", "B", "exploration", -330, -60, decided=-326,
        reason=("停了一年后换了采购，从小单重新开始", "After a year's pause a new buyer begins again with small orders"),
    ),
)  # fmt: skip


def add(seed: int, owners: dict[int, User], ids: pd.Series, tiers: pd.Series, today: dt.date):
    """Each of another customer of its tier, by the customer's account manager."""
    managers = list(User.objects.filter(role=Role.MANAGER).order_by("pk"))
    order = stream(seed, "overrides").permutation(sorted(owners))
    free = {tier: [int(one) for one in order if tiers.get(one) == tier] for tier in "ABC"}
    rows: dict[str, list[Override]] = {kind: [] for kind in OVERRIDES}
    for place, said in enumerate(PLAN):
        if not free[said.of]:
            continue
        ordinal = free[said.of].pop()
        manager = managers[place % len(managers)]
        row = _row(said, owners[ordinal], manager, today)
        row.customer_id = int(ids[ordinal])
        rows[said.kind].append(row)
    TierOverride.objects.bulk_create(rows["tier"])
    StageOverride.objects.bulk_create(rows["stage"])


def _row(said: Said, by: User, manager: User, today: dt.date) -> Override:
    def day(days: int | None) -> dt.date | None:
        return None if days is None else today + dt.timedelta(days=days)

    def say(texts: tuple[str, str], who: User) -> str:
        return texts[0 if who.language.startswith("zh") else 1]

    decided = said.decided is not None
    state = Override.State.PROPOSED
    if decided:
        state = Override.State.REFUSED if said.refused else Override.State.APPROVED
    return OVERRIDES[said.kind](
        **{said.kind: said.value},
        reason=say(said.reason, by),
        until=day(said.until),
        state=state,
        proposed_by=by,
        proposed_on=day(said.proposed),
        decided_by=manager if decided else None,
        decided_on=day(said.decided),
        answer=say(said.refused, manager) if said.refused else "",
        ended_by=manager if said.ended else None,
        ended_on=day(said.ended),
        end_reason=say(said.end_reason, manager),
    )
