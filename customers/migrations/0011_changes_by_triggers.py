"""The database itself writes down who changed what: statement triggers over transition tables.

`record_changes(column, row, through, whole)` is the one function behind all triggers: the column
that names the customer (or a row of the table `through`, which does), the column of the row's own
key, and whether additions keep their values too ('whole': of links, which have nothing else).
It runs with the owner's rights, since the application's role may not write changes; and that role
may not hang it on tables of its own.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION record_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Kept by the application itself: nobody changes these.
    silent CONSTANT text[] := ARRAY['id', 'version', 'created_at', 'created_by_id', 'updated_at',
        'made_at', 'made_by_id', 'reminded_at', 'next_on', 'is_newest', 'is_key_account'];
    actor CONSTANT bigint := nullif(current_setting('perennial.actor', true), '');
    through CONSTANT text := coalesce(TG_ARGV[2], '');
    whole CONSTANT boolean := coalesce(TG_ARGV[3], '') = 'whole';
    source CONSTANT text := CASE TG_OP WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END;
    customer text := format('r.%I', TG_ARGV[0]);
    fields text := '''{}''::jsonb';
    kind text := '+';
    others text := '';
BEGIN
    IF through <> '' THEN
        customer := format('(SELECT t.customer_id FROM public.%I t WHERE t.id = %s)',
            through, customer);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        kind := '~';
        fields := 'd.fields';
        others := format($sql$
            JOIN old_rows o ON o.%1$I = r.%1$I
            CROSS JOIN LATERAL (
                SELECT jsonb_object_agg(n.key, jsonb_build_array(b.value, n.value)) AS fields
                FROM jsonb_each(to_jsonb(r)) n JOIN jsonb_each(to_jsonb(o)) b ON b.key = n.key
                WHERE n.value <> b.value AND n.key <> ALL ($2)) d
            WHERE d.fields IS NOT NULL$sql$, TG_ARGV[1]);
    ELSIF TG_OP = 'DELETE' OR whole THEN
        kind := CASE TG_OP WHEN 'DELETE' THEN '-' ELSE '+' END;
        fields := format($sql$coalesce((
            SELECT jsonb_object_agg(e.key, %s)
            FROM jsonb_each(to_jsonb(r)) e
            WHERE e.key <> ALL ($2 || ARRAY[%L]) AND e.value NOT IN
                ('null'::jsonb, '""'::jsonb, '[]'::jsonb, '{}'::jsonb)), '{}'::jsonb)$sql$,
            CASE TG_OP WHEN 'DELETE' THEN 'jsonb_build_array(e.value, NULL)'
            ELSE 'jsonb_build_array(NULL, e.value)' END, TG_ARGV[0]);
    END IF;
    EXECUTE format($sql$
        INSERT INTO public.customers_change
            (customer_id, "table", "row", kind, fields, at, actor_id)
        SELECT %s, $1, r.%I, $3, %s, $4, $5 FROM %I r %s$sql$,
        customer, TG_ARGV[1], fields, source, others)
    USING TG_TABLE_NAME, silent, kind, clock_timestamp(), actor;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION record_changes() FROM PUBLIC;

CREATE PROCEDURE record_changes_of(
    name text, customer text DEFAULT 'customer_id', key text DEFAULT 'id',
    through text DEFAULT '', whole text DEFAULT '', additions boolean DEFAULT true)
LANGUAGE plpgsql AS $$
BEGIN
    IF additions THEN
        EXECUTE format('CREATE TRIGGER changes_added AFTER INSERT ON %I'
            ' REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT'
            ' EXECUTE FUNCTION record_changes(%L, %L, %L, %L)',
            name, customer, key, through, whole);
    END IF;
    EXECUTE format('CREATE TRIGGER changes_changed AFTER UPDATE ON %I'
        ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT'
        ' EXECUTE FUNCTION record_changes(%L, %L, %L, %L)',
        name, customer, key, through, whole);
    EXECUTE format('CREATE TRIGGER changes_deleted AFTER DELETE ON %I'
        ' REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT'
        ' EXECUTE FUNCTION record_changes(%L, %L, %L, %L)',
        name, customer, key, through, whole);
END $$;
"""
UNDO_FUNCTION = """
DROP PROCEDURE record_changes_of;
DROP FUNCTION record_changes CASCADE;
"""
OF_CUSTOMERS = (
    *("contact", "interaction", "yearfigure", "creditrecord", "promise", "opportunity"),
    *("benefit", "competitorpresence", "referral", "idea", "teammember", "helprequest"),
    *("membership", "accountplan", "recurrence"),
)
TRIGGERS = "\n".join(
    [
        "CALL record_changes_of('customers_customer', 'id');",
        *(
            f"CALL record_changes_of('customers_{table}', 'customer_id', 'customer_id');"
            for table in ("organisation", "buyingprofile")
        ),
        *(f"CALL record_changes_of('customers_{table}');" for table in OF_CUSTOMERS),
        *(
            f"CALL record_changes_of('customers_{table}', 'plan_id', 'id',"
            " 'customers_accountplan');"
            for table in ("planobjective", "planreview")
        ),
        "CALL record_changes_of('customers_customer_tags', whole => 'whole');",
        # Who made a task stands on the task.
        "CALL record_changes_of('customers_task', additions => false);",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_key_account_work")]

    operations = [
        migrations.RunSQL(FUNCTION, UNDO_FUNCTION),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
