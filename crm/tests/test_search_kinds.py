"""What search finds beside customers, why it says so, and for whom."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Case, CaseTokens, CaseWord
from complaints.services.actions import act
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory
from crm import erasure, search
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.search.marking import Marked, Text
from customers.models import (
    CustomerIdentity,
    FormerNumber,
    SearchToken,
    Source,
    Standing,
    Transaction,
)
from customers.querysets import TokensQuerySet, found
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def manager():
    return ManagerFactory()


@pytest.fixture
def acorn(amy):
    customer = CustomerFactory(
        name="Acorn Trading",
        number="A-100",
        account_manager=amy,
        aliases="Oak Seed",
        phone="020 7946 0958",
        email="office@acorn.example",
        website="https://www.acorn-shop.example/",
        tax_number="GB999",
    )
    ContactFactory(customer=customer, name="Anna Bell", mobile="+86 138 0013 8000")
    source = Source.objects.create(code="erp")
    CustomerIdentity.objects.create(customer=customer, source=source, key="E778")
    FormerNumber.objects.create(customer=customer, number="OLD-7")
    line = {"date": dt.date(2026, 1, 5), "quantity": 1, "amount": 4321}
    Transaction.objects.create(customer=customer, source=source, reference="INV-17", **line)
    refresh_derived([customer.pk])
    return customer


def kinds(user, text: str) -> dict[str, list[str]]:
    return {kind.name: [h.title.text for h in kind.hits] for kind in search.find(user, text).kinds}


def why(user, text: str) -> list[tuple[str, str]]:
    """The reasons of the only hit, with what was found in square brackets."""
    (hit,) = search.find(user, text).hits
    return [(reason.label, bracketed(reason.value)) for reason in hit.reasons]


def bracketed(marked: Marked | None) -> str:
    parts = marked.parts if marked else []
    return "".join(f"[{part.text}]" if part.found else part.text for part in parts)


def main_of(page) -> str:
    """The part of a page that is not the same on all."""
    assert page.status_code == 200
    return page.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("acorn trad", [("name", "")]),
        ("A-10", [("number", "")]),
        ("oak", [("other name", "[Oak] Seed")]),
        ("old-7", [("former number", "[OLD-7]")]),
        ("e778", [("number in erp", "[E778]")]),
        ("79460958", [("phone", "020 [7946 0958]")]),
        ("office", [("e-mail", "[office]@acorn.example")]),
        ("shop", [("website", "https://www.acorn-[shop].example/")]),
        ("gb999", [("tax number", "[GB999]")]),
        ("acron", [("name", ""), ("spelled like “acorn”", "")]),
        ("anna", [("name", "")]),
        ("13800138000", [("mobile", "+86 [138 0013 8000]")]),
        ("anna acorn", [("name", ""), ("customer", "")]),
        ("inv-17", [("number", "")]),
    ],
)
def test_each_hit_says_why_it_was_found(manager, acorn, text, reasons):
    assert why(manager, text) == reasons


@pytest.mark.parametrize(
    ("text", "word", "marked"),
    [
        ("Campbell & Bell", "bell", "Camp[bell] & [Bell]"),
        ("Café", "cafe", "[Café]"),
        ("ＡＢＣ Ltd", "abc", "[ＡＢＣ] Ltd"),
        ("O'Neil", "oneil", "[O'Neil]"),
        ("(020) 7946-0958", "79460958", "(020) [7946-0958]"),
        ("江苏华信科技", "hxkj", "江苏[华信科技]"),
        ("江苏华信科技", "xinke", "江苏华[信科]技"),
        ("Straße", "strasse", "[Straße]"),
        ("nothing", "zzz", "nothing"),
    ],
)
def test_what_was_found_is_marked_as_it_is_written(text, word, marked):
    spans, _by_sound = Text(text).spans(word)
    assert bracketed(Marked(text, tuple(spans))) == marked


def test_what_is_marked_is_text_and_never_markup(client, manager):
    evil = CustomerFactory(name="<b>Acorn</b> & <script>alert(1)</script>")
    refresh_derived([evil.pk])
    client.force_login(manager)
    page = client.get("/search/", {"q": "acorn"}).text
    assert "&lt;b&gt;<mark>Acorn</mark>&lt;/b&gt; &amp; &lt;script&gt;" in page
    assert "<script>alert" not in page


def test_a_former_number_leads_to_the_customer_that_was_kept(client, manager, acorn):
    client.force_login(manager)
    assert client.get("/search/", {"q": "OLD-7"}).url == f"/customers/{acorn.pk}/"


def test_cases_are_found_by_number_order_and_words_of_the_title(manager, acorn):
    case = CaseFactory(customer=acorn, title="Wet pallets", order_reference="PO-7781")
    chinese = CaseFactory(customer=acorn, title="泵漏水")
    for text in ("wet", "pallets wet", "alle", "po-7781", "7781", case.reference, "palets"):
        assert kinds(manager, text)["cases"] == ["Wet pallets"], text
    for text in ("漏水", "loushui", "bls"):
        assert kinds(manager, text)["cases"] == ["泵漏水"], text
    assert "cases" not in kinds(manager, f"C{chinese.pk + 1000}")


def test_the_number_of_a_case_written_in_full_opens_it(client, manager, acorn):
    case = CaseFactory(customer=acorn, title="Wet pallets")
    client.force_login(manager)
    for text in (case.reference, f"c{case.pk}"):
        assert client.get("/search/", {"q": text}).url == f"/complaints/{case.pk}/"
    assert client.get("/search/", {"q": str(case.pk)}).status_code == 200


def test_a_case_is_found_by_the_words_that_it_has_now(manager, acorn):
    case = CaseFactory(customer=acorn, title="Wet pallets", by=manager)
    act(case=case, action=Action.CHANGE, by=manager, values={"title": "Torn sacks"})
    assert kinds(manager, "torn") == {"cases": ["Torn sacks"]}
    assert kinds(manager, "wet") == {}


def test_words_of_a_case_go_with_it_however_it_is_deleted():
    """Importing is undone by SQL, past the cascades of Django."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confdeltype FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
            [CaseTokens._meta.db_table],
        )
        assert cursor.fetchall() == [("c",)]


