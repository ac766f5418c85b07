"""Contacts: made or updated by their key, their e-mail or their name at the customer.

The file's rows become `import_people`: typed, with the contact that they mean and their flaws. The
rules are in docs/import.md: a key decides, else the e-mail, else the name; what fits two is wrong,
and who was erased is never taken in again.
"""

from django.conf import settings
from django.db import connection

from customers.imports import traces
from customers.imports.fields import Counts, Preview, require
from customers.imports.kinds.contact_fields import FIELDS
from customers.imports.kinds.parties import FIND_CUSTOMERS, MAKE_KEYS, refresh_all
from customers.imports.kinds.typed import differences, typed
from customers.imports.staging import Staged
from customers.models import Contact
from customers.services import care
from customers.services.erasure import ERASED_KEY

CONTACT, IDENTITY = "customers_contact", "customers_contactidentity"
TEXTS = (
    *("name", "title", "department", "role", "attitude", "phone", "mobile", "email"),
    *("language", "channel", "customs", "remarks", "consent"),
)
DATES = ("birthday", "left_on")
PARTS = typed(FIELDS)
# Without case, accents, width of characters and spare spaces.
FOLDED = (
    "btrim(regexp_replace(lower(regexp_replace(normalize({0}, NFKD),"
    " '[\\u0300-\\u036f]', '', 'g')), '\\s+', ' ', 'g'))"
)

