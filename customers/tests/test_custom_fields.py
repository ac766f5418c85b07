"""Fields that managers define: made, changed, ordered and retired."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.tests.browsing import sent
from customers.models import CustomField
from customers.services import custom_fields
from customers.services.custom_fields import edit_custom_field

pytestmark = pytest.mark.django_db

FIELDS = "/customers/settings/fields/"
NEW = f"{FIELDS}new/"


def edit_url(field) -> str:
    return f"{FIELDS}{field.pk}/edit/"


def make(*names: str) -> list[CustomField]:
    return [
        CustomField.objects.create(names={"en": name}, position=place)
        for place, name in enumerate(names, start=1)
    ]


def order() -> list[str]:
    return [str(field) for field in CustomField.objects.all()]


@pytest.fixture
def manager(client):
    manager = ManagerFactory()
    client.force_login(manager)
    return manager


def test_a_new_field_stands_last_with_its_names(client, manager):
    make("Machines")
    data = {"name_en": "Contract ends", "name_zh-hans": "合同到期", "kind": "date"}
    assert client.post(NEW, data).url == FIELDS
    field = CustomField.objects.last()
    assert field.names == {"en": "Contract ends", "zh-hans": "合同到期"}
    assert (field.kind, field.position, field.is_active) == ("date", 2, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_en": " "}, "name_en"),
        ({"name_en": "x" * 101}, "name_en"),
        ({"kind": "ghost"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": "one\n one \n"}, "choices"),
        ({"kind": "choice", "choices": "x" * 101 + "\nb"}, "choices"),
        ({"kind": "choice", "choices": "\n".join(map(str, range(51)))}, "choices"),
    ],
)
def test_a_wrong_field_is_said_beside_it(client, manager, changes, field):
    response = client.post(NEW, {"name_en": "Colour", "kind": "text"} | changes)
    assert field in response.context["form"].errors
    assert not CustomField.objects.exists()


def test_choices_are_kept_one_a_line_and_once(client, manager):
    client.post(NEW, {"name_en": "Colour", "kind": "choice", "choices": " red\n\nblue \nred"})
    assert CustomField.objects.get().choices == "red\nblue"
    client.post(NEW, {"name_en": "Size", "kind": "number", "choices": "red\nblue"})
    assert CustomField.objects.last().choices == ""


def test_the_kind_stays_as_it_was_made(client, manager):
    (field,) = make("Machines")
    data = sent(client.get(edit_url(field)))
    client.post(edit_url(field), data | {"kind": "number", "name_en": "Presses"})
    field.refresh_from_db()
    assert (field.kind, str(field), field.is_active) == ("text", "Presses", True)


def test_a_field_is_retired_and_taken_back(client, manager):
    first, _second = make("Machines", "Colour")
    data = sent(client.get(edit_url(first)))
    del data["is_active"]
    client.post(edit_url(first), data)
    page = client.get(FIELDS)
    assert [row["field"] for row in page.context["rows"]] == [_second]
    assert page.context["retired"] == [first]
    client.post(edit_url(first), sent(client.get(edit_url(first))) | {"is_active": "on"})
    assert CustomField.objects.in_use().count() == 2


def test_fields_are_moved_and_a_double_click_moves_once(client, manager):
    first, second, third = make("1", "2", "3")
    for _click in range(2):
        client.post(FIELDS, {"field": third.pk, "before": second.pk})
        assert order() == ["1", "3", "2"]
    client.post(FIELDS, {"field": third.pk, "before": first.pk})
    assert order() == ["3", "1", "2"]
    for nonsense in ({}, {"field": "x", "before": "1"}, {"field": first.pk, "before": first.pk}):
        assert client.post(FIELDS, nonsense).status_code == 302
    assert order() == ["3", "1", "2"]


def test_no_more_than_the_most_are_in_use(client, manager, monkeypatch):
    monkeypatch.setattr(custom_fields, "MOST", 2)
    first, _second = make("1", "2")
    refused = client.post(NEW, {"name_en": "3", "kind": "text"})
    assert refused.context["form"].non_field_errors()
    # Those that are in use may be changed still.
    assert client.post(edit_url(first), sent(client.get(edit_url(first)))).status_code == 302


def test_the_second_of_two_who_edit_sees_both_and_may_save_again(client, manager):
    (field,) = make("Machines")
    data = sent(client.get(edit_url(field)))
    values = {"names": {"en": "Theirs"}, "is_active": True}
    edit_custom_field(actor=manager, pk=field.pk, version=1, values=values)
    response = client.post(edit_url(field), data | {"name_en": "Mine"})
    assert response.status_code == 409
    (row,) = response.context["form"].differences
    assert (row.theirs, row.mine, row.kept_mine) == ("Theirs", "Mine", True)
    assert client.post(edit_url(field), sent(response)).status_code == 302
    field.refresh_from_db()
    assert field.names == {"en": "Mine"}


def test_everybody_reads_and_managers_only_change(client):
    first, second = make("Machines", "Colour")
    for user in (AccountManagerFactory(), ServiceFactory()):
        client.force_login(user)
        assert "Machines" in client.get(FIELDS).text
        assert client.post(FIELDS, {"field": second.pk, "before": first.pk}).status_code == 403
        for url in (NEW, edit_url(first)):
            assert client.get(url).status_code == 403
            assert client.post(url, {"name_en": "x"}).status_code == 403
    assert order() == ["Machines", "Colour"]
