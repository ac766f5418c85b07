"""Everything of one customer becomes another one's, by the rules."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg2 import sql

from crm.merging import rows
from crm.merging.rules import How, Relation, Retire, Unique, relations_that
from customers.models import Customer, DuplicatePair, Merge, Referral

CLASHES = sql.SQL(
    "SELECT {loser} FROM (SELECT * FROM {table} WHERE {column} = %(gone)s AND {condition}) g"
    " JOIN (SELECT * FROM {table} WHERE {column} = %(kept)s AND {condition}) k ON {same}"
)


def move_everything(merge: Merge, today: dt.date) -> dict[str, int]:
    """All that points to who goes; returns how many rows of which table moved."""
    values = {
        "gone": merge.gone_id,
        "kept": merge.customer_id,
        "today": today,
        "merged_words": _("Merged with %(name)s") % {"name": merge.gone_name},
    }
    _part_referrals(merge, values)
    _move_pairs(merge, values)
    counts: dict[str, int] = {}
    for relation in relations_that(How.MOVES):
        for unique in relation.uniques():
            _settle_clashes(merge, relation, unique, values)
        moved = rows.move(merge, relation.table, relation.column)
        if moved:
            counts[relation.table] = counts.get(relation.table, 0) + moved
    for relation in relations_that(How.REMOVED):
        _remove_of(merge, relation)
    for relation in relations_that(How.DERIVED):
        _forget_of(merge, relation)
    return counts


def _settle_clashes(
    merge: Merge, relation: Relation, unique: Unique, values: Mapping[str, Any]
) -> None:
    """Where both have what there is once, one of both rows steps back."""
    retire = relation.rule.retire.get(unique.name)
    ids = _clashing(relation, unique, retire, values)
    if not ids:
        return
    where = sql.SQL("id = ANY(%(ids)s)")
    values = {**values, "ids": ids}
    if retire is None:
        rows.remove(merge, relation.table, where, values)
        return
    assignments = {name: sql.SQL(words) for name, words in retire.columns.items()}
    rows.change(merge, relation.table, assignments, sql.SQL("t.") + where, values)


def _clashing(
    relation: Relation, unique: Unique, retire: Retire | None, values: Mapping[str, Any]
) -> list[int]:
    loser = sql.SQL("g.id")
    if retire and retire.newest:
        loser = sql.SQL("CASE WHEN ({}) > ({}) THEN k.id ELSE g.id END").format(
            *(_columns_of(row, retire.newest) for row in "gk")
        )
    with connection.cursor() as cursor:
        statement = CLASHES.format(
            loser=loser,
            table=sql.Identifier(relation.table),
            column=sql.Identifier(relation.column),
            condition=unique.condition(cursor),
            same=unique.same("g", "k"),
        )
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


def _columns_of(row: str, columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(row, column) for column in columns)


def _part_referrals(merge: Merge, values: Mapping[str, Any]) -> None:
    """A customer does not recommend us to itself: such a row is hidden, with the name in it."""
    rows.change(
        merge,
        Referral._meta.db_table,
        {
            "removed_at": sql.SQL("coalesce(t.removed_at, now())"),
            "name": sql.SQL(
                "coalesce(nullif(t.name, ''),"
                " (SELECT c.name FROM customers_customer c WHERE c.id = t.referred_id))"
            ),
            "referred_id": sql.SQL("NULL"),
        },
        sql.SQL("(t.customer_id, t.referred_id) IN ((%(gone)s, %(kept)s), (%(kept)s, %(gone)s))"),
        values,
    )


def _move_pairs(merge: Merge, values: Mapping[str, Any]) -> None:
    """Pairs with others become the kept one's, unless it has such a pair: dismissed stays so."""
    other = "(CASE WHEN t.first_id = %(gone)s THEN t.second_id ELSE t.first_id END)"
    table = DuplicatePair._meta.db_table
    rows.change(
        merge,
        table,
        {
            "first_id": sql.SQL(f"least({other}, %(kept)s)"),
            "second_id": sql.SQL(f"greatest({other}, %(kept)s)"),
        },
        sql.SQL(
            f"%(gone)s IN (t.first_id, t.second_id) AND {other} <> %(kept)s AND NOT EXISTS ("
            "SELECT FROM customers_duplicatepair k"
            f" WHERE k.first_id = least({other}, %(kept)s)"
            f" AND k.second_id = greatest({other}, %(kept)s))"
        ),
        values,
    )
    rows.remove(merge, table, sql.SQL("%(gone)s IN (first_id, second_id)"), values)


def _remove_of(merge: Merge, relation: Relation) -> None:
    where = sql.SQL("{} = %(gone)s").format(sql.Identifier(relation.column))
    rows.remove(merge, relation.table, where, {"gone": merge.gone_id})


def _forget_of(merge: Merge, relation: Relation) -> None:
    statement = sql.SQL("DELETE FROM {} WHERE {} = %s").format(
        sql.Identifier(relation.table), sql.Identifier(relation.column)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [merge.gone_id])


def remove_customer(merge: Merge) -> None:
    """Its row, when nothing points to it any more; the database would refuse it otherwise."""
    rows.remove(merge, Customer._meta.db_table, sql.SQL("id = %(gone)s"), {"gone": merge.gone_id})


def follow_back(merge: Merge) -> None:
    """What was written down since about things that went back goes with them.

    Such as a file of an interaction, or a talk with a contact. Twice, since what follows may have
    things that follow it.
    """
    moving = relations_that(How.MOVES)
    models = {relation.model for relation in moving if relation.field.name == "customer"}
    pairs = [
        (model, each)
        for model in models
        for each in model._meta.concrete_fields
        if each.related_model in models and each.name != "customer"
    ]
    with connection.cursor() as cursor:
        for model, each in (*pairs, *pairs):
            statement = sql.SQL(
                "UPDATE {table} t SET customer_id = %(gone)s WHERE t.customer_id = %(kept)s"
                " AND EXISTS (SELECT FROM {other} o"
                " WHERE o.id = t.{column} AND o.customer_id = %(gone)s)"
            ).format(
                table=sql.Identifier(model._meta.db_table),
                other=sql.Identifier(each.related_model._meta.db_table),
                column=sql.Identifier(each.column),
            )
            cursor.execute(statement, {"gone": merge.gone_id, "kept": merge.customer_id})
