"""The test database as it was before the first test, for after a test that commits.

Django's own way leaves all tables empty: the tests that follow miss what migrations brought, and
making the permissions anew takes longer than the rest.
"""

from django.db import connection

REMEMBER = """
DROP SCHEMA IF EXISTS at_first CASCADE;
CREATE SCHEMA at_first;
DO $$
DECLARE
    name text;
    is_filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_filled;
        IF is_filled AND name <> 'django_migrations' THEN
            EXECUTE format('CREATE TABLE at_first.%I AS TABLE public.%I', name, name);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION at_first.restore() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    name text;
    names text;
BEGIN
    SELECT string_agg(format('public.%I', tablename), ', ') INTO names
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations';
    EXECUTE 'TRUNCATE ' || names;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'at_first' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM at_first.%I', name, name);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA at_first TO PUBLIC;
"""


def remember() -> None:
    """Keeps aside what all tables hold; as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER)


def restore(*_test) -> None:
    """All rows of tests are gone, those of migrations are back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT at_first.restore()")