def test_an_invoice_is_found_by_its_whole_number_and_leads_to_the_dealings(client, manager, acorn):
    client.force_login(manager)
    (hit,) = client.get("/search/suggest/", {"q": "inv-17"}).json()["results"]
    assert (hit["kind"], hit["label"]) == ("invoices", "INV-17")
    assert hit["url"] == f"/customers/{acorn.pk}/dealings/?invoice=INV-17"
    assert client.get(hit["url"]).status_code == 200
    assert kinds(manager, "inv-1") == {}


def test_service_staff_see_all_cases_and_no_amount(client, acorn):
    CaseFactory(customer=acorn, title="Wet pallets")
    CaseFactory(customer=None, caller_name="Walter Unknown", title="Lost parcel")
    Standing.objects.filter(pk=acorn.pk).update(lifetime_value=987654)
    service = ServiceFactory()
    assert kinds(service, "pallets") == {"cases": ["Wet pallets"]}
    assert kinds(service, "unknown") == {"cases": ["Lost parcel"]}
    client.force_login(service)
    for text in ("acorn", "inv-17"):
        page = client.get("/search/", {"q": text}).text
        assert "987,654" not in page
        assert "4,321" not in page


def test_an_account_manager_learns_nothing_of_another_team(client, acorn):
    """Neither by hits nor by words that stand in for others, nor by numbers, nor by emptiness."""
    CaseFactory(customer=acorn, title="Wet pallets", order_reference="PO-7781")
    CaseFactory(customer=None, caller_name="Walter Unknown", title="Lost parcel")
    stranger = AccountManagerFactory()
    client.force_login(stranger)
    case = Case.objects.get(title="Wet pallets")
    typed = ["acorn", "acron", "oak", "anna", "bell", "OLD-7", "old-7", "e778", "79460958", "gb999"]
    typed += ["A-100", "13800138000", "pallets", "palets", "po-7781", case.reference, "INV-17"]
    typed += ["unknown", "acorn-shop.example"]
    nothing = main_of(client.get("/search/", {"q": "zzzz"}))
    for text in typed:
        assert kinds(stranger, text) == {}, text
        assert main_of(client.get("/search/", {"q": text})).replace(text, "zzzz") == nothing, text
        assert client.get("/search/suggest/", {"q": text}).json() == {"results": []}, text


def test_somebody_elses_customer_does_not_push_ones_own_out(amy):
    """What is cut is cut after the rule of access, and a mistake is one where one sees nothing."""
    CustomerFactory.create_batch(30, name="Acorn Theirs")
    mine = CustomerFactory(name="Old Acorn", account_manager=amy)
    typo = CustomerFactory(name="Hampton", account_manager=amy)
    hanpton = CustomerFactory(name="Hanpton")
    everybody = list(Standing.objects.values_list("pk", flat=True))
    refresh_derived([*everybody, mine.pk, typo.pk, hanpton.pk])
    assert kinds(amy, "acorn") == {"customers": ["Old Acorn"]}
    assert kinds(amy, "hanpton") == {"customers": ["Hampton"]}


def test_a_chosen_contact_is_of_customers_alone_where_a_customer_is_looked_for(client, acorn):
    CaseFactory(customer=acorn, title="Anna called")
    client.force_login(ServiceFactory())
    found = client.get("/search/suggest/", {"q": "anna", "for": "case"}).json()["results"]
    assert [hit["kind"] for hit in found] == ["contacts"]
    page = client.get("/search/", {"q": "anna", "for": "case"}).text
    contact = acorn.contacts.get()
    assert f"/complaints/log/?customer={acorn.pk}&amp;contact={contact.pk}" in page
    assert "Anna called" not in page


