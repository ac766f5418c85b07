"""The statements of care that close, link and make its tasks."""

from customers.services.care_sql import RULE, scope

# A mailing goes to many at once and is nobody's task about one customer.
WITHOUT_TASK = "('news')"

CLOSE = f"""
UPDATE customers_task t
SET state = CASE d.state WHEN 'kept' THEN 'done' ELSE 'dropped' END, closed_at = %(now)s
FROM customers_caredue d
WHERE d.task_id = t.id AND t.state = 'open' AND t.origin = 'care' AND d.state IN ('kept', 'void')
    AND {scope("d")}
"""  # noqa: S608 -- no value in it

# A task that is open still for the same customer and rule, such as that of a period that was
# missed, goes on for this one.
LINK = """
UPDATE customers_caredue d SET task_id = t.id
FROM customers_task t
WHERE t.state = 'open' AND t.origin = 'care' AND t.customer_id = d.customer_id
    AND t.reason = 'care:' || d.rule_id AND d.state = 'owed' AND d.task_id IS NULL
"""
# Who does it: never somebody who is inactive, and as many new ones a person as one can bear; whom
# it falls to is told once for all customers of the same people, and who has no room is left out
# before anything is put in order. What stands as a demand waits for its turn, the most valuable
# customers first; what falls due comes ahead of its day.
MAKE = f"""
WITH {RULE}, person AS (
    SELECT id, team_id, language, role, is_team_lead FROM accounts_user WHERE is_active
), lead AS (
    SELECT DISTINCT ON (team_id) team_id, id FROM person
    WHERE is_team_lead AND role <> 'service' ORDER BY team_id, id
), boss AS (
    SELECT DISTINCT ON (team_id) team_id, id FROM person WHERE role = 'manager'
    ORDER BY team_id, id
), load AS (
    SELECT t.assignee_id, r.stands, count(*) FILTER (WHERE t.state = 'open') AS open,
        count(*) FILTER (WHERE t.created_at >= %(midnight)s) AS fresh
    FROM customers_task t JOIN rule r ON t.reason = 'care:' || r.id
    WHERE t.origin = 'care' AND (t.state = 'open' OR t.created_at >= %(midnight)s)
    GROUP BY 1, 2
), room AS (
    SELECT person.id AS assignee_id, kind.stands, CASE WHEN kind.stands
        THEN %(most_demands)s - coalesce(load.open, 0)
        ELSE %(most_a_day)s - coalesce(load.fresh, 0) END AS places
    FROM person CROSS JOIN (VALUES (true), (false)) AS kind (stands)
    LEFT JOIN load ON load.assignee_id = person.id AND load.stands = kind.stands
), crew AS (
    SELECT DISTINCT account_manager_id, service_representative_id, team_id FROM customers_customer
), doer AS MATERIALIZED (
    SELECT coalesce(crew.account_manager_id, 0) AS manager, coalesce(crew.team_id, 0) AS team,
        coalesce(crew.service_representative_id, 0) AS representative, kind.who, room.*
    FROM crew CROSS JOIN (SELECT DISTINCT who FROM rule) AS kind
    LEFT JOIN person owner ON owner.id = crew.account_manager_id
    LEFT JOIN person rep ON rep.id = crew.service_representative_id
    LEFT JOIN lead ON lead.team_id = crew.team_id
    LEFT JOIN boss ON boss.team_id = crew.team_id
    JOIN room ON room.assignee_id = CASE kind.who
        WHEN 'service' THEN coalesce(rep.id, owner.id, lead.id, boss.id)
        WHEN 'executive' THEN coalesce(boss.id, owner.id, lead.id)
        ELSE coalesce(owner.id, lead.id, boss.id) END
    WHERE room.places > 0
), due AS MATERIALIZED (
    SELECT d.customer_id, d.due_on, r.id AS rule_id, r.stands, r.who,
        coalesce(c.account_manager_id, 0) AS manager, coalesce(c.team_id, 0) AS team,
        coalesce(c.service_representative_id, 0) AS representative
    FROM customers_caredue d JOIN rule r ON r.id = d.rule_id
    JOIN customers_customer c ON c.id = d.customer_id
    WHERE d.state = 'owed' AND d.task_id IS NULL AND r.action NOT IN {WITHOUT_TASK}
        AND (r.stands OR d.due_on <= %(today)s + r.ahead_days)
        AND (r.who, r.stands) IN (SELECT who, stands FROM doer)
), waiting AS (
    SELECT due.customer_id, due.due_on, due.rule_id, stands, s.tier, s.lifetime_value,
        doer.assignee_id, doer.places
    FROM due JOIN doer USING (who, stands, manager, representative, team)
    JOIN customers_standing s ON s.customer_id = due.customer_id
), turn AS (
    SELECT customer_id, rule_id, due_on, assignee_id, places, row_number() OVER (
        PARTITION BY assignee_id, stands
        ORDER BY CASE WHEN stands THEN DATE '0001-01-01' ELSE due_on END,
            lifetime_value DESC, tier, rule_id, customer_id) AS place
    FROM waiting)
INSERT INTO customers_task (customer_id, title, assignee_id, kind, due_on, place, origin, reason,
    state, notes, created_at, version)
SELECT turn.customer_id, left(coalesce(
        nullif(r.names ->> coalesce(nullif(person.language, ''), %(language)s), ''),
        nullif(r.names ->> 'en', ''), nullif(r.names ->> 'zh-hans', ''), r.action), 200),
    turn.assignee_id, CASE WHEN r.action IN ('visit', 'executive') THEN 'visit'
        WHEN r.action IN ('contact', 'call') THEN 'call' ELSE 'todo' END,
    turn.due_on, '', 'care', 'care:' || r.id, 'open', '', %(now)s, 1
FROM turn JOIN person ON person.id = turn.assignee_id JOIN rule r ON r.id = turn.rule_id
WHERE turn.place <= turn.places
ORDER BY turn.customer_id, turn.rule_id
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- no value in it