KEYS = "INSERT INTO import_keys SELECT DISTINCT customer, false FROM import_rows"
# An e-mail that the file gives to several names is no person's own: the name then decides too.
PEOPLE = f"""
DROP TABLE IF EXISTS import_people, import_ours, import_matches;
CREATE TEMP TABLE import_people ON COMMIT DROP AS
WITH typed AS (
    SELECT r.row_no, c.customer_id, {PARTS.columns},
        lower(coalesce(v_email.word, '')) AS mail, {FOLDED.format("r.name")} AS folded,
        concat_ws(' ', nullif(r.flaw, ''), {PARTS.flaws},
            CASE WHEN r.customer <> '' AND c.customer_id IS NULL
                 THEN 'unknown_customer:customer' END) AS flaw
    FROM import_rows r LEFT JOIN import_customers c ON c.key = r.customer {PARTS.joins})
SELECT typed.*, NULL::bigint AS contact_id, '' AS person, '' AS known_by, false AS is_repeat,
    ROW(customer_id, {", ".join(TEXTS)}, {", ".join(DATES)}, consent_on)::text AS content,
    mail <> '' AND coalesce(min(folded) FILTER (WHERE folded <> '') OVER box
        <> max(folded) OVER box, false) AS is_shared
FROM typed WINDOW box AS (PARTITION BY customer_id, mail, flaw = '');
CREATE INDEX ON import_people (customer_id);
ANALYZE import_people
"""  # noqa: S608 -- no value in it
BY_KEY = f"""
WITH keys AS (
    SELECT row_no, key FROM import_people WHERE key <> '' AND flaw = ''
    UNION ALL
    SELECT row_no, '{ERASED_KEY}' || encode(sha256(convert_to(key, 'UTF8')), 'hex')
    FROM import_people WHERE key <> '' AND flaw = '')
UPDATE import_people p SET contact_id = k.id, known_by = 'key',
    flaw = CASE WHEN k.erased_at IS NOT NULL THEN 'erased'
        WHEN k.customer_id <> p.customer_id THEN 'other_customer:key' ELSE '' END
FROM keys JOIN customers_contactidentity i ON i.source_id = %(source)s AND i.key = keys.key
JOIN customers_contact k ON k.id = i.contact_id
WHERE keys.row_no = p.row_no
"""  # noqa: S608 -- no value in it
OURS = f"""
CREATE TEMP TABLE import_ours ON COMMIT DROP AS
SELECT k.id, k.customer_id, lower(k.email) AS mail, {FOLDED.format("k.name")} AS folded,
    EXISTS (SELECT FROM customers_contactidentity i
            WHERE i.contact_id = k.id AND i.source_id = %(source)s) AS has_key
FROM customers_contact k
WHERE k.erased_at IS NULL
    AND k.customer_id IN (SELECT customer_id FROM import_people WHERE flaw = '');
CREATE INDEX ON import_ours (customer_id);
ANALYZE import_ours
"""  # noqa: S608 -- no value in it
# Who has another key of this source is somebody else.
BY_MAIL = """
UPDATE import_people p SET known_by = 'mail',
    contact_id = CASE WHEN f.fits = 1 THEN f.first WHEN f.named = 1 THEN f.namesake END,
    flaw = CASE WHEN f.fits > 1 AND f.named <> 1 THEN 'ambiguous:email' ELSE '' END
FROM (
    SELECT p.row_no, count(*) AS fits, min(o.id) AS first,
        count(*) FILTER (WHERE o.folded = p.folded) AS named,
        min(o.id) FILTER (WHERE o.folded = p.folded) AS namesake
    FROM import_people p JOIN import_ours o USING (customer_id)
    WHERE p.flaw = '' AND p.contact_id IS NULL AND p.mail <> '' AND o.mail = p.mail
        AND (NOT p.is_shared OR p.folded IN ('', o.folded)) AND (p.key = '' OR NOT o.has_key)
    GROUP BY p.row_no) f
WHERE f.row_no = p.row_no
"""
# Nor is somebody meant by name whom another row means by key or e-mail, if this row has its own.
BY_NAME = """
UPDATE import_people p SET known_by = 'name',
    contact_id = CASE WHEN f.fits = 1 THEN f.first END,
    flaw = CASE WHEN f.fits > 1 THEN 'ambiguous:name' ELSE '' END
FROM (
    SELECT p.row_no, count(*) AS fits, min(o.id) AS first
    FROM import_people p JOIN import_ours o USING (customer_id)
    WHERE p.flaw = '' AND p.contact_id IS NULL AND p.folded <> '' AND o.folded = p.folded
        AND (p.key = '' OR NOT o.has_key)
        AND (p.key = '' AND p.mail = '' OR o.id NOT IN (
            SELECT contact_id FROM import_people WHERE known_by IN ('key', 'mail')
                AND contact_id IS NOT NULL))
    GROUP BY p.row_no) f
WHERE f.row_no = p.row_no
"""
# Rows of nobody known: those of one person find each other in the same way.
NAME_NEW = """
UPDATE import_people SET
    flaw = CASE WHEN name = '' THEN 'missing:name' ELSE '' END,
    person = CASE WHEN name = '' THEN '' WHEN key <> '' THEN 'k' || key
        WHEN mail <> '' THEN concat('m', customer_id, ' ', mail, ' ',
            CASE WHEN is_shared THEN folded END)
        ELSE concat('n', customer_id, ' ', folded) END
WHERE flaw = '' AND contact_id IS NULL;
-- Without it the planner believes that nobody is new.
ANALYZE import_people
"""
JOIN_NEW = """
UPDATE import_people p SET person = CASE WHEN f.fits = 1 THEN f.first ELSE '' END,
    flaw = CASE WHEN f.fits = 1 THEN '' ELSE 'ambiguous:{field}' END
FROM (
    SELECT p.row_no, count(DISTINCT o.person) AS fits, min(o.person) AS first
    FROM import_people p JOIN import_people o USING (customer_id)
    WHERE p.person LIKE '{this}%' AND o.person SIMILAR TO '[{others}]%' AND {same}
    GROUP BY p.row_no) f
WHERE f.row_no = p.row_no
"""
JOINS = (
    JOIN_NEW.format(
        this="m",
        others="k",
        field="email",
        same="o.mail = p.mail AND (NOT p.is_shared OR o.folded = p.folded)",
    ),
    JOIN_NEW.format(this="n", others="km", field="name", same="o.folded = p.folded"),
)
NUMBER_NEW = """
UPDATE import_people p SET contact_id = made.id
FROM (SELECT person, nextval('customers_contact_id_seq') AS id
      FROM (SELECT DISTINCT person FROM import_people WHERE person <> '') people) made
WHERE made.person = p.person;
ANALYZE import_people
"""
# The row with a key goes first: its key is learned.
JUDGE_REPEATS = """
WITH repeated AS (
    SELECT row_no, row_number() OVER same AS turn,
        content <> first_value(content) OVER same
            OR key NOT IN ('', first_value(key) OVER same) AS differs
    FROM import_people WHERE flaw = ''
    WINDOW same AS (PARTITION BY contact_id ORDER BY key = '', row_no))
UPDATE import_people p SET is_repeat = true,
    flaw = CASE WHEN repeated.differs THEN 'twice' ELSE '' END
FROM repeated WHERE repeated.row_no = p.row_no AND repeated.turn > 1
"""
JUDGE_CONSENT = """
UPDATE import_people p SET flaw = 'missing:consent'
WHERE p.flaw = '' AND p.consent_on IS NOT NULL AND p.consent = '' AND NOT EXISTS (
    SELECT FROM customers_contact k WHERE k.id = p.contact_id AND k.consent <> '')
"""
MATCH = f"""
CREATE TEMP TABLE import_matches ON COMMIT DROP AS
SELECT p.row_no, p.contact_id AS id, p.customer_id,
    CASE WHEN p.is_repeat THEN 'same' WHEN k.id IS NULL THEN 'new'
         WHEN p.key <> '' AND p.known_by <> 'key'
            OR {" OR ".join(f"p.{name} NOT IN ('', k.{name})" for name in TEXTS)}
            OR {" OR ".join(f"p.{name} <> coalesce(k.{name}, '-infinity')" for name in DATES)}
            OR p.consent_on <> coalesce(k.consent_on, '-infinity')
         THEN 'changed' ELSE 'same' END AS verdict
FROM import_people p LEFT JOIN customers_contact k ON k.id = p.contact_id
WHERE p.flaw = '';
ANALYZE import_matches
"""  # noqa: S608 -- no value in it
COUNTS = """
SELECT count(*) FILTER (WHERE verdict = 'new'), count(*) FILTER (WHERE verdict = 'changed'),
    count(*) FILTER (WHERE verdict = 'same')
FROM import_matches
"""
# As everybody who writes about customers does: first they are locked, in order.
LOCK = """
DROP TABLE IF EXISTS import_touched;
CREATE TEMP TABLE import_touched ON COMMIT DROP AS
SELECT DISTINCT customer_id AS id FROM import_matches WHERE verdict <> 'same';
SELECT c.id FROM customers_customer c JOIN import_touched t ON t.id = c.id ORDER BY c.id
FOR NO KEY UPDATE OF c
"""
NEW = f"""
INSERT INTO customers_contact (id, customer_id, {", ".join(TEXTS)}, {", ".join(DATES)},
    consent_on, version)
SELECT p.contact_id, p.customer_id, {", ".join(f"p.{name}" for name in (*TEXTS, *DATES))},
    CASE WHEN p.consent <> '' THEN coalesce(p.consent_on, %(today)s) END, 1
FROM import_matches m JOIN import_people p USING (row_no) WHERE m.verdict = 'new'
ORDER BY p.row_no
"""  # noqa: S608 -- no value in it
# Who was erased meanwhile stays erased.
CHANGE = f"""
UPDATE customers_contact k SET
    {", ".join(f"{name} = coalesce(nullif(p.{name}, ''), k.{name})" for name in TEXTS)},
    {", ".join(f"{name} = coalesce(p.{name}, k.{name})" for name in DATES)},
    consent_on = CASE WHEN p.consent NOT IN ('', k.consent)
        THEN coalesce(p.consent_on, %(today)s) ELSE coalesce(p.consent_on, k.consent_on) END,
    version = k.version + 1
FROM import_matches m JOIN import_people p USING (row_no)
WHERE m.verdict = 'changed' AND k.id = p.contact_id AND k.erased_at IS NULL
"""  # noqa: S608 -- no value in it
LEARN_KEYS = """
INSERT INTO customers_contactidentity (source_id, key, contact_id)
SELECT %(source)s, p.key, p.contact_id
FROM import_matches m JOIN import_people p USING (row_no)
JOIN customers_contact k ON k.id = p.contact_id AND k.erased_at IS NULL
WHERE m.verdict IN ('new', 'changed') AND p.key <> '' AND p.known_by <> 'key'
ORDER BY p.row_no
"""
CHANGED = "SELECT id FROM import_matches WHERE verdict = 'changed'"
DIFFERENCES = differences(
    {name: (f"k.{name}", f"p.{name}") for name in (*TEXTS, *DATES, "consent_on")}
    | {"customer": ("NULL", "CASE WHEN k.id IS NULL THEN p.customer END")}
    | {"key": ("NULL", "CASE WHEN p.known_by <> 'key' THEN p.key END")},
    "JOIN import_people p USING (row_no) LEFT JOIN customers_contact k ON k.id = p.contact_id",
)
HANDFUL = "SELECT id FROM import_touched WHERE id > %s ORDER BY id LIMIT 2000"