def test_every_kind_gets_a_place_among_the_suggestions(client, manager, acorn):
    more = CustomerFactory.create_batch(12, name="Acorn")
    refresh_derived([customer.pk for customer in more])
    CaseFactory(customer=acorn, title="Acorn oil is late")
    client.force_login(manager)
    found = client.get("/search/suggest/", {"q": "acorn"}).json()["results"]
    assert [hit["kind"] for hit in found] == ["customers"] * 7 + ["cases"]


def test_who_left_is_still_found_and_said_to_have_left(client, manager, acorn):
    acorn.contacts.update(left_on=dt.date(2026, 1, 1))
    client.force_login(manager)
    assert "has left" in client.get("/search/", {"q": "anna"}).text


def test_of_who_is_erased_no_word_and_no_number_stays(manager, acorn, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    contact = acorn.contacts.get()
    contact.mobile = "07700 900123 / 07700 900456"
    contact.save()
    refresh_derived([acorn.pk])
    CaseFactory(customer=acorn, contact=contact, title="Anna Bell waits for 07700900456")
    for text in ("07700900123", "07700 900456", "anna bell"):
        assert kinds(manager, text), text
    erasure.erase(contact_id=contact.pk, actor=manager, files=[])
    assert kinds(manager, "waits").keys() == {"cases"}
    for text in ("07700900123", "07700 900456", "anna", "annabell"):
        assert kinds(manager, text) == {}, text
        for words in (SearchToken, CaseWord):
            assert not words.objects.filter(token__contains=text.replace(" ", "")).exists(), text


@pytest.mark.parametrize(
    "text", ["acorn", "anna", "79460958", "acron", "华信", "inv-17", "nothing"]
)
def test_search_asks_few_questions_however_much_it_finds(client, manager, acorn, text):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/search/", {"q": text}).status_code == 200
        return len(asked)

    client.force_login(manager)
    client.get("/search/", {"q": text})
    few = count()
    more = CustomerFactory.create_batch(25, name="Acorn 华信")
    for customer in more:
        ContactFactory(customer=customer, name="Anna Hill")
        CaseFactory(customer=customer, title="Acorn, again", state=State.NEW)
    refresh_derived([customer.pk for customer in more])
    assert abs(count() - few) <= 3  # of kinds that had nothing before
    assert count() <= MOST_QUERIES + 6  # beside those of sign-in and navigation


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "华" * 10_000,
        "1" * 10_000,
        "a " * 5_000,
        "-" * 10_000,
        "'" * 500,
        "\\" * 500,
        "\N{RIGHT-TO-LEFT OVERRIDE}acorn",
        "شركة",
        "\N{ARABIC-INDIC DIGIT ONE}" * 12,
        "👩‍👩‍👧‍👦 acorn",
        "\ud800",
        "%s %(text)s {rows} {0}",
        "acorn\0",
        "²³¹",
        "+0000000000",
        "+86",
        "0044",
        "C999999999",
        "C99999999999999999999",
        "#1",
        "ﷺ" * 100,
    ],
)
def test_what_nobody_means_is_no_error(client, manager, acorn, text):
    client.force_login(manager)
    encoded = {"q": text.encode("utf-8", "surrogatepass")}
    assert client.get("/search/", encoded).status_code in (200, 302)
    assert client.get("/search/suggest/", encoded).status_code == 200
    assert client.get("/search/", encoded | {"for": "case"}).status_code in (200, 302)


def test_words_that_very_many_have_find_the_best_of_them(manager, amy, monkeypatch):
    """Looked through by worth or by name; rare together, the index of words helps out."""
    names = [*(f"Acorn {n:02} Ltd" for n in range(30)), "Oak Seeds plc", "Oak Trading Ltd"]
    customers = [CustomerFactory(name=name, account_manager=amy) for name in names]
    CustomerFactory.create_batch(3, name="Unseen Ltd")
    refresh_derived([customer.pk for customer in customers])
    CaseFactory(customer=customers[3], title="Late delivery")
    CaseFactory(customer=customers[4], title="Wrong delivery")
    Standing.objects.filter(name="Acorn 17 Ltd").update(lifetime_value=900)
    words = {"ltd": 0.9, "acorn": 0.8, "oak": 0.7, "delivery": 0.9, "late": 0.9}
    monkeypatch.setattr(TokensQuerySet, "_shares", lambda rows: (words, 1_000_000.0))
    monkeypatch.setattr(found, "LOOKED_THROUGH", 8)
    assert kinds(manager, "ltd")["customers"][0] == "Acorn 17 Ltd"
    assert kinds(amy, "acorn ltd")["customers"][0] == "Acorn 17 Ltd"
    assert kinds(ServiceFactory(), "acorn ltd")["customers"][0] == "Acorn 00 Ltd"
    assert kinds(manager, "oak ltd") == {"customers": ["Oak Trading Ltd"]}
    assert kinds(manager, "delivery") == {"cases": ["Wrong delivery", "Late delivery"]}
    assert kinds(manager, "late delivery") == {"cases": ["Late delivery"]}
