"""The fields of a referral, the headers of other systems, and the words for what came of it."""

from django.utils.translation import gettext_lazy as _

from customers.imports.fields import Date, Field, Text, Word
from customers.imports.kinds.words import choice
from customers.models import Referral

State = Referral.State
STATES = {
    State.NEW: "open, 新, 新建, 未跟进",
    State.TALKING: "in talks, contacted, 洽谈, 洽谈中, 跟进中",
    State.CUSTOMER: "won, became a customer, success, 成为客户, 已成交, 成交",
    State.NOTHING: "lost, came to nothing, failed, 无果, 未成交, 失败",
}

FIELDS = (
    Field(
        "customer",
        _("who recommended us"),
        Text(120),
        "referrer, referrer id, referred by, recommended by, from, from customer, "
        "推荐人, 推荐客户, 推荐方, 介绍人",
        required=True,
        help=_("The customer's key in the source; without a source, its number here."),
    ),
    Field(
        "referred",
        _("customer it became"),
        Text(120),
        "referred customer, referred id, new customer, to, to customer, 被推荐客户, 新客户",
        help=_("The key of a customer of ours; empty while it is none."),
    ),
    Field(
        "name",
        _("to whom"),
        Text(200),
        "referred name, company, company name, prospect, lead, 被推荐人, 被推荐方, 名称, 潜在客户",
        help=_("The name of whom we were recommended to; needed where the key is empty."),
    ),
    Field(
        "date",
        _("date"),
        Date(past=True),
        "on, referral date, referred on, 日期, 推荐日期",
        help=_("Needed for new referrals."),
    ),
    Field(
        "state",
        _("what came of it"),
        Word(choice(STATES), "bad_choice"),
        "status, result, outcome, 状态, 结果",
        help=_("new, talking, customer or nothing."),
    ),
    Field("remarks", _("remarks"), Text(5_000), "notes, comment, comments, 备注, 说明"),
)
