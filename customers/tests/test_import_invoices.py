"""Invoices without line numbers: compared as multisets, held back by wrong lines, mended."""

import csv
import io
from collections import Counter

import pytest

from customers.models import HeldLine, TouchedCustomer, Transaction

pytestmark = pytest.mark.django_db
HEADER = "customer,reference,date,quantity,unit_price,product\n"
A, B, C, D = ("C1,{},2024-01-02,1,1,A", "C1,{},2024-01-02,2,1,B", "C2,{},2024-01-03,3,1,C",
              "C1,{},2024-01-02,4,1,D")  # fmt: skip
WRONG = "C1,{},never,9,1,W"


def table(*invoices: tuple) -> str:
    """("I1", A, B) is an invoice of two lines."""
    lines = [line.format(number) for number, *lines in invoices for line in lines]
    return HEADER + "\n".join(lines) + "\n"


def counts(result):
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def lines_of(number="I1") -> Counter:
    rows = Transaction.objects.filter(reference=number)
    return Counter(rows.values_list("product__code", flat=True))


def mended(result, *lines: str, of: str = "I1") -> str:
    """The file of wrong rows with its broken lines replaced, one by one; None leaves one out."""
    text = result.wrong_rows_file.read_text("utf-8-sig")
    broken = list(csv.reader(io.StringIO(text)))
    rows = [broken[0]]
    for row, line in zip(broken[1:], lines, strict=True):
        if line is not None:
            rows.append([row[0], *line.format(of).split(","), row[-1]])
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_equal_lines_both_count(load):
    assert counts(load(table(("I1", A, A, B)))) == (3, 0, 0, 0)
    assert counts(load(table(("I1", A, B, A)))) == (0, 0, 3, 0)
    assert lines_of() == Counter("AAB")


def test_another_copy_of_a_line_is_new_and_one_less_is_a_change(load):
    load(table(("I1", A, B)))
    assert counts(load(table(("I1", A, A, B)))) == (1, 0, 2, 0)
    assert counts(load(table(("I1", A, B)))) == (0, 1, 2, 0)
    assert lines_of() == Counter("AB")


def test_a_line_that_replaces_another_is_a_change_and_others_are_new(load):
    load(table(("I1", A, B)))
    TouchedCustomer.objects.all().delete()
    assert counts(load(table(("I1", A, C, D)))) == (1, 1, 1, 0)
    assert lines_of() == Counter("ACD")
    touched = dict(TouchedCustomer.objects.values_list("customer__number", "since"))
    assert {number: str(day) for number, day in touched.items()} == {
        "C1": "2024-01-02",
        "C2": "2024-01-03",
    }


def test_invoices_that_the_file_does_not_name_stay(load):
    load(table(("I1", A, B), ("I2", C)))
    load(table(("I2", D)))
    assert (lines_of("I1"), lines_of("I2")) == (Counter("AB"), Counter("D"))


def test_the_same_invoice_number_of_another_source_stays(load):
    load(table(("I1", A)), source="erp")
    load(table(("I1", B)), source="shop")
    assert lines_of() == Counter("AB")


def test_an_invoice_may_change_its_customer(load):
    load(table(("I1", A)))
    assert counts(load(table(("I1", A.replace("C1", "C2"))))) == (0, 1, 0, 0)
    assert Transaction.objects.get().customer.number == "C2"


def test_a_wrong_line_holds_the_comparison_back_not_the_good_lines(load):
    load(table(("I1", A, B), ("I2", A, B)))
    result = load(table(("I1", A, C, WRONG), ("I2", A, C)))
    assert counts(result) == (1, 1, 2, 1)
    assert (lines_of("I1"), lines_of("I2")) == (Counter("ABC"), Counter("AC"))


def test_the_mended_row_completes_its_invoice(load):
    broken = load(table(("I1", A, WRONG, B)))
    assert counts(load(mended(broken, C))) == (1, 0, 0, 0)
    assert lines_of() == Counter("ABC")


def test_with_the_last_row_mended_the_held_comparison_is_made_up(load):
    load(table(("I1", A, D)))
    broken = load(table(("I1", A, WRONG, WRONG)))
    first = load(mended(broken, B, WRONG))
    assert (counts(first), lines_of()) == ((1, 0, 0, 1), Counter("ADB"))
    # Two rounds later the row still knows its line in the first file.
    assert counts(load(mended(first, C))) == (0, 1, 0, 0)
    assert lines_of() == Counter("ABC")


