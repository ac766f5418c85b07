"""The search box: what finds whom, in which order, for whom."""

import pytest

from crm import search
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.models import CustomerIdentity, Source, Standing
from customers.querysets.finding import one_letter_changed
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return ManagerFactory()


@pytest.fixture
def company():
    """A few customers that only some words find."""
    bell = CustomerFactory(
        name="Bell & Sons Café",
        number="12346",
        short_name="BSC",
        phone="(020) 7946-0958",
        email="info@bell.example",
    )
    CustomerIdentity.objects.create(
        customer=bell, source=Source.objects.create(code="erp"), key="ERP778"
    )
    huaxin = CustomerFactory(name="华信科技有限公司", number="K-88")
    campbell = CustomerFactory(name="Campbell Ltd", number="99912346")
    ContactFactory(
        customer=campbell, name="Anna O'Neil", mobile="+86 138 0000 1111", email="anna@firm.example"
    )
    refresh_derived([bell.pk, huaxin.pk, campbell.pk])
    return {"bell": bell, "huaxin": huaxin, "campbell": campbell}


def found(user, text: str) -> list[str]:
    """The first words of the customers found, by themselves or by their contacts."""
    results = search.find(user, text)
    kinds = filter(None, map(results.kind, ("customers", "contacts")))
    names = [(hit.whose or hit.title).text for kind in kinds for hit in kind.hits]
    return [name.split()[0] for name in names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bell", ["Bell", "Campbell"]),
        ("BELL SONS", ["Bell"]),
        ("cafe", ["Bell"]),
        ("Café", ["Bell"]),
        ("mpbe", ["Campbell"]),
        ("12346", ["Bell", "Campbell"]),
        ("erp778", ["Bell"]),
        ("bsc", ["Bell"]),
        ("华信", ["华信科技有限公司"]),
        ("科技", ["华信科技有限公司"]),
        ("华信科技", ["华信科技有限公司"]),
        ("huaxin", ["华信科技有限公司"]),
        ("hxkj", ["华信科技有限公司"]),
        ("k-88", ["华信科技有限公司"]),
        ("020 7946 0958", ["Bell"]),
        ("+44 20 7946 0958", ["Bell"]),
        ("0044 (0)20-7946.0958", ["Bell"]),
        ("0958", ["Bell"]),
        ("13800001111", ["Campbell"]),
        ("138 0000 1111", ["Campbell"]),
        ("+86-138-0000-1111", ["Campbell"]),
        ("1111", ["Campbell"]),
        ("anna", ["Campbell"]),
        ("o'neil", ["Campbell"]),
        ("anna campbell", ["Campbell"]),
        ("anna@firm.example", ["Campbell"]),
        ("info@bell.example", ["Bell"]),
        ("anna bell sons", []),
        ("信华", []),
        ("nobody", []),
    ],
)
def test_parts_numbers_phones_contacts_and_chinese_are_found(manager, company, text, expected):
    assert found(manager, text) == expected


@pytest.mark.parametrize("text", ["campbel", "cmapbell", "cambell", "campbelll", "canpbell"])
def test_one_wrong_letter_still_finds(manager, company, text):
    assert "Campbell" in found(manager, text)


def test_what_stands_in_for_a_misspelt_word_is_said(client, manager, company):
    client.force_login(manager)
    assert "campbell" in client.get("/search/", {"q": "canpbell"}).text


def test_every_way_to_get_one_letter_wrong_is_tried():
    ways = one_letter_changed("abcd")
    assert {"abd", "bacd", "abcdd", "xabcd", "abxd", "abc"} <= set(ways)
    assert not {"abcd", "axyd", "badc", "ab"} & set(ways)
    assert len(ways) == len(set(ways))


def test_the_number_comes_first_then_names_that_begin_so_then_value(manager):
    customers = [
        CustomerFactory(name=name, number=number)
        for name, number in (
            ("Old Acorn", "1"),
            ("Big Acorn", "2"),
            ("Acorn", "3"),
            ("Zebra", "ACORN"),
        )
    ]
    refresh_derived([customer.pk for customer in customers])
    Standing.objects.filter(name="Big Acorn").update(lifetime_value=50)
    Standing.objects.filter(name="Old Acorn").update(lifetime_value=9)
    names = [hit.title.text for hit in search.find(manager, "acorn").hits]
    assert names == ["Zebra", "Acorn", "Big Acorn", "Old Acorn"]


