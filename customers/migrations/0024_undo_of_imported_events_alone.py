"""The owner's function deletes events that say of themselves that they were imported, and no other.

What an import wrote down as made by itself the application could write as well; an event's own data
it can't change.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION delete_imported_rows(run bigint, name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted bigint;
BEGIN
    IF name <> ALL (ARRAY['complaints_caseevent']) THEN
        RAISE EXCEPTION 'rows of %% are not imported', name;
    END IF;
    EXECUTE format('DELETE FROM public.%%I t USING public.customers_importedrow r'
        ' WHERE r.import_run_id = $1 AND r."table" = $2 AND r.before IS NULL AND t.id = r.row_id%s',
        name) USING run, name;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0023_undo_of_imports")]

    operations = [
        migrations.RunSQL(FUNCTION % " AND t.data ? ''imported''", FUNCTION % ""),
    ]