def test_repeating_either_file_doubles_nothing(load):
    original = table(("I1", A, A, WRONG))
    broken = load(original)
    mended_rows = mended(broken, A)
    for text, expected in (
        (mended_rows, (1, 0, 0, 0)),
        (mended_rows, (0, 0, 1, 0)),
        (original, (0, 0, 2, 1)),
        (original, (0, 0, 2, 1)),
        (mended_rows, (0, 0, 1, 0)),
        (table(("I1", A, A, A)), (0, 0, 3, 0)),
        (mended_rows, (0, 0, 1, 0)),
    ):
        assert counts(load(text)) == expected
        assert lines_of() == Counter("AAA")


def test_a_row_mended_anew_replaces_its_first_mending(load):
    broken = load(table(("I1", A, WRONG), ("I2", WRONG)))
    load(mended(broken, B, B.replace("{}", "I2")))
    assert counts(load(mended(broken, C, C.replace("{}", "I2")))) == (0, 2, 0, 0)
    assert (lines_of("I1"), lines_of("I2")) == (Counter("AC"), Counter("C"))


def test_rows_mended_one_after_the_other_all_count(load):
    broken = load(table(("I1", WRONG, WRONG, WRONG)))
    for row in ((A, None, None), (None, A, None), (None, None, A), (None, A, None)):
        load(mended(broken, *row))
    assert lines_of() == Counter("AAA")


def test_rows_mended_after_a_check_alone_are_not_doubled_by_the_file(load):
    original = table(("I1", A, WRONG))
    broken = load(original, commit=False)
    load(mended(broken, B))
    assert counts(load(original)) == (1, 0, 0, 1)
    assert lines_of() == Counter("AB")
    load(mended(broken, B))
    assert lines_of() == Counter("AB")


def test_a_whole_invoice_later_stands_for_itself(load):
    broken = load(table(("I1", A, WRONG)))
    load(mended(broken, B))
    assert counts(load(table(("I1", A, C)))) == (0, 1, 1, 0)
    assert not HeldLine.objects.exists()
    assert lines_of() == Counter("AC")


def test_a_line_without_a_readable_invoice_holds_its_neighbours_back(load):
    stray = "C1,,2024-01-02,1,1,A"
    load(table(("I1", A, A), ("I2", B, B), ("I3", A, A)))
    broken = load(table(("I1", A, stray), ("I2", B), ("I3", A)))
    assert counts(broken) == (0, 1, 3, 1)
    assert [lines_of(number) for number in ("I1", "I2", "I3")] == [
        Counter("AA"), Counter("BB"), Counter("A"),
    ]  # fmt: skip
    # Mended, it is the second copy of its invoice, which is complete with it.
    assert counts(load(mended(broken, A))) == (0, 0, 1, 0)
    assert lines_of("I1") == Counter("AA")


def test_the_reference_itself_may_have_been_the_mistake(load):
    broken = load(table(("I1", A), ("TYPO", WRONG)))
    load(mended(broken, A))
    assert lines_of() == Counter("A")  # nothing was known of I1: an equal line is there already
    load(mended(broken, B))
    assert lines_of() == Counter("B")  # the mended row took the place of what it was before


def test_a_mended_row_without_its_line_number_is_wrong(load):
    broken = load(table(("I1", A, WRONG)))
    text = mended(broken, B).replace("\n3,", "\n,")
    result = load(text)
    assert counts(result) == (0, 0, 0, 1)
    assert result.first_wrong["rows"][0]["flaws"] == "bad_original"


def test_invoices_all_wrong_leave_nothing_behind(load):
    load(table(("I1", WRONG, WRONG)))
    assert not HeldLine.objects.exists()


def test_numbered_lines_are_mended_by_their_number(load):
    header = "customer,reference,line,date,amount\n"
    broken = load(header + "C1,I1,1,2024-01-02,1\nC1,I1,2,never,2\n")
    text = broken.wrong_rows_file.read_text("utf-8-sig").replace("never", "2024-01-02")
    assert counts(load(text)) == (1, 0, 0, 0)
    assert counts(load(text)) == (0, 0, 1, 0)
    assert Transaction.objects.count() == 2
