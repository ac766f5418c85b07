"""Erasing a person from the events of cases, which the application itself can't change.

What happened and when stays; names, addresses and numbers go. Only for a contact that is marked as
erased.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION erase_from_case_events(contact bigint, pattern text, mark text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_customer bigint;
    changed bigint;
    caller CONSTANT text[] := ARRAY['caller_name', 'caller_phone', 'caller_email'];
BEGIN
    SELECT c.customer_id INTO of_customer FROM public.customers_contact c
        WHERE c.id = contact AND c.erased_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contact % is not erased', contact;
    END IF;
    WITH events AS (
        SELECT e.id, e.reason, e.data,
            -- Who called is the contact: goes whatever it was written like.
            CASE WHEN c.contact_id = contact THEN (
                SELECT coalesce(jsonb_object_agg(d.key, CASE WHEN d.key IN ('values', 'was')
                    AND jsonb_typeof(d.value) = 'object' THEN d.value - caller ELSE d.value END),
                    '{}'::jsonb)
                FROM jsonb_each(e.data) d) ELSE e.data END AS rest
        FROM public.complaints_caseevent e JOIN public.complaints_case c ON c.id = e.case_id
        WHERE c.customer_id = of_customer OR c.contact_id = contact
    ), erased AS (
        SELECT id, reason, data,
            CASE WHEN pattern = '' THEN reason
                ELSE regexp_replace(reason, pattern, mark, 'gi') END AS new_reason,
            CASE WHEN pattern = '' THEN rest
                ELSE public.erase_in_json(rest, pattern, mark) END AS new_data
        FROM events
    )
    UPDATE public.complaints_caseevent e SET reason = x.new_reason, data = x.new_data
    FROM erased x WHERE x.id = e.id AND (x.reason <> x.new_reason OR x.data <> x.new_data);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0006_indexes_of_the_queue"),
        ("customers", "0015_erasing"),
    ]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION erase_from_case_events")]
