"""Each file of the corpus gets the answer that it should: no value changes in silence."""

from pathlib import Path

import pytest

from crm.platform.models import Installation
from customers.imports import Order, Refused, reading, run
from customers.models import CustomerIdentity, Transaction
from customers.tests.corpus.answer import Answer
from customers.tests.corpus.answers import PLAIN
from customers.tests.corpus.made import MADE, MEGABYTE

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "corpus" / "files"


@pytest.fixture
def answer_to(settings, tmp_path, monkeypatch):
    """What becomes of a file where one megabyte may be sent, and ten unpacked."""
    settings.MEDIA_ROOT = tmp_path / "media"
    installation = Installation.get()
    installation.upload_megabytes = 1
    installation.save()
    monkeypatch.setattr(reading, "WORKBOOK_UNPACKED", 10 * MEGABYTE)

    def answer(path: Path) -> Answer:
        order = Order(kind="transactions", path=str(path), source="erp", create_customers=True)
        refusal = None
        try:
            result = run(order, commit=True, upload=True)
        except Refused as refused:
            refusal = refused
        if refusal:
            assert str(refusal)
            assert not Transaction.objects.exists()
            return Answer(refusal=refusal.code)
        shown = result.first_wrong.get("rows", [])
        assert len(shown) == result.counts.wrong
        assert result.counts.new == Transaction.objects.count()
        return Answer(rows=stored(), wrong={int(row["line"]): row["flaws"] for row in shown})

    return answer


def stored() -> tuple[str, ...]:
    keys = dict(CustomerIdentity.objects.values_list("customer_id", "key"))
    found = Transaction.objects.order_by("reference", "customer").values_list(
        "customer_id", "reference", "date", "amount"
    )
    return tuple(
        f"{keys[customer]} {reference} {date} {amount.normalize():f}"
        for customer, reference, date, amount in found
    )


def test_the_corpus_is_whole():
    names = {path.stem for path in FILES.iterdir()}
    assert names == set(PLAIN)
    assert len(names | set(MADE)) >= 120


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_each_plain_file_gets_its_answer(answer_to, name):
    assert answer_to(FILES / f"{name}.csv") == PLAIN[name]


@pytest.mark.parametrize("name", sorted(MADE))
def test_each_made_file_gets_its_answer(answer_to, tmp_path, name):
    content, expected = MADE[name]
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert answer_to(path) == expected