def test_the_order_does_not_tell_service_staff_who_is_worth_more():
    customers = [CustomerFactory(name=f"{name} Acorn") for name in ("B", "A", "C")]
    refresh_derived([customer.pk for customer in customers])
    Standing.objects.filter(name="C Acorn").update(lifetime_value=50)
    assert found(ServiceFactory(), "acorn") == ["A", "B", "C"]


def test_an_account_manager_finds_own_and_the_teams_customers_only(client):
    amy = AccountManagerFactory()
    mine = CustomerFactory(name="Acorn Mine", account_manager=amy)
    ours = CustomerFactory(name="Acorn Ours", account_manager=AccountManagerFactory(team=amy.team))
    theirs = CustomerFactory(name="Acorn Theirs", number="T1", phone="020 7946 0958")
    ContactFactory(customer=theirs, name="Secret Person")
    refresh_derived([mine.pk, ours.pk, theirs.pk])
    assert sorted(found(amy, "acorn")) == ["Acorn", "Acorn"]
    client.force_login(amy)
    for text in ("theirs", "T1", "02079460958", "secret"):
        assert found(amy, text) == []
        assert "Theirs" not in client.get("/search/", {"q": text}).text
        assert client.get("/search/suggest/", {"q": text}).json() == {"results": []}


def test_the_only_one_with_the_number_opens_at_once(client, manager, company):
    client.force_login(manager)
    assert client.get("/search/", {"q": " 12346 "}).url == f"/customers/{company['bell'].pk}/"
    assert client.get("/search/", {"q": "k-88"}).url == f"/customers/{company['huaxin'].pk}/"
    assert client.get("/search/", {"q": "bell"}).status_code == 200


def test_suggestions_are_few_and_say_by_whom(client, manager, company):
    more = CustomerFactory.create_batch(12, name="Acorn")
    refresh_derived([customer.pk for customer in more])
    client.force_login(manager)
    assert len(client.get("/search/suggest/", {"q": "acorn"}).json()["results"]) == 8
    (result,) = client.get("/search/suggest/", {"q": "anna"}).json()["results"]
    campbell = company["campbell"]
    assert result == {
        "kind": "contacts",
        "group": "Contacts",
        "id": campbell.pk,
        "contact": campbell.contacts.get().pk,
        "label": "Anna O'Neil",
        "marks": [[0, 4]],
        "detail": "Campbell Ltd",
        "reasons": [{"label": "name", "value": "", "marks": []}],
        "url": f"/customers/{campbell.pk}/",
    }


def test_a_page_of_results_says_that_there_are_more(client, manager):
    more = CustomerFactory.create_batch(25, name="Acorn")
    refresh_derived([customer.pk for customer in more])
    client.force_login(manager)
    response = client.get("/search/", {"q": "acorn"})
    assert len(response.context["results"].hits) == 20
    assert "There are more" in response.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "';--",
        "a\0b",
        "\0",
        "x" * 5000,
        "😀",
        "😀 bell",
        "( ) & | ! :*",
        "{a,b}",
        "NULL",
        "null",
        "a" * 99 + "%",
        " ".join("abcdefgh"),
        "华",
        "\u202e\u200b",
        "%%%%%%%%",
        "-",
        "+",
        "+++++",
        "-----",
        "().",
    ],
)
def test_hostile_words_are_no_error(client, manager, company, text):
    client.force_login(manager)
    assert client.get("/search/", {"q": text}).status_code == 200
    assert client.get("/search/suggest/", {"q": text}).status_code == 200


def test_wildcards_are_letters_like_others(manager, company):
    assert found(manager, "b%l") == []
    assert found(manager, "be_l") == []


def test_search_is_only_read_and_only_by_who_signed_in(client, manager):
    for url in ("/search/", "/search/suggest/"):
        assert client.get(url).status_code == 302
    client.force_login(manager)
    for url in ("/search/", "/search/suggest/"):
        assert client.post(url).status_code == 405
