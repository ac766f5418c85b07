"""Migrations give the same database, whether a step makes one class anew or all its relatives."""

from contextlib import nullcontext

import pytest
from django.db import connection

from crm.platform import roles
from crm.platform.management.commands import migrate

SHAPE = """
SELECT attrelid::regclass::text, attnum::text, attname::text || ' ' || attnotnull::text
    || attidentity::text || format_type(atttypid, atttypmod)
    || coalesce(pg_get_expr(adbin, adrelid), '')
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT viewname, '', definition FROM pg_views WHERE schemaname = 'public'
UNION ALL SELECT proname, '', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def migrated() -> tuple[set, dict]:
    """A new database after all migrations: its shape, and how many rows each table has."""
    old = connection.settings_dict["NAME"]
    connection.close()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute(SHAPE)
            shape = set(cursor.fetchall())
            counts = {}
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT count(*) FROM {table}")
                counts[table] = cursor.fetchone()[0]
        return shape, counts
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


@pytest.mark.soak
def test_few_classes_at_once_give_the_same_database(
    django_db_setup, django_db_blocker, monkeypatch
):
    with django_db_blocker.unblock():
        application = roles.sign_in_as_owner(connection)
        monkeypatch.setitem(connection.settings_dict["TEST"], "NAME", "test_migrating")
        try:
            lean = migrated()
            monkeypatch.setattr(migrate, "few_models_at_once", nullcontext)
            django = migrated()
        finally:
            roles.sign_in(connection, application)
    assert lean == django
    assert len(lean[0]) > 1000