class ContactsKind:
    """The people at customers."""

    name = "contacts"
    fields = FIELDS
    wrong_rows = "SELECT row_no, flaw FROM import_people WHERE flaw <> '' ORDER BY row_no"
    preview = Preview(
        "SELECT row_no, verdict FROM import_matches",
        DIFFERENCES,
        words={
            "role": dict(Contact.Role.choices),
            "attitude": dict(Contact.Attitude.choices),
            "channel": dict(Contact.Channel.choices),
            "consent": dict(Contact.Consent.choices),
            "language": dict(settings.LANGUAGES),
        },
    )

    def check_columns(self, mapped: frozenset[str]) -> None:
        require(FIELDS, mapped)

    def plan(self, staged: Staged) -> Counts:
        params = staged.params
        with connection.cursor() as cursor:
            for step in (MAKE_KEYS, KEYS, FIND_CUSTOMERS, PEOPLE):
                cursor.execute(step, params)
            staged.report("comparing", 0.4)
            for step in (BY_KEY, OURS, BY_MAIL, BY_NAME):
                cursor.execute(step, params)
            for step in (NAME_NEW, *JOINS, NUMBER_NEW, JUDGE_REPEATS, JUDGE_CONSENT):
                cursor.execute(step)
            staged.report("comparing", 0.8)
            cursor.execute(MATCH)
            cursor.execute(COUNTS)
            new, changed, same = cursor.fetchone()
        return Counts(staged.rows, new, changed, same, staged.rows - new - changed - same)

    def write(self, staged: Staged) -> None:
        params = {**staged.params, "today": staged.today}
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
            traces.insert(staged, CONTACT, NEW, params)
            staged.report("writing", 0.4)
            with traces.watch(staged, CONTACT, CHANGED):
                cursor.execute(CHANGE, params)
            traces.insert(staged, IDENTITY, LEARN_KEYS, params)

    def derive(self, staged: Staged) -> None:
        """What customers are found by, and what the file makes up for of care that is owed."""
        refresh_all("import_touched")
        after = 0
        while ids := _handful(after):
            care.settle_many(ids, staged.today)
            after = ids[-1]


def _handful(after: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(HANDFUL, [after])
        return [customer for (customer,) in cursor.fetchall()]
