"""Each question of waves, summed by the database: of customers, together and by group.

Scores are brought to 0-100. Contacts of a customer are averaged first; a customer with one response
in a wave, as most have, needs no averaging, so that its answers are counted as they are. Counting
comes first, since scores have few values: sums are then made of counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from satisfaction.analytics import Estimate, Moments, mean, share
from satisfaction.models import GroupKind, Question, QuestionFigure, Wave
from satisfaction.services.columns import place, scales_of, top
from satisfaction.services.sums import (
    CELL,
    INVITED,
    KINDS,
    PRODUCT,
    RESPONSE_COLUMNS,
    TODAY,
    Cell,
    cell_of,
)

GROUPED = INVITED  # not by what is known of complaints and attitude
KEYS = ", ".join(f"{column}::text" for column in GROUPED)
WHICH = " ".join(
    f"WHEN GROUPING({column}) = 0 THEN {number}" for number, column in enumerate(GROUPED, 1)
)


@dataclass(frozen=True)
class QuestionSums:
    """What the customers of a group said to one question."""

    wave: int
    kind: str
    key: str
    code: str
    sums: Moments
    top: float

    @property
    def mean(self) -> Estimate:
        return mean(self.sums)

    @property
    def satisfied(self) -> Estimate:
        return share(self.top, self.sums.n)


def _counted(rows: str, by: str, grouped: bool, cells: bool) -> str:
    """How many customers gave each answer: all together, and by each kind of group.

    With `cells` the same of each cell, whose columns are null otherwise. Those who are alike in all
    columns are counted first, so that the many sets sort and add up few rows.
    """
    each = [by, *(f"{by}, {column}" for column in GROUPED if grouped)]
    cell = ", ".join(CELL)
    sets = [f"({one})" for one in each] + [f"({one}, {cell})" for one in each if cells]
    whose = cell if cells else ", ".join(f"NULL::bigint AS {column}" for column in CELL)
    kind = f"CASE {WHICH} ELSE 0 END" if grouped else "0"
    key = f"coalesce({KEYS}, '')" if grouped else "''"
    of_all = f"GROUPING({CELL[0]}) = 1" if cells else "true"
    columns = ", ".join((by, *(GROUPED if grouped else ()), *(CELL if cells else ())))
    alike = f"SELECT {columns}, count(*) AS n FROM {rows} GROUP BY {columns}"  # noqa: S608
    return f"""SELECT {by}, {whose}, {of_all} AS of_all, {kind} AS kind, {key} AS key, sum(n) AS n
        FROM ({alike}) alike GROUP BY GROUPING SETS ({", ".join(sets)})"""  # noqa: S608 -- names of this file


def _statement(questions: Sequence[Question], grouped: bool, cells: bool) -> str:
    """By question and group; `grouped` or all customers together alone."""
    codes = ", ".join(f"({one.pk}, '{one.code}')" for one in questions)
    values = " ".join(f"WHEN {one.pk} THEN {place(one)}" for one in questions)
    tops = " ".join(f"WHEN {one.pk} THEN {top(one)}" for one in questions)
    x, of_top = f"CASE a.question_id {values} END", f"CASE a.question_id {tops} END"
    columns, which = ", ".join((*GROUPED, *CELL)), f"{', '.join(CELL)}, of_all, kind, key"
    return f"""
    WITH answered AS (
        SELECT o.*, count(*) OVER (PARTITION BY wave_id, customer_id) AS contacts
        FROM ({{responses}}) o
    ),
    person AS MATERIALIZED (
        SELECT o.id, o.wave_id, o.customer_id, {columns},
            o.contacts = 1 OR o.customer_id IS NULL AS is_one
        FROM answered o LEFT JOIN LATERAL ({PRODUCT}) b ON true
    ),
    question (id, code) AS (VALUES {codes}),
    single AS (
        SELECT r.wave_id, a.question_id, a.score, {columns}
        FROM person r JOIN satisfaction_answer a ON a.response_id = r.id AND a.score IS NOT NULL
        WHERE r.is_one
    ),
    several AS (
        SELECT r.wave_id, q.code, avg({x}) AS x, avg({of_top}) AS top,
            {", ".join(f"min({column}) AS {column}" for column in (*GROUPED, *CELL))}
        FROM person r JOIN satisfaction_answer a ON a.response_id = r.id AND a.score IS NOT NULL
        JOIN question q ON q.id = a.question_id
        WHERE NOT r.is_one GROUP BY r.wave_id, r.customer_id, q.code
    ),
    counted AS (
        SELECT a.wave_id, {which}, q.code, {x} AS x, {of_top} AS top, a.n
        FROM ({_counted("single", "wave_id, question_id, score", grouped, cells)}) a
        JOIN question q ON q.id = a.question_id
        UNION ALL
        SELECT wave_id, {which}, code, x, top, n
        FROM ({_counted("several", "wave_id, code, x, top", grouped, cells)}) s
    )
    SELECT wave_id, {which}, code, sum(n)::bigint, sum(n * x), sum(n * x * x), sum(n * top)
    FROM counted GROUP BY wave_id, {which}, code
    """  # noqa: S608 -- names of this file, numbers of questions, and codes that are slugs


def questions_of(
    *, responses: QuerySet, waves: Sequence[Wave], grouped: bool = True
) -> list[QuestionSums]:
    """All questions with a scale, from these responses (`visible_to` somebody)."""
    return _summed(responses, waves, grouped=grouped, cells=False).get(None, [])


def questions_by_cell(*, responses: QuerySet, wave: Wave) -> dict[Cell | None, list[QuestionSums]]:
    """Those of all together (None), and of each cell by itself."""
    return _summed(responses, [wave], grouped=True, cells=True)


def _summed(
    responses: QuerySet, waves: Sequence[Wave], *, grouped: bool, cells: bool
) -> dict[Cell | None, list[QuestionSums]]:
    questions = scales_of(waves)
    if not questions:
        return {}
    chosen = responses.finished().filter(wave__in=waves).order_by()
    try:
        sql, params = chosen.values(*RESPONSE_COLUMNS, **TODAY).query.sql_with_params()
    except EmptyResultSet:  # somebody who sees nothing
        return {}
    statement = _statement(questions, grouped, cells).replace("{responses}", sql)
    found: dict[Cell | None, list[QuestionSums]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for wave, manager, team, of_all, kind, key, code, n, *sums in cursor.fetchall():
            cell = cell_of(manager, team)
            if of_all or cell:  # whose customer is nobody's is in no cell
                total, squares, of_top = sums
                of_group = Moments(int(n), total, squares)
                one = QuestionSums(wave, KINDS[kind], key, code, of_group, of_top)
                found[None if of_all else cell].append(one)
    return found


def of_figure(row: QuestionFigure) -> QuestionSums:
    sums = Moments(row.customers, row.total, row.squares)
    return QuestionSums(row.wave_id, row.group, row.key, row.code, sums, row.top)


def figure_of(found: QuestionSums) -> QuestionFigure:
    return QuestionFigure(
        wave_id=found.wave,
        group=found.kind,
        key=found.key,
        code=found.code,
        customers=found.sums.n,
        total=found.sums.total,
        squares=found.sums.squares,
        top=found.top,
    )


def together(found: Sequence[QuestionSums], wave: Wave) -> dict[str, QuestionSums]:
    """The questions of a wave by code, of all its customers."""
    return {one.code: one for one in found if one.wave == wave.pk and one.kind == GroupKind.ALL}
