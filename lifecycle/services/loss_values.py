"""What a lost customer was worth: the margin of the twelve months up to its last purchase.

Of a partial loss, how much the last twelve months brought less than the twelve before. Known costs
as they are, and the other net by the customer's margin, as for the 12-month margin of a standing.
"""

VALUE = """
    UPDATE lifecycle_loss l SET last_purchase = f.last_purchase, value_lost = f.value
    FROM (
        SELECT l.id, s.last_purchase, greatest(0, CASE l.kind
            WHEN 'total' THEN m.up_to_last ELSE m.before - m.now END)::numeric(30, 2) AS value
        FROM lifecycle_loss l
        JOIN customers_dealingsummary s ON s.customer_id = l.customer_id
        LEFT JOIN lifecycle_valuation v ON v.customer_id = l.customer_id
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(d.margin) FILTER (WHERE d.day > s.last_purchase - interval '1 year'
                    AND d.day <= s.last_purchase), 0) AS up_to_last,
                coalesce(sum(d.margin) FILTER (WHERE d.day <= year.ago), 0) AS before,
                coalesce(sum(d.margin) FILTER (WHERE d.day > year.ago), 0) AS now
            FROM (SELECT %(as_of)s::date - interval '1 year' AS ago) year
            LEFT JOIN LATERAL (
                SELECT day, known_net - cost + (net - known_net) * coalesce(v.margin, (
                    SELECT assumed_margin FROM platform_installation LIMIT 1))::numeric AS margin
                FROM customers_dealingday
                WHERE customer_id = l.customer_id AND day <= %(as_of)s AND day > least(
                    s.last_purchase - interval '1 year', %(as_of)s::date - interval '2 years')
            ) d ON true
        ) m
        WHERE {which}
    ) f
    WHERE f.id = l.id
"""
VALUE_ONE = VALUE.format(which="l.id = %(loss)s")
VALUE_MANY = VALUE.format(which="l.id = ANY(%(losses)s)")
