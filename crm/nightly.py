"""The nightly run: which steps, in which order. Anybody may work on it: command and workers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from complaints.services import learning, proposals
from crm.platform import jobs
from crm.platform.jobs import Hold, StaleClaim
from crm.platform.models import Job, JobStep
from customers.services import care, doubles
from lifecycle.models import NightlyRun
from lifecycle.services import (
    base,
    chain,
    complaint_studies,
    equity,
    history,
    leaving,
    loyalty,
    movement,
    peer_categories,
    rollup,
    runs,
    scoring,
    staging,
    standing,
    tiering,
    track_record,
    training,
    value_parts,
    value_rates,
)
from lifecycle.services.shards import Shard, inner_bounds, shard


@dataclass(frozen=True)
class Step:
    """One step: what it does with a run and a shard of the customers, returning its rows.

    One that is `beside` needs nothing of the step before: both are worked on at once.
    """

    name: str
    work: Callable[[NightlyRun, Shard], int]
    sharded: bool = False
    beside: bool = False


def roll_up(run: NightlyRun, part: Shard) -> int:
    """Touched customers' transactions are summed by day."""
    return rollup.roll_up(shard=part, as_of=run.as_of, everybody=run.rebuild)


def fit(run: NightlyRun, _: Shard) -> int:
    """Models are fitted, chosen and trained."""
    return training.fit(run)


def rates(run: NightlyRun, _: Shard) -> int:
    """Rates of take-up and referral are counted, which the parts of lifetime value rest on."""
    return value_rates.count(run)


def tiers(run: NightlyRun, _: Shard) -> int:
    """All customers together are cut into tiers."""
    return tiering.place(run)


def settle(run: NightlyRun, _: Shard) -> int:
    """Month-ends whose horizon has passed are settled: who was flagged, and who left."""
    return track_record.keep(run)


def build_standings(run: NightlyRun, _: Shard) -> int:
    """Standings are built aside."""
    run.customers = standing.build_standings(run)
    run.save(update_fields=["customers"])
    return run.customers


def build_valuations(run: NightlyRun, _: Shard) -> int:
    """Valuations are built aside."""
    return standing.build_valuations(run)


def swap(run: NightlyRun, _: Shard) -> int:
    """Standings and valuations are put in place, both at once."""
    return standing.swap(run)


def settle_leaving(run: NightlyRun, _: Shard) -> int:
    """Losses and returns are found, and what came of people's work on those at risk."""
    return leaving.settle(run)


def move(run: NightlyRun, _: Shard) -> int:
    """Stages and movements are counted."""
    return movement.record(run.as_of)


def count_loyalty(run: NightlyRun, _: Shard) -> int:
    """What loyalty shows is counted once a week, by a pass over all dealings."""
    if not loyalty.is_due(run.as_of):
        return 0
    return loyalty.record(run.as_of, staging.thresholds(run.models_used["settings"]))


def keep_care(run: NightlyRun, _: Shard) -> int:
    """What tiers are owed is opened, settled and made into tasks, as of today whatever the night:
    a visit is owed by the calendar of those who make it. A night that others are due to follow
    leaves it to them, since by the tiers of long ago nobody is owed anything.
    """
    return care.keep_up() if runs.is_newest_due(run.as_of) else 0


def learn(run: NightlyRun, _: Shard) -> int:
    """What complaints teach is counted, improvements are proposed, and once a week the links of the
    service-profit chain. A night that others are due to follow leaves it to them: what recurred
    long ago is no news.
    """
    if not runs.is_newest_due(run.as_of):
        return 0
    rows = learning.record(run.as_of) + proposals.propose(run.as_of)
    rows += complaint_studies.record(run.as_of)
    return rows + (chain.record(run.as_of) if chain.is_due(run.as_of) else 0)


def duplicates(run: NightlyRun, _: Shard) -> int:
    """Customers that may be one are put side by side."""
    return doubles.find_all()


def close(run: NightlyRun, _: Shard) -> int:
    """Dashboards get their sums, cards what peers buy, and the scratch tables are emptied."""
    rows = base.record_base(run.as_of) + peer_categories.count(run.as_of)
    rows += equity.record(run.as_of)
    training.empty_scratch()
    value_rates.empty_scratch()
    return rows


STEPS = (
    Step("roll_up", roll_up, sharded=True),
    Step("fit", fit),
    # It needs nothing of the night; here somebody is idle.
    Step("duplicates", duplicates, beside=True),
    Step("score", scoring.score, sharded=True),
    Step("value_rates", rates),
    Step("value_parts", value_parts.value, sharded=True),
    Step("tiers", tiers),
    Step("history", history.record, sharded=True),
    Step("track_record", settle),
    Step("standing", build_standings),
    Step("valuation", build_valuations, beside=True),
    Step("swap", swap),
    # All of these read the standings and write tables of their own; the longest first.
    Step("care", keep_care),
    Step("loyalty", count_loyalty, beside=True),
    Step("base", close, beside=True),
    Step("movement", move, beside=True),
    Step("leaving", settle_leaving, beside=True),
    Step("learning", learn, beside=True),
)
WORK = {step.name: step.work for step in STEPS}


def plan(run: NightlyRun, shard_size: int | None = None) -> None:
    """Cut the customers into shards and make the steps; whoever comes second finds them made."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=run.job_id)
        if run.job.steps.exists():
            return
        bounds = inner_bounds(shard_size)
        NightlyRun.objects.filter(pk=run.pk).update(models_used={"bounds": bounds})
        shards = len(bounds) + 1
        jobs.add_steps(
            job=run.job,
            steps=[(step.name, shards if step.sharded else 1) for step in STEPS],
            beside=[step.name for step in STEPS if step.beside],
        )


def work_step(job_id: int) -> JobStep | None:
    """Claim a step of the job and do it; None when there is none to be had now."""
    run = NightlyRun.objects.select_related("job").get(job=job_id)
    if not run.job.total and run.job.is_open:
        plan(run)
    step = jobs.claim(job_id)
    if step is None:
        return None
    with Hold(step) as hold:
        if jobs.has_due(job_id):
            jobs.ring(run.job)
        _quicken_ends()
        with transaction.atomic():
            _give_room(_is_sharded(step))
            run.refresh_from_db()
            part = shard(run.models_used["bounds"], step.shard) if _is_sharded(step) else Shard()
            rows = WORK[step.name](run, part)
            jobs.finish(step, rows=rows, seconds=hold.seconds)
    return step


def work_on(job_id: int) -> Iterator[JobStep]:
    """Do steps of the job until there is none to be had; yields each one done."""
    while True:
        try:
            step = work_step(job_id)
        except StaleClaim:
            continue
        if step is None:
            return
        yield step


def _is_sharded(step: JobStep) -> bool:
    return any(known.sharded for known in STEPS if known.name == step.name)


def _give_room(is_sharded: bool) -> None:
    """Sums and joins of all customers stay in memory, until the end of the transaction.

    A shard is one process's share: others work on the next ones, and where PostgreSQL split it once
    more, each of its helpers would sum all that it joins. Nor does it wait for the disk at its end:
    a server that falls takes the last steps with it whole, and they are claimed again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL synchronous_commit = off")
        if is_sharded:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _quicken_ends() -> None:
    """The server notices soon when this process is killed, and lets go of its locks."""
    with connection.cursor() as cursor:
        cursor.execute("SET client_connection_check_interval = '2s'")
        cursor.execute("SET idle_in_transaction_session_timeout = '5min'")
