"""Makes the figures of cells, by which account managers read waves: see `services.cells`.

With the other figures of a wave; and again where customers have changed hands meanwhile.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from customers.models import Customer
from satisfaction.models import (
    CellBase,
    CellFigure,
    GroupKind,
    Invitation,
    Response,
    Skip,
    Wave,
)
from satisfaction.services import coverage, gauging
from satisfaction.services.groups import BY_REVENUE, Group
from satisfaction.services.questions import QuestionSums, questions_by_cell
from satisfaction.services.sums import Cell, known_until, sums_by_cell

ROWS = 2_000
# Answers that the results of a wave begin with.
LOWEST, COMMENTS = 8, 6
# Where more cells than these have changed, all are made again.
MOST_CHANGED = 50
FOLLOWING = 7130011  # the lock of who follows customers that change hands
WHOSE = ("customer__account_manager", "customer__team")
EVERYBODY = Q()
Groups = dict[Cell | None, list[Group]]
Questions = dict[Cell | None, list[QuestionSums]]


def summed(wave: Wave, as_of: dt.date, chosen: Q = EVERYBODY) -> tuple[Groups, Questions]:
    """The groups and questions of a wave that names people: of all (None), and of each cell."""
    responses, invitations = Response.objects.filter(chosen), Invitation.objects.filter(chosen)
    groups = sums_by_cell(responses=responses, invitations=invitations, wave=wave, as_of=as_of)
    return groups, questions_by_cell(responses=responses, wave=wave)


def store(wave: Wave, groups: Groups, questions: Questions, cells: Collection[Cell] = ()) -> int:
    """Keep what was summed of these cells, or of all; the caller holds the wave's row."""
    details = _details(wave, _customers_of(cells))
    CellFigure.objects.filter(_of(cells, "account_manager", "team"), wave=wave).delete()
    rows = [
        CellFigure(
            wave=wave,
            account_manager_id=cell[0],
            team_id=cell[1],
            group=group.kind,
            key=group.key,
            customers=group.customers,
            responses=group.responses,
            sent=group.sent,
            sums=_sums(group),
            details=_weights(group, details[cell]) if group.kind == GroupKind.ALL else {},
            questions=asked.get((group.kind, group.key), {}),
        )
        for cell in {*groups, *details} - {None}
        for asked in [_by_group(questions.get(cell, ()))]
        for group in _with_all(wave, groups.get(cell, []))
    ]
    return len(CellFigure.objects.bulk_create(rows, batch_size=ROWS))


def _with_all(wave: Wave, groups: list[Group]) -> list[Group]:
    """Who was skipped only has no sums, and counts in the coverage."""
    is_known = any(group.kind == GroupKind.ALL for group in groups)
    return groups if is_known else [*groups, Group(GroupKind.ALL, "", wave.pk)]


def _sums(group: Group) -> dict:
    return {name: sums for name, sums in group.sums.items() if not name.endswith(BY_REVENUE)}


def _weights(group: Group, details: dict) -> dict:
    """Apart from sums, since there is an entry a customer."""
    revenue = {name: sums for name, sums in group.sums.items() if name.endswith(BY_REVENUE)}
    return details | {"revenue": revenue}


def _by_group(questions: Collection[QuestionSums]) -> dict[tuple[str, str], dict[str, list]]:
    found: dict[tuple[str, str], dict[str, list]] = defaultdict(dict)
    for one in questions:
        sums = one.sums
        found[one.kind, one.key][one.code] = [sums.n, sums.total, sums.squares, one.top]
    return found


def _details(wave: Wave, chosen: Q) -> dict[Cell, dict]:
    """What the results of a wave show beside its sums, of each cell."""
    responses = Response.objects.filter(chosen)
    found: dict[Cell, dict] = defaultdict(_nothing)
    finished = responses.finished().filter(wave=wave)
    answers = finished.order_by().values_list(*WHOSE, "overall", "recommend")
    for *cell, overall, recommend, number in answers.annotate(number=Count("pk")):
        found[tuple(cell)]["answers"].append([overall, recommend, number])
    _add_coverage(found, wave, responses, chosen)
    for name, rows, most in (
        ("lowest", finished.worst(), LOWEST),
        ("comments", finished.comments(), COMMENTS),
    ):
        for *cell, pk in _first(rows, most):
            found[tuple(cell)][name].append(pk)
    for cell, sums in gauging.by_cell_and_touchpoint(responses, wave).items():
        found[cell]["touchpoints"] = {
            str(key): [one.n, one.total, one.squares] for key, one in sums.items()
        }
    found.pop((None, None), None)
    return found


