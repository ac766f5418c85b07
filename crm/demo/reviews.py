"""Business reviews of the demo company: those that were given, and a few that wait for it."""

import datetime as dt

from crm.demo.bulk import copy_models
from crm.demo.draws import coins, midnight
from crm.reports.forms import last_months
from customers.models import CareDue, ReviewReport

MONTHS = 6
WAITING = dt.timedelta(days=4)
OUTLOOKS = {
    "en": (
        "Trial of the coated cutting tools on line two, results by the end of next quarter.\n"
        "Call-off orders each Monday instead of single orders.\n"
        "We meet again in six months.",
        "Stock of the ten most used items at your works, checked by us each month.\n"
        "A joint day at our test centre with your maintenance crew.",
        "We go through the complaints of this half-year together and report what we changed.\n"
        "Prices for the coming year by the end of October.",
    ),
    "zh-hans": (
        "二号线试用涂层刀具，下季度末前给出结果。\n由单次下单改为每周一集中要货。\n半年后再次会面。",
        "在贵厂常备十种最常用物料，我方每月盘点一次。\n请贵方维修人员到我方试验中心交流一天。",
        "双方一起回顾本半年的投诉，我方说明已做的改进。\n十月底前提交明年的价格方案。",
    ),
}


def review(
    seed: int, *, customer: int, name: str, owner: int, day: dt.date, given: bool = True
) -> ReviewReport:
    """A review of the half-year before a day, in the customer's language."""
    chinese = any("\u4e00" <= character <= "\u9fff" for character in name)
    language = "zh-hans" if chinese else "en"
    texts = OUTLOOKS[language]
    place = int(float(coins(seed, "outlook", customer, day.toordinal())) * len(texts))
    since, until = last_months(MONTHS, day)
    return ReviewReport(
        customer_id=customer,
        since=since,
        until=until,
        language=language,
        outlook=texts[place],
        made_by_id=owner,
        made_at=midnight(day),
        given_on=day if given else None,
    )


def add_drafts(seed: int, today: dt.date) -> None:
    """Each account manager has written one, for the customer that is owed it soonest."""
    owed = CareDue.objects.filter(rule__action="report", state=CareDue.State.OWED)
    owed = owed.filter(customer__account_manager__isnull=False).select_related("customer")
    soonest = {
        due.customer.account_manager_id: due.customer for due in owed.order_by("-due_on", "-pk")
    }
    copy_models(
        [
            review(
                seed,
                customer=customer.pk,
                name=customer.name,
                owner=customer.account_manager_id,
                day=today - WAITING,
                given=False,
            )
            for customer in soonest.values()
        ]
    )
