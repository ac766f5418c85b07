"""What people of the demo company keep in the list: saved filters, and customers handed over."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone, translation

from crm import handover
from crm.accounts.models import User
from customers.models import Customer, Handover, Interaction, MassAction, SavedView, Tag, Task
from customers.services import mass

# Whose, under which name, with which filter, shared with the team or not.
VIEWS = (
    ("emma.whitfield", "At risk and worth it", "owner=all&risk=high&sort=-at_risk", True),
    ("emma.whitfield", "Not heard from us for 60 days", "no_contact_out=60&sort=-value", False),
    ("rory.mcallen", "A customers of ours", "owner=all&tier=A&sort=name", False),
    (
        "helen.zhao",
        "核心客户：客户 90 天没有消息",
        "key_account=yes&no_contact_in=90&sort=-value",
        False,
    ),
    ("gu.yifan", "华东 衰退期客户", "owner=all&stage=decline&sort=-at_risk", True),
    ("grace.okoye", "A customers", "tier=A&sort=name", False),
)
# From whom to whom, the first of how many customers, with which words, how long ago.
OFFERED = (
    *("rory.mcallen", "emma.whitfield", slice(3, 6)),
    "I take over the Nordics in spring. These three know you from the trade fair; the first one"
    " expects a call about the new contract.",
    1,
)
ACCEPTED = (
    *("deng.kai", "huang.wenjing", slice(2, 4)),
    "两家都在佛山，离您更近。采购经理习惯用微信联系，请先打个招呼。",
    12,
)


# Who marked the first of how many customers with which tag, all at once.
TAGGED = ("helen.zhao", "rory.mcallen", slice(0, 12), "Trade fair 2026")


@transaction.atomic
def add_list_work() -> None:
    """Filters, an offer that waits for its answer, one that was accepted, a tag given to many."""
    people = {user.username: user for user in User.objects.select_related("team")}
    SavedView.objects.bulk_create(
        SavedView(
            user=people[who], name=name, query=query, team=people[who].team if shared else None
        )
        for who, name, query, shared in VIEWS
    )
    _tag(people, *TAGGED)
    _offer(people, *OFFERED)
    with translation.override("zh-hans"):
        accepted = _offer(people, *ACCEPTED)
        handover.accept(by=people[ACCEPTED[1]], pk=accepted.pk)
    _date_back(accepted, ACCEPTED[-1])


def _tag(people: dict[str, User], by: str, owner: str, which: slice, name: str) -> None:
    tag = Tag.objects.get_or_create(name=name)[0]
    mass.act(
        by=people[by],
        customer_ids=_customers(people[owner], which),
        order=mass.Order(MassAction.Kind.TAG, tag=tag),
        submission=uuid.uuid5(uuid.NAMESPACE_OID, name),
    )


def _offer(
    people: dict[str, User], giver: str, taker: str, which: slice, note: str, days: int
) -> Handover:
    made = handover.offer(
        by=people[giver],
        taker=people[taker],
        customer_ids=_customers(people[giver], which),
        note=note,
    ).handover
    at = timezone.now() - dt.timedelta(days=days)
    Handover.objects.filter(pk=made.pk).update(offered_at=at)
    return made


def _customers(giver: User, which: slice) -> Sequence[int]:
    """Some of the giver's, those first with whom much is open."""
    own = Customer.objects.filter(account_manager=giver, is_active=True)
    own = own.annotate(work=Count("tasks", filter=Q(tasks__state=Task.State.OPEN)))
    return list(own.order_by("-work", "number").values_list("pk", flat=True)[which])


def _date_back(accepted: Handover, days: int) -> None:
    """It was answered the day after it was offered, and each customer's note is of that day."""
    at = timezone.now() - dt.timedelta(days=days - 1)
    Handover.objects.filter(pk=accepted.pk).update(moved_at=at, answered_at=at)
    notes = Interaction.objects.filter(
        customer__in=accepted.items.values("customer"), kind=Interaction.Kind.NOTE
    )
    notes.filter(by=accepted.taker).update(at=at)
