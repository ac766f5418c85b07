"""Whom of our own staff a wave asks: active users, by team and role, in one statement.

The columns are those of customers in `choosing.py`, so that what reads them serves both. Nobody
is asked by two surveys of staff within the pause; surveys of customers are nothing to it.
"""

STAFF = """
WITH fits AS MATERIALIZED (
    SELECT id AS user_id, name, team_id, email, lower(email) AS address,
        coalesce(nullif(language, ''), %(language)s) AS language
    FROM accounts_user
    WHERE is_active
        AND (cardinality(%(teams)s::bigint[]) = 0 OR team_id = ANY(%(teams)s::bigint[]))
        AND (cardinality(%(staff_roles)s::text[]) = 0 OR role = ANY(%(staff_roles)s::text[]))
), lately AS MATERIALIZED (
    SELECT asked.user_id
    FROM satisfaction_invitation asked JOIN satisfaction_wave wave ON wave.id = asked.wave_id
    WHERE asked.user_id IS NOT NULL AND asked.state <> 'bounced'
        AND (asked.sent_at > %(since)s OR (asked.sent_at IS NULL AND wave.state = 'open'))
), once AS (
    SELECT NULL::bigint AS customer_id, fits.user_id, NULL::bigint AS contact_id, fits.name,
        lower(fits.name) AS name_key, '' AS tier, '' AS stage, NULL::bigint AS owner_id,
        fits.team_id, fits.email, fits.language, 1 AS turn,
        CASE WHEN fits.user_id IN (SELECT user_id FROM lately) THEN 'asked'
            WHEN %(channel)s = 'email' AND fits.email = '' THEN 'no_email'
            WHEN optout.id IS NOT NULL THEN 'opted_out'
            ELSE '' END AS verdict
    FROM fits LEFT JOIN satisfaction_optout optout
        ON fits.email <> '' AND optout.email = fits.address
), ordered AS (
    SELECT *, CASE WHEN %(sample)s::bigint IS NOT NULL THEN row_number() OVER (
        PARTITION BY verdict ORDER BY md5(%(seed)s::text || ':' || user_id), user_id)
        END AS place
    FROM once
), chosen AS MATERIALIZED (
    SELECT * FROM ordered
    WHERE verdict <> '' OR %(sample)s::bigint IS NULL OR place <= %(sample)s::bigint
)
"""
