"""The register: every list that can be taken out, by its key and by its page."""

from crm.exports.lists import (
    administration,
    answers,
    cases,
    chain,
    customers,
    dealings,
    leaving,
    movement,
    people,
    records,
    surveys,
    value,
    voices,
    work,
    worth,
)
from crm.exports.table import Table

PARTS = (
    *(customers, people, work, records, dealings, cases),
    *(answers, chain, surveys, voices, value, worth, movement, leaving, administration),
)
TABLES: dict[str, Table] = {table.key: table for part in PARTS for table in part.TABLES}
BY_PAGE: dict[str, Table] = {table.page: table for table in TABLES.values()}
