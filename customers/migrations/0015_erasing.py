"""Erasing a person from the history, which the application itself can't write.

The owner's function takes values away and leaves that something changed; it does so only for a
contact that is marked as erased.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION erase_in_json(value jsonb, pattern text, mark text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE jsonb_typeof(value)
    WHEN 'string' THEN
        RETURN to_jsonb(regexp_replace(value #>> '{}', pattern, mark, 'gi'));
    WHEN 'array' THEN
        RETURN (SELECT coalesce(jsonb_agg(public.erase_in_json(e.value, pattern, mark) ORDER BY e.place),
                '[]'::jsonb)
            FROM jsonb_array_elements(value) WITH ORDINALITY AS e (value, place));
    WHEN 'object' THEN
        RETURN (SELECT coalesce(jsonb_object_agg(e.key, public.erase_in_json(e.value, pattern, mark)),
                '{}'::jsonb)
            FROM jsonb_each(value) e);
    ELSE
        RETURN value;
    END CASE;
END $$;

CREATE FUNCTION erase_from_changes(contact bigint, pattern text, mark text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_customer bigint;
    own bigint;
    others bigint := 0;
BEGIN
    SELECT c.customer_id INTO of_customer FROM public.customers_contact c
        WHERE c.id = contact AND c.erased_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contact % is not erased', contact;
    END IF;
    UPDATE public.customers_change h
    SET fields = (SELECT jsonb_object_agg(f.key, CASE
            WHEN f.key IN ('erased_at', 'left_on', 'customer_id') THEN f.value
            ELSE 'null'::jsonb END)
        FROM jsonb_each(h.fields) f)
    WHERE h."table" = 'customers_contact' AND h."row" = contact AND h.fields <> '{}'::jsonb;
    GET DIAGNOSTICS own = ROW_COUNT;
    IF pattern <> '' THEN
        UPDATE public.customers_change h
        SET fields = public.erase_in_json(h.fields, pattern, mark)
        WHERE h.customer_id = of_customer AND h.fields <> '{}'::jsonb
            AND h.fields <> public.erase_in_json(h.fields, pattern, mark);
        GET DIAGNOSTICS others = ROW_COUNT;
    END IF;
    RETURN own + others;
END $$;
"""
UNDO = """
DROP FUNCTION erase_from_changes;
DROP FUNCTION erase_in_json;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0014_contacts_found")]

    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
