import pytest
from django.db import connection

from crm.platform.bulk import copy_rows


@pytest.mark.django_db
def test_rows_arrive_with_nulls_empty_texts_and_odd_characters():
    rows = [(1, None), (2, ""), (3, 'a "quoted", text\nin two lines'), (4, "常青\t\\N?")]
    rows += [(5, "ends\r"), (6, "\rof\r\nlines\n"), (7, "\r"), (8, "\n"), (9, "\\.")]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE odd (id int, text text)")
        assert copy_rows("odd", ("id", "text"), rows) == len(rows)
        cursor.execute("SELECT id, text FROM odd ORDER BY id")
        assert cursor.fetchall() == rows


@pytest.mark.django_db
def test_more_rows_than_one_buffer_arrive_whole():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE many (id int)")
        assert copy_rows("many", ("id",), ((n,) for n in range(50_000))) == 50_000
        cursor.execute("SELECT sum(id) FROM many")
        assert cursor.fetchone()[0] == sum(range(50_000))