def _nothing() -> dict:
    covered = dict.fromkeys(("fitting", "answered", "revenue", "answered_revenue"), 0)
    return {"answers": [], "coverage": covered, "lowest": [], "comments": [], "touchpoints": {}}


def _add_coverage(found: dict[Cell, dict], wave: Wave, responses: QuerySet, chosen: Q) -> None:
    asked, skipped = Invitation.objects.filter(chosen), Skip.objects.filter(chosen)
    rows, sums = coverage.fitting(wave, responses, asked, skipped)
    for row in rows.values(*WHOSE).annotate(**sums):
        cell = tuple(row.pop(name) for name in WHOSE)
        found[cell]["coverage"] = row


def _first(rows: QuerySet, most: int) -> QuerySet:
    """The first ones of each cell, in their order."""
    place = Window(RowNumber(), partition_by=[*map(F, WHOSE)], order_by=[*rows.query.order_by])
    first = rows.order_by().annotate(place=place).filter(place__lte=most)
    return first.order_by("place").values_list(*WHOSE, "pk")


def _of(cells: Collection[Cell], manager: str, team: str) -> Q:
    return reduce(or_, (Q(**{manager: one, team: other}) for one, other in cells), EVERYBODY)


def _customers_of(cells: Collection[Cell]) -> Q:
    return _of(cells, *WHOSE)


def follow_moves() -> int:
    """Make the figures of cells again whose customers are others by now. Returns the cells.

    What is written down at the end is what was seen at the beginning: whoever moves meanwhile is
    found the next time.
    """
    then = {(row.account_manager_id, row.team_id): row for row in CellBase.objects.all()}
    newest = max((row.newest for row in then.values()), default=0)
    now = _base(newest)
    changed = {
        cell
        for cell in {*now, *then}
        if then and _seen(now.get(cell)) != _remembered(then.get(cell))
    }
    if changed:
        some = changed if len(changed) <= MOST_CHANGED else ()
        for wave in Wave.objects.filter(cell_figures__group=GroupKind.ALL).distinct():
            _refresh_cells(wave, some)
    if changed or newest != max((row["newest"] for row in now.values()), default=0):
        _remember(now)
    return len(changed)


def _base(newest: int) -> dict[Cell, dict]:
    """By cell how many customers there are, and the sum of their keys: of all, and of known ones.

    Those made after `newest` are in no wave that is summed already.
    """
    known = Q(pk__lte=newest)
    rows = Customer.objects.order_by().values("account_manager", "team")
    rows = rows.annotate(
        customers=Count("pk"),
        ids=Sum("pk"),
        known=Count("pk", filter=known),
        known_ids=Sum("pk", filter=known, default=0),
        newest=Max("pk"),
    )
    found = {(row["account_manager"], row["team"]): row for row in rows}
    found.pop((None, None), None)
    return found


def _seen(row: dict | None) -> tuple[int, int]:
    return (row["known"], row["known_ids"]) if row else (0, 0)


def _remembered(row: CellBase | None) -> tuple[int, int]:
    return (row.customers, row.ids) if row else (0, 0)


@transaction.atomic
def _remember(now: dict[Cell, dict]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLLOWING])
    newest = max((row["newest"] for row in now.values()), default=0)
    CellBase.objects.all().delete()
    CellBase.objects.bulk_create(
        CellBase(
            account_manager_id=manager,
            team_id=team,
            customers=row["customers"],
            ids=row["ids"],
            newest=newest,
        )
        for (manager, team), row in now.items()
    )


@transaction.atomic
def _refresh_cells(wave: Wave, cells: Collection[Cell]) -> None:
    if Wave.objects.select_for_update(no_key=True).filter(pk=wave.pk).exists():
        groups, questions = summed(wave, known_until(), _customers_of(cells))
        store(wave, groups, questions, cells)
