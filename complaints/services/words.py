"""What cases are found by, kept in the transaction that writes them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection, transaction

from complaints.models import Case, CaseIdentity
from crm.platform.bulk import copy_rows
from customers.services.tokens import array, tokens

# Fields of a case that it is found by; who sets one of them calls `refresh_words`.
FOUND_BY = ("title", "order_reference", "caller_name", "caller_phone", "caller_email")
BATCH = 10_000

UPSERT = """
    INSERT INTO complaints_casetokens AS t (case_id, tokens)
    SELECT case_id, tokens FROM case_words ORDER BY case_id
    ON CONFLICT (case_id) DO UPDATE SET tokens = EXCLUDED.tokens
    WHERE t.tokens IS DISTINCT FROM EXCLUDED.tokens
"""
# In order, so that two that add the same words wait for each other, not deadlock.
ADD_TO_DICTIONARY = """
    INSERT INTO complaints_caseword (token)
    SELECT DISTINCT token FROM case_words, unnest(tokens) AS token ORDER BY token
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def refresh_words(case_ids: Sequence[int]) -> None:
    """Bring the tokens of cases in line with title, order, caller and keys, in batches."""
    for start in range(0, len(case_ids), BATCH):
        _refresh_batch(case_ids[start : start + BATCH])


def _refresh_batch(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS case_words (case_id bigint PRIMARY KEY, tokens text[])"
            " ON COMMIT DELETE ROWS"
        )
        cursor.execute("DELETE FROM case_words")
        copy_rows("case_words", ("case_id", "tokens"), list(_words(ids)))
        cursor.execute(UPSERT)
        cursor.execute(ADD_TO_DICTIONARY)


def _words(ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    keys = defaultdict(list)
    for case, key in CaseIdentity.objects.filter(case__in=ids).values_list("case_id", "key"):
        keys[case].append(key)
    for pk, title, order, name, phone, email in Case.objects.filter(pk__in=ids).values_list(
        "pk", *FOUND_BY
    ):
        yield pk, array(tokens([title, order, name, *keys[pk]], [phone], [email]))


def forget_words(words: Collection[str]) -> None:
    """Take words out of the dictionary that no case has any more."""
    with connection.cursor() as cursor:
        # Nobody adds words meanwhile: one that two cases share must not be lost for the other.
        cursor.execute("LOCK TABLE complaints_caseword IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            "DELETE FROM complaints_caseword w WHERE w.token = ANY(%s) AND NOT EXISTS ("
            "SELECT FROM complaints_casetokens t WHERE t.tokens @> ARRAY[w.token]::varchar[])",
            [list(words)],
        )
