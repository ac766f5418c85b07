"""What happens with watched customers on upper floors, told to those who watch: a sweep.

It looks for tier and stage changes and complaints since a watch began; a notice is once a user and
cause, so it may look as often as it likes, and finds again what an earlier look missed.
"""

from django.db import connection, transaction

from crm.accounts.roles import Role

LOOKS_BACK_DAYS = 30  # nights that failed are caught up
# Watchers who still see the customer and can still sign in: as `visible_to` has it.
WATCHED = """
    customers_watch w
    JOIN customers_customer c ON c.id = w.customer_id
    JOIN accounts_user u ON u.id = w.user_id AND u.is_active
        AND (u.role <> %(account_manager)s OR u.id = c.account_manager_id
             OR u.team_id = c.team_id)
"""
INSERT = """
    INSERT INTO customers_notice (user_id, customer_id, kind, cause, text, by_id, at)
    SELECT w.user_id, w.customer_id, %(kind)s, {cause}, left({text}, 300), {by}, now()
    FROM {watched} {found}
    ON CONFLICT (user_id, cause) DO NOTHING
"""
# A change is of the business day before the night that found it: those of before the watch are old.
CHANGED = """
    JOIN {table} x ON x.customer_id = w.customer_id AND x.before <> ''
    WHERE x."on" >= w.since::date AND x."on" > current_date - %(days)s
"""
NEW_COMPLAINT = """
    JOIN complaints_case x ON x.customer_id = w.customer_id AND x.kind = 'complaint'
    WHERE x.received_at > now() - %(days)s * interval '1 day' AND x.created_at >= w.since
        AND x.state <> 'merged' AND x.logged_by_id IS DISTINCT FROM w.user_id
        -- What an import brings of the past is no news.
        AND NOT EXISTS (SELECT FROM complaints_caseevent e
            WHERE e.case_id = x.id AND e.seq = 1 AND e.data ? 'history')
"""
LATE_COMPLAINT = """
    JOIN complaints_case x ON x.customer_id = w.customer_id AND x.kind = 'complaint'
    WHERE x.state <> 'merged' AND EXISTS (
        SELECT FROM complaints_clock k WHERE k.case_id = x.id AND k.breached_at >= w.since
            AND k.breached_at > now() - %(days)s * interval '1 day')
"""
STEP = "x.before || '>' || x.after"


def _of_changes(name: str) -> dict[str, str]:
    return {
        "cause": f"'{name}:' || x.customer_id || ':' || x.\"on\"",
        "text": STEP,
        "by": "NULL::bigint",
        "found": CHANGED.format(table=f"lifecycle_{name}change"),
    }


def _of_cases(what: str, found: str, by: str) -> dict[str, str]:
    return {"cause": f"'case:' || x.id || ':{what}'", "text": "x.title", "by": by, "found": found}


LOOKS = (
    ("tier", _of_changes("tier")),
    ("stage", _of_changes("stage")),
    ("case", _of_cases("new", NEW_COMPLAINT, "x.logged_by_id")),
    ("case", _of_cases("late", LATE_COMPLAINT, "NULL::bigint")),
)


@transaction.atomic
def sweep() -> int:
    """Write the notices that are missing; returns how many."""
    written = 0
    with connection.cursor() as cursor:
        for kind, parts in LOOKS:
            cursor.execute(
                INSERT.format(watched=WATCHED, **parts),
                {
                    "kind": kind,
                    "days": LOOKS_BACK_DAYS,
                    "account_manager": Role.ACCOUNT_MANAGER,
                },
            )
            written += cursor.rowcount
    return written
