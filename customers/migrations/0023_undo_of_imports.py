"""Products without constraint, and the undo of rows that the application can only add to.

Without an index, which costs each import a tenth of its time, the database would read all
transactions for each product that an undo takes back. Only imports make products and take them
back; they look who uses one, once for all.

An imported case has events, which the application's role may add and not delete: the owner's
function deletes those that an import wrote down as made by itself, of these tables and no other.
"""

import django.db.models.deletion
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION delete_imported_rows(run bigint, name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted bigint;
BEGIN
    IF name <> ALL (ARRAY['complaints_caseevent']) THEN
        RAISE EXCEPTION 'rows of % are not imported', name;
    END IF;
    EXECUTE format('DELETE FROM public.%I t USING public.customers_importedrow r'
        ' WHERE r.import_run_id = $1 AND r."table" = $2 AND r.before IS NULL AND t.id = r.row_id',
        name) USING run, name;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0022_notice_of_exports")]

    operations = [
        migrations.AlterField(
            model_name="transaction",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.product",
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION delete_imported_rows"),
    ]
