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
-- To empty tables takes a new file for each of their indexes and for all that refers to them: done
-- only where one has many rows. Else the rows are deleted, in any order: what refers to them is
-- looked for at the end of the transaction, when it is gone too. Only triggers that write changes
-- down look at once: from a part for its whole, `planreview` for `accountplan`; and what they, and
-- those that count, write goes last.
CREATE FUNCTION at_first.restore() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    name text;
    found int;
    most int := 0;
    filled text[] := '{}';
    is_changed boolean;
BEGIN
    FOR name IN
        SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename <> 'django_migrations'
        AND tablename NOT IN (SELECT tablename FROM pg_tables WHERE schemaname = 'at_first')
        ORDER BY tablename DESC
    LOOP
        EXECUTE format('SELECT count(*) FROM (SELECT FROM public.%I LIMIT 100) rows', name)
        INTO found;
        IF found > 0 THEN
            filled := filled || format('public.%I', name);
            most := greatest(most, found);
        END IF;
    END LOOP;
    IF most = 100 THEN
        EXECUTE format('TRUNCATE %s CASCADE', array_to_string(filled, ', '));
    ELSE
        FOREACH name IN ARRAY filled LOOP
            EXECUTE format('DELETE FROM %s', name);
        END LOOP;
        DELETE FROM public.customers_change;
        DELETE FROM public.satisfaction_loopcount;
    END IF;
    -- In order: questions may be written only where their version, which comes before, is not
    -- frozen any more.
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'at_first' ORDER BY 1 LOOP
        EXECUTE format(
            'SELECT EXISTS (TABLE public.%1$I EXCEPT TABLE at_first.%1$I)'
            ' OR EXISTS (TABLE at_first.%1$I EXCEPT TABLE public.%1$I)', name
        ) INTO is_changed;
        IF is_changed THEN
            EXECUTE format('DELETE FROM public.%I', name);
            EXECUTE format('INSERT INTO public.%I SELECT * FROM at_first.%I', name, name);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION at_first.analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    EXECUTE 'ANALYZE';
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


def analyze() -> None:
    """The server knows how much there is, as it soon does by itself where rows are committed.

    For tests that ask much of many rows: without it joins may take a hundred times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT at_first.analyze()")
