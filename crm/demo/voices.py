"""What the demo company hears, who answers for it, and what it changed because of it.

Planted, so that pages and tests can be held against the truth: an action made answers quicker after
the first survey, which the second one shows (`surveys.LEARNED`); another one changed nothing.
"""

import datetime as dt

import pandas as pd

from crm.accounts.models import User
from crm.demo import surveys
from crm.demo import voice_words as words
from crm.demo.bulk import copy_models
from crm.demo.draws import coins, midnight
from customers.models import Customer, Touchpoint
from satisfaction.models import (
    CollectionPlan,
    Feedback,
    ImprovementAction,
    Measure,
    SatisfactionTarget,
    SelfAssessment,
    Wave,
)
from satisfaction.services.improvement import edit_action, proposed_verdict, verify_action

TALKS, YEAR = 90, 360
JUDGED_AGO = (YEAR, 40)
TARGETS = (("", "index", 70), ("A", "index", 75), ("B", "index", 71), ("A", "nps", 30))
SLOW_TO_FAST = "Every question is answered within two hours, by a rota 问题两小时内答复，轮班值守"
FRIENDLIER = "Training in talking with customers 客户沟通培训"


def add_voices(seed: int, ids: pd.Series, today: dt.date) -> None:
    """Feedback, its plan, touchpoints with owners, targets, and actions with their verification."""
    users = {user.username: user for user in User.objects.all()}
    if not users.keys() >= {"helen.zhao", "emma.whitfield"}:
        return
    _add_feedback(seed, ids, users, today)
    for source, who, frequency, analysed in words.PLANS:
        CollectionPlan.objects.create(
            source=source,
            in_charge=users.get(who),
            frequency=frequency,
            analysed=analysed,
            acted_on=words.ACTED_ON,
            verified=words.VERIFIED,
            version=1,
        )
    for code, (who, standard) in words.STANDARDS.items():
        Touchpoint.objects.filter(code=code).update(owner=users.get(who), standard=standard)
    begun = today - dt.timedelta(days=400)
    SatisfactionTarget.objects.bulk_create(
        SatisfactionTarget(tier=tier, measure=measure, value=value, from_on=begun)
        for tier, measure, value in TARGETS
    )
    _add_actions(users, today)
    _add_judgements(users["helen.zhao"], today)


def _add_feedback(seed: int, ids: pd.Series, users: dict, today: dt.date) -> None:
    touchpoints = dict(Touchpoint.objects.values_list("code", "pk"))
    rows = []
    customers = _some_customers(seed, ids)
    for place, customer in enumerate(customers):
        told = words.OF_CUSTOMERS[int(len(words.OF_CUSTOMERS) * _luck(seed, "talk", place))]
        days = 1 + int(YEAR * _luck(seed, "talked", place))
        # In their own language: a name without Latin letters tells it.
        is_chinese = not customer.name.isascii()
        by = customer.account_manager or users["helen.zhao"]
        rows.append(_row(told, is_chinese, today - dt.timedelta(days=days), by, touchpoints))
        rows[-1].customer = customer
    for place, told in enumerate(words.OF_MARKET):
        last = words.SILENT[told[0]]
        for turn in range(2):
            day = today - dt.timedelta(days=last + 97 * turn + 11 * (place % 3))
            rows.append(_row(told, bool(turn), day, users["helen.zhao"], touchpoints))
    copy_models(rows)


def _luck(seed: int, label: str, number: int) -> float:
    return float(coins(seed, label, number))


def _some_customers(seed: int, ids: pd.Series) -> list[Customer]:
    luck = coins(seed, "who talks", ids.index.to_numpy())
    chosen = ids[luck.argsort()[:TALKS]]
    found = Customer.objects.select_related("account_manager").in_bulk(chosen.unique().tolist())
    return [found[pk] for pk in sorted(found)]


def _row(told: tuple, is_chinese: bool, day: dt.date, by: User, touchpoints: dict) -> Feedback:
    source, tone, dimension, touchpoint, english, chinese, origin = told
    return Feedback(
        source=source,
        said_on=day,
        words=chinese if is_chinese else english,
        tone=tone,
        dimension=dimension,
        touchpoint_id=touchpoints.get(touchpoint),
        origin=origin,
        recorded_by=by,
        recorded_at=midnight(day) + dt.timedelta(hours=15),
    )


def _add_actions(users: dict[str, User], today: dt.date) -> None:
    """One that helped, one that did not, one that waits, one that is late."""
    names = [plan.name for plan in surveys.plans(today)]
    waves = list(Wave.objects.filter(name__in=names).order_by("opens_on"))
    if len(waves) < 2:
        return
    before, after = waves[:2]
    helen, emma = users["helen.zhao"], users["emma.whitfield"]
    common = {"made_by": helen, "wave_before": before}
    quick = ImprovementAction.objects.create(
        finding="Responsiveness is the weakest of the five 响应性最弱",
        cause="Nobody is in charge of questions after four o’clock 下午四点后无人负责",
        what=SLOW_TO_FAST,
        measure="service",
        owner=emma,
        due_on=after.opens_on - dt.timedelta(days=20),
        gauge=Measure.RESPONSIVENESS,
        **common,
    )
    trained = ImprovementAction.objects.create(
        finding="Some customers feel unknown 部分客户感到被忽视",
        cause="We never learned how to listen 缺乏倾听训练",
        what=FRIENDLIER,
        measure="staff",
        owner=users.get("liang.zhihao", helen),
        due_on=after.opens_on - dt.timedelta(days=30),
        gauge=Measure.EMPATHY,
        **common,
    )
    for action, result in ((quick, "The rota runs 轮班已运行"), (trained, "All trained 全员培训")):
        values = {"state": "done", "result": result, "wave_after": after}
        action = edit_action(pk=action.pk, version=1, values=values)
        if verdict := proposed_verdict(ImprovementAction.objects.get(pk=action.pk)):
            verify_action(action=action, by=helen, verdict=verdict, words="")
    _add_open(users, before, today)


def _add_open(users: dict[str, User], before: Wave, today: dt.date) -> None:
    open_ones = (
        ("Reliable days of delivery 送货日期可靠", "product", Measure.RELIABILITY, 45),
        ("Welcome calls to new customers 新客户欢迎电话", "alliance", Measure.EMPATHY, -12),
    )
    for what, measure, gauge, days in open_ones:
        action = ImprovementAction.objects.create(
            what=what,
            measure=measure,
            owner=users["emma.whitfield"],
            due_on=today + dt.timedelta(days=days),
            gauge=gauge,
            made_by=users["helen.zhao"],
        )
        edit_action(pk=action.pk, version=1, values={"wave_before": before})
    # What customers are worth is known after the first night.
    ImprovementAction.objects.update(gauged_at=None)


def _add_judgements(by: User, today: dt.date) -> None:
    """How far we were a year ago and are now, by the eight items of the Baldrige criteria."""
    for place, ago in enumerate(JUDGED_AGO):
        rows = SelfAssessment.objects.bulk_create(
            SelfAssessment(item=item, by=by, score=judged[place][0], words=judged[place][1])
            for item, judged in words.JUDGED.items()
        )
        on = midnight(today - dt.timedelta(days=ago))
        SelfAssessment.objects.filter(pk__in=[row.pk for row in rows]).update(at=on)
