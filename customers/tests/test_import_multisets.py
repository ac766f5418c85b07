"""Random invoices without line numbers against a slow model of the rules in docs/import.md.

Each example has twenty invoices in one file, each with a history of its own, so that 200 cases
cost ten imports of each step.
"""

import csv
import io
import random
from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import HeldLine, Transaction

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = ["customer", "reference", "date", "quantity", "unit_price", "product"]
# Two differ by the price alone, two by the customer alone.
LINES = {
    "A": ("C1", "2024-01-02", "1", "1", "P"),
    "B": ("C1", "2024-01-02", "1", "2", "P"),
    "C": ("C2", "2024-01-02", "1", "1", "P"),
    "D": ("C1", "2024-01-03", "3", "0.5", ""),
    "w": ("C1", "never", "1", "1", "P"),
}
MEANING = {values: name for name, values in LINES.items()}

INVOICE = st.text("ABCD", min_size=1, max_size=6)
CASE = {
    "before": st.text("ABCD", max_size=5),
    "lines": INVOICE,
    "broken": st.sets(st.integers(0, 5)),
}
CASES = st.lists(st.fixed_dictionaries(CASE), min_size=20, max_size=20)
SHORT, LONG = (
    settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples == 10,
        suppress_health_check=list(HealthCheck),
    )
    for examples in (10, 150)
)


def file_of(rows: list[tuple[str, str]], shuffle: random.Random | None = None) -> str:
    """(invoice, line's letter) in order, or mixed up."""
    rows = list(rows)
    if shuffle:
        shuffle.shuffle(rows)
    return _csv(HEADER, [_cells(*row) for row in rows])


def _cells(invoice: str, letter: str) -> list[str]:
    customer, *rest = LINES[letter]
    return [customer, invoice, *rest]


def _csv(header, rows) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def stored() -> dict[str, Counter]:
    found = defaultdict(Counter)
    rows = Transaction.objects.values_list(
        "reference", "customer__number", "date", "quantity", "unit_price", "product__code"
    )
    for invoice, customer, date, quantity, price, product in rows:
        values = (customer, str(date), f"{quantity:.0f}", f"{price.normalize():f}", product or "")
        found[invoice][MEANING[values]] += 1
    return found


def counts(result) -> tuple[int, int, int, int]:
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def compared(theirs: Counter, ours: Counter) -> tuple[int, int, int]:
    """(new, changed, same) when an invoice takes another's place."""
    added, removed = (theirs - ours).total(), (ours - theirs).total()
    return max(added - removed, 0), removed, (theirs & ours).total()


def start(load, cases) -> dict[str, Counter]:
    """A table with nothing but the invoices' first versions."""
    HeldLine.objects.all().delete()
    Transaction.objects.all().delete()
    before = [(f"I{n}", letter) for n, case in enumerate(cases) for letter in case["before"]]
    if before:
        load(file_of(before))
    return {f"I{n}": Counter(case["before"]) for n, case in enumerate(cases)}


def check_replacing(load, cases, seed):
    before = start(load, cases)
    wanted = {f"I{n}": Counter(case["lines"]) for n, case in enumerate(cases)}
    text = file_of(
        [(number, letter) for number, lines in wanted.items() for letter in lines.elements()],
        random.Random(seed),
    )
    expected = [compared(wanted[number], before[number]) for number in wanted]
    expected = tuple(map(sum, zip(*expected, strict=True)))
    assert counts(load(text, commit=False)) == (*expected, 0)
    assert counts(load(text)) == (*expected, 0)
    assert stored() == wanted
    assert counts(load(text)) == (0, 0, sum(map(Counter.total, wanted.values())), 0)


def check_mending(load, cases, seed):
    chance = random.Random(seed)
    before = start(load, cases)
    wanted = {f"I{n}": Counter(case["lines"]) for n, case in enumerate(cases)}
    rows, right = [], []
    for n, case in enumerate(cases):
        for at, letter in enumerate(case["lines"]):
            rows.append((f"I{n}", "w" if at in case["broken"] else letter))
            if at in case["broken"]:
                right.append((f"I{n}", letter))
    original = file_of(rows)
    broken = load(original)
    assert broken.counts.wrong == len(right)
    check_held(cases, before)
    if right:
        mend(load, broken, right, original, chance)
    assert stored() == wanted
    whole = file_of([(n, letter) for n, lines in wanted.items() for letter in lines.elements()])
    assert counts(load(whole))[:2] == (0, 0)


def check_held(cases, before):
    """Good lines are in; invoices with wrong ones have lost nothing."""
    found = stored()
    for n, case in enumerate(cases):
        good = Counter(
            letter for at, letter in enumerate(case["lines"]) if at not in case["broken"]
        )
        is_held = good.total() < len(case["lines"])
        assert found[f"I{n}"] == (good | before[f"I{n}"] if is_held else good)


def mend(load, broken, right, original, chance):
    """Some rows at a time, in any order, each file perhaps twice, the original in between."""
    with broken.wrong_rows_file.open(encoding="utf-8-sig", newline="") as file:
        header, *wrong = csv.reader(file)
    mended = [[row[0], *_cells(*line), row[-1]] for row, line in zip(wrong, right, strict=True)]
    chance.shuffle(mended)
    parts = chance.randint(1, 3)
    repeat_original = chance.random() < 0.3
    for part in range(parts):
        text = _csv(header, mended[part::parts])
        for _ in range(chance.randint(1, 2)):
            if mended[part::parts]:
                load(text)
    if repeat_original:
        # It drops what was remembered of the mended rows, not the rows; all of them come again.
        load(original)
        load(_csv(header, mended))


@SHORT
@given(cases=CASES, seed=st.integers(0, 10**6))
def test_invoices_become_what_the_file_says(load, cases, seed):
    check_replacing(load, cases, seed)


@SHORT
@given(cases=CASES, seed=st.integers(0, 10**6))
def test_mended_invoices_end_as_if_nothing_had_been_wrong(load, cases, seed):
    check_mending(load, cases, seed)


@pytest.mark.soak
@LONG
@given(cases=CASES, seed=st.integers(0, 10**6))
def test_thousands_of_invoices_become_what_their_files_say(load, cases, seed):
    check_replacing(load, cases, seed)


@pytest.mark.soak
@LONG
@given(cases=CASES, seed=st.integers(0, 10**6))
def test_thousands_of_mended_invoices_end_as_if_nothing_had_been_wrong(load, cases, seed):
    check_mending(load, cases, seed)
