"""The list of tags: managers keep it, everybody reads it."""

import pytest

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.tests.browsing import sent
from customers.forms.settings import TagForm
from customers.models import Customer, Tag
from customers.querysets import settings as reads
from customers.services.tags import edit_tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

TAGS = "/customers/settings/tags/"
NEW = f"{TAGS}new/"


def edit_url(tag) -> str:
    return f"{TAGS}{tag.pk}/edit/"


@pytest.fixture
def manager(client):
    manager = ManagerFactory()
    client.force_login(manager)
    return manager


def test_a_manager_makes_a_tag_and_that_is_written_down(client, manager):
    client.post(NEW, {"name": "  Trade   fair "})
    assert Tag.objects.get().name == "Trade fair"
    entry = AuditEntry.objects.get(action="settings.changed")
    assert (entry.actor, entry.subject) == (manager, "Trade fair")


def test_no_tag_is_there_twice_in_whatever_case(client, manager):
    Tag.objects.create(name="Fair")
    other = Tag.objects.create(name="Other")
    for url, more in ((NEW, {}), (edit_url(other), sent(client.get(edit_url(other))))):
        response = client.post(url, more | {"name": "fAIR"})
        assert response.context["form"].errors["name"]
    assert Tag.objects.filter(name__iexact="fair").count() == 1


def test_a_tag_made_since_the_check_is_said_beside_the_field(client, manager, monkeypatch):
    Tag.objects.create(name="Fair")
    monkeypatch.setattr(TagForm, "clean_name", lambda form: form.cleaned_data["name"])
    monkeypatch.setattr(TagForm, "validate_constraints", lambda form: None, raising=False)
    monkeypatch.setattr(Tag, "validate_constraints", lambda tag, exclude=None: None)
    response = client.post(NEW, {"name": "fair"})
    assert response.context["form"].errors["name"]


def test_a_tag_is_renamed_and_retired_and_stays_on_its_customers(client, manager):
    tag = Tag.objects.create(name="Fair")
    customer = CustomerFactory()
    customer.tags.add(tag)
    data = sent(client.get(edit_url(tag)))
    del data["is_active"]
    assert client.post(edit_url(tag), data | {"name": "Fair 2025"}).url == TAGS
    tag.refresh_from_db()
    assert (tag.name, tag.is_active, tag.version) == ("Fair 2025", False, 2)
    assert list(customer.tags.all()) == [tag]
    assert "out of use" in client.get(TAGS).text


def test_the_second_of_two_who_rename_sees_both_names_and_may_save_again(client, manager):
    tag = Tag.objects.create(name="Fair")
    data = sent(client.get(edit_url(tag)))
    edit_tag(actor=manager, pk=tag.pk, version=1, values={"name": "Theirs", "is_active": True})
    response = client.post(edit_url(tag), data | {"name": "Mine"})
    assert response.status_code == 409
    (row,) = response.context["form"].differences
    assert (row.theirs, row.mine) == ("Theirs", "Mine")
    assert client.post(edit_url(tag), sent(response)).status_code == 302
    tag.refresh_from_db()
    assert tag.name == "Mine"


def test_everybody_reads_the_list_and_managers_only_change_it(client):
    tag = Tag.objects.create(name="Fair")
    for user in (AccountManagerFactory(), ServiceFactory()):
        client.force_login(user)
        page = client.get(TAGS)
        assert "Fair" in page.text
        assert NEW not in page.text
        for url in (NEW, edit_url(tag)):
            assert client.get(url).status_code == 403
            assert client.post(url, {"name": "x"}).status_code == 403


def test_the_list_counts_customers_that_one_sees_up_to_a_cap(client, monkeypatch):
    amy = AccountManagerFactory()
    tag = Tag.objects.create(name="Fair")
    for _each in range(3):
        CustomerFactory(account_manager=amy).tags.add(tag)
    CustomerFactory().tags.add(tag)
    count = Tag.objects.with_customers(Customer.objects.visible_to(amy)).get().customers_capped
    assert count == 3
    monkeypatch.setattr(reads, "COUNTED_UP_TO", 1)
    count = Tag.objects.with_customers(Customer.objects.all()).get().customers_capped
    assert count == 2


def test_the_list_costs_the_same_however_many_tags_there_are(
    client, manager, django_assert_max_num_queries
):
    for number in range(20):
        Tag.objects.create(name=f"Tag {number}").customers.add(CustomerFactory())
    client.get(TAGS)
    with django_assert_max_num_queries(5):
        assert "Tag 19" in client.get(TAGS).text
