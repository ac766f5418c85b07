"""Taking a list out: at once when it is short, by a worker when it is long; always written down."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.exports import csv_file, xlsx_file
from crm.exports.columns import Value
from crm.exports.table import AS, COLUMN, Listing
from crm.platform import jobs
from crm.platform.models import Export, Installation, Job

AT_ONCE = 5_000  # rows that go out while the person waits
MOST_OPEN = 3  # exports of one person that wait for a worker
STEP = "write"
# Parameters that hold what people typed, which may be a name: the audit log, which nobody can
# change, says that they were there and not what they said.
TYPED = frozenset({"q", "query"})
LONGEST_FILTER = 60
NO_FILTERS = frozenset({AS, "page", "csrfmiddlewaretoken"})


class TooManyError(Exception):
    """This person has as many exports waiting as one may have."""


def rights_of(user: User) -> str:
    """What decides what somebody sees: when it has changed, files made before are not theirs."""
    return f"{user.role}:{user.team_id or '-'}:{'lead' if user.is_team_lead else '-'}"


def query_of(parameters: QueryDict) -> dict[str, list[str]]:
    """What is kept of an address: filters, sort and columns, without the format and the page."""
    return {
        name: kept
        for name, values in parameters.lists()
        if name not in NO_FILTERS and (kept := [value for value in values if _can_be_kept(value)])
    }


def _can_be_kept(value: str) -> bool:
    """Says something, and the database takes it."""
    return bool(value) and "\0" not in value


def parameters_of(query: dict[str, list[str]]) -> QueryDict:
    parameters = QueryDict(mutable=True)
    for name, values in query.items():
        parameters.setlist(name, values)
    return parameters


@transaction.atomic
def record(*, listing: Listing, format: str, rows: int) -> Export:
    """Write down a list that goes out at once."""
    user = listing.asked.user
    export = Export.objects.create(
        user=user,
        table=listing.table.key,
        format=format,
        query=query_of(listing.asked.parameters),
        language=translation.get_language(),
        state=Export.State.DONE,
        rows=rows,
        rights=rights_of(user),
        finished_at=timezone.now(),
    )
    tell_audit(export, listing)
    return export


def tell_audit(export: Export, listing: Listing) -> None:
    """Who took out which list, by which filters, and how many rows."""
    filters = ", ".join(
        f"{name}={'…' if name in TYPED else listed[:LONGEST_FILTER]}"
        for name, values in export.query.items()
        if name != COLUMN and (listed := "+".join(values))
    )
    audit(
        export.user,
        Action.LIST_EXPORTED,
        listing.title,
        format=export.get_format_display(),
        rows=export.rows,
        filters=filters,
        columns=", ".join(column.heading for column in listing.shown),
    )


@transaction.atomic
def start(*, listing: Listing, format: str) -> Export:
    """Let a worker write the list; TooManyError when enough of this person's wait already."""
    user = User.objects.select_for_update().get(pk=listing.asked.user.pk)
    query = query_of(listing.asked.parameters)
    waiting = Export.objects.open().filter(user=user)
    same = waiting.filter(table=listing.table.key, format=format, query=query).first()
    if same:  # the second click
        return same
    if waiting.count() >= MOST_OPEN:
        raise TooManyError
    job = jobs.create_job(kind=Job.Kind.EXPORT, steps=[(STEP, 1)], started_by=user)
    export = Export.objects.create(
        user=user,
        table=listing.table.key,
        format=format,
        query=query,
        language=translation.get_language(),
        job=job,
    )
    transaction.on_commit(lambda: jobs.ring(job))
    return export


@transaction.atomic
def cancel(*, export: Export) -> bool:
    """Stop an export that is not done; False when it was done before."""
    open_ones = Export.objects.open().filter(pk=export.pk)
    if not open_ones.update(state=Export.State.CANCELLED, finished_at=timezone.now()):
        return False
    Job.objects.filter(pk=export.job_id, state__in=[Job.State.WAITING]).update(
        state=Job.State.FAILED, error="cancelled", finished_at=timezone.now()
    )
    return True


def stream(listing: Listing) -> Iterator[bytes]:
    """The list as CSV in parts, in the language of now: they are read when the request is over."""
    return _in(translation.get_language(), csv_file.parts(listing.shown, listing.values()))


def _in(language: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Each part made in the language and in the installation's time zone."""
    zone = Installation.cached().zone
    while True:
        with translation.override(language), timezone.override(zone):
            part = next(parts, None)
        if part is None:
            return
        yield part


def write(
    listing: Listing,
    path: Path,
    format: str,
    watch: Callable[[Iterable], Iterator[list[Value]]],
) -> None:
    """Write the list to a file; `watch` is given the rows and passes them on."""
    rows = watch(listing.values())
    with path.open("wb") as file:
        if format == Export.Format.XLSX:
            xlsx_file.write(file, listing.title, listing.shown, rows)
        else:
            for part in csv_file.parts(listing.shown, rows):
                file.write(part)


def file_name(export: Export) -> str:
    """Such as customers-2026-11-22.csv."""
    day = timezone.localtime(export.created_at).date()
    return f"{export.table}-{day.isoformat()}.{export.format}"
