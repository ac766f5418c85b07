"""Giving open cases the deadlines and business hours of now: compared first, then on a word.

Both are jobs in shards, since twenty thousand cases take a while. A shard done twice gives the
same rows: cases that have the terms already are left out.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Mod
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.clockwork import MET, RUNNING, Reading
from complaints.models import Actor, Case, CaseEvent, Terms, TermsChange
from complaints.querysets import CaseQuerySet
from complaints.replay import Event
from complaints.services.clocks import BATCH, Clocks, histories, play, rederive
from complaints.services.events import append_note_to_all
from complaints.services.terms import current_terms, present_content
from complaints.states import Action
from crm.accounts.audit import Action as Audited
from crm.accounts.audit import audit
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform import jobs
from crm.platform.jobs import Hold
from crm.platform.models import Job, JobStep

SHARDS = 16
COMPARE, GIVE = "compare", "give"


@transaction.atomic
def compare(*, by: User) -> TermsChange:
    """Begin to look at what the present terms would change for open cases."""
    job = jobs.create_job(kind=Job.Kind.TERMS, steps=[(COMPARE, SHARDS)], started_by=by)
    change = TermsChange.objects.create(terms=current_terms(), by=by, comparing=job)
    transaction.on_commit(lambda: jobs.ring(job))
    return change


@transaction.atomic
def give(*, change: TermsChange, by: User) -> TermsChange:
    """Begin to give the compared terms to all open cases; a second click finds it begun."""
    change = TermsChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.giving_id:
        return change
    if change.comparing.state != Job.State.DONE:
        raise Refused(_("The comparison is not done yet."))
    if not is_present(change.terms):
        raise Refused(_("Deadlines or business hours have changed since: compare again."))
    change.by = by
    change.giving = jobs.create_job(kind=Job.Kind.TERMS, steps=[(GIVE, SHARDS)], started_by=by)
    change.save(update_fields=["by", "giving"])
    audit(by, Audited.SETTINGS_CHANGED, "deadlines of open cases", cases=change.cases)
    transaction.on_commit(lambda: jobs.ring(change.giving))
    return change


def is_present(terms: Terms) -> bool:
    """Whether a case that comes in now would have them."""
    return terms.digest == Terms.digest_of(present_content())


def latest() -> TermsChange | None:
    """The last one asked for."""
    return TermsChange.objects.select_related("terms", "by", "comparing", "giving").first()


def with_other_terms(terms_digest: str) -> CaseQuerySet:
    """Open cases that other policies or hours hold for."""
    return Case.objects.open().exclude(terms__digest=terms_digest)


def work(job_id: int) -> JobStep | None:
    """Do a shard that nobody does; None when there is nothing to do."""
    if not Job.objects.filter(pk=job_id, kind=Job.Kind.TERMS).exists():
        return None
    step = jobs.claim(job_id)
    if step is None:
        return None
    with Hold(step) as hold:
        # Of both jobs of a change: which one says the step.
        changes = TermsChange.objects.select_related("terms", "by")
        change = changes.get(**{"comparing" if step.name == COMPARE else "giving": job_id})
        with transaction.atomic():
            figures = (_compare if step.name == COMPARE else _give)(change, step.shard)
            added = {name: F(name) + figure for name, figure in figures.items()}
            jobs.finish(step, rows=sum(figures.values()), seconds=hold.seconds)
            TermsChange.objects.filter(pk=change.pk).update(**added)
    return step


def _shard(change: TermsChange, shard: int) -> CaseQuerySet:
    cases = with_other_terms(change.terms.digest).annotate(shard=Mod(F("pk"), SHARDS))
    return cases.filter(shard=shard).order_by("pk")


def _compare(change: TermsChange, shard: int) -> dict[str, int]:
    now, cases = timezone.now(), list(_shard(change, shard))
    different = overdue = 0
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        events, clocks = histories([case.pk for case in batch])
        for case in batch:
            readings = _by_other_terms(case, change.terms, events[case.pk], now)
            different += any(_differs(reading, clocks[case.pk]) for reading in readings)
            late = any(reading.is_breached_at(now) for reading in readings)
            overdue += late and not _is_late(case, clocks[case.pk], now)
    return {"cases": len(cases), "different": different, "overdue": overdue}


def _by_other_terms(
    case: Case, terms: Terms, events: Sequence[CaseEvent], now: dt.datetime
) -> list[Reading]:
    """What the clocks would show after the change, of which nothing is stored."""
    data = {"values": {"terms": terms.pk}, "was": {"terms": case.terms_id}}
    change = Event(Action.CHANGE, max(now, events[-1].at), data=data)
    return play(case, [*events, change]).readings


def _is_late(case: Case, clocks: Clocks, now: dt.datetime) -> bool:
    """Also where no sweep has said so yet."""
    running = [clock for clock in clocks.values() if clock.state == RUNNING]
    return case.is_breached or any(clock.due_at <= now for clock in running)


def _differs(reading: Reading, clocks: Clocks) -> bool:
    clock = clocks.get((reading.kind, reading.turn))
    if clock is None or reading.state == MET:
        return False
    is_later = reading.state == RUNNING and reading.due_at != clock.due_at
    return is_later or reading.target != clock.target


def _give(change: TermsChange, shard: int) -> dict[str, int]:
    now = timezone.now()
    cases = list(_shard(change, shard).select_for_update(of=("self",), no_key=True))
    append_note_to_all(
        cases,
        Action.CHANGE,
        by=change.by,
        actor=Actor.USER,
        now=now,
        fields={"terms": change.terms},
    )
    rederive(cases, now)
    return {"given": len(cases)}
