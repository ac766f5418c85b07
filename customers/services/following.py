"""Watching customers, mentioning colleagues, and the notices that come of both."""

import re
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer, Interaction, Notice, Watch

# Not within a word or an address: ann@example.com mentions nobody. Chinese needs no spaces.
MENTION = re.compile(r"(?<![A-Za-z0-9_.+-])@([\w.@+-]{1,150})")
MOST_MENTIONS = 50  # of a text; more names are no call on anybody
LONGEST_TEXT = 300
SHOWN_AT_MOST = 99


def mentioned(text: str) -> list[User]:
    """The active users whom a text calls by @username, each once, whoever may see what."""
    runs = MENTION.findall(text)[:MOST_MENTIONS]
    candidates = {name for run in runs for name in _beginnings(run)}
    if not candidates:
        return []
    users = User.objects.active().annotate(folded=Lower("username")).filter(folded__in=candidates)
    by_name = {user.folded: user for user in users}
    called = (next((by_name[n] for n in _beginnings(run) if n in by_name), None) for run in runs)
    return list(dict.fromkeys(user for user in called if user))


def _beginnings(run: str) -> list[str]:
    """What may be a user name at the start of a run, the longest first.

    A name ends where no letter or digit of Latin script follows: "@ann, look" and "@ann看" mention
    ann, "@anna" does not.
    """
    run = run.lower()
    ends = [end for end in range(1, len(run)) if not re.match("[a-z0-9_]", run[end])]
    return [run[:end] for end in [len(run), *reversed(ends)]]


def seers(users: Iterable[User], customer: Customer | None) -> list[User]:
    """Those of the users who may know of the customer."""
    users = [user for user in users if user.is_active]
    if customer is None:
        return users
    return [user for user in users if _sees(user, customer)]


def _sees(user: User, customer: Customer) -> bool:
    """As `visible_to` does, for a customer at hand."""
    in_team = user.team_id is not None and user.team_id == customer.team_id
    return user.sees_all_customers or user.pk == customer.account_manager_id or in_team


def tell(
    *,
    users: Iterable[User],
    customer: Customer | None,
    kind: str,
    cause: str,
    text: str,
    by: User | None,
) -> int:
    """Give a notice to those of the users who see the customer; not to who caused it.

    One a user and cause, however often it is called. Returns how many users it was meant for.
    """
    return give(notices(users=users, customer=customer, kind=kind, cause=cause, text=text, by=by))


def notices(
    *,
    users: Iterable[User],
    customer: Customer | None,
    kind: str,
    cause: str,
    text: str,
    by: User | None,
) -> list[Notice]:
    """What `tell` would give, to be given together with others."""
    receivers = [user for user in seers(users, customer) if by is None or user.pk != by.pk]
    now = timezone.now()
    return [
        Notice(
            user=user,
            customer=customer,
            kind=kind,
            cause=cause,
            text=text[:LONGEST_TEXT],
            by=by,
            at=now,
        )
        for user in receivers
    ]


def give(found: Sequence[Notice]) -> int:
    """Keep notices, each once; returns how many there are."""
    Notice.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


@transaction.atomic
def tell_of_interaction(interaction: Interaction, *, by: User | None = None) -> None:
    """Notices for those whom its notes mention, and for those who watch its customer.

    `by` is who wrote the notes, where that is not who logged the interaction.
    """
    customer, by = interaction.customer, by or interaction.by
    called = mentioned(interaction.notes)
    common = {"customer": customer, "text": interaction.subject, "by": by}
    tell(users=called, kind=Notice.Kind.MENTION, cause=f"mention:{interaction.pk}", **common)
    others = watchers(customer).exclude(pk__in=[user.pk for user in called])
    tell(
        users=others, kind=Notice.Kind.INTERACTION, cause=f"interaction:{interaction.pk}", **common
    )


def watchers(customer: Customer) -> QuerySet[User]:
    return User.objects.active().filter(watches__customer=customer)


def is_watching(user: User, customer: Customer) -> bool:
    return Watch.objects.filter(user=user.pk, customer=customer).exists()


def watch(*, user: User, customer: Customer, on: bool) -> None:
    """Begin or end to watch a customer; twice is the same as once."""
    if on:
        Watch.objects.get_or_create(user=user, customer=customer)
    else:
        Watch.objects.filter(user=user, customer=customer).delete()


def unseen(user: User) -> int:
    """How many notices wait, for the frame of every page: 100 at most, so that it stays cheap."""
    waiting = Notice.objects.visible_to(user).unseen().order_by()
    return waiting[: SHOWN_AT_MOST + 1].count()


def see(user: User, *, until: int) -> int:
    """Mark the notices up to this one as seen: those that came meanwhile stay new."""
    return Notice.objects.filter(user=user.pk, seen_at=None, pk__lte=until).update(
        seen_at=timezone.now()
    )
