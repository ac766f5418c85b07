"""The order of the card's panels: moved, hidden, reset; panels that come and go."""

import pytest
from django.template.loader import get_template

from crm import card
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.views.card_layout import NAMES
from customers.models import CardLayout
from customers.services import card_layout
from customers.services.card_layout import change, order

pytestmark = pytest.mark.django_db

URL = "/settings/card/"
LEFT, RIGHT = ["a", "b", "c"], ["x", "y"]


@pytest.fixture
def manager(client):
    manager = ManagerFactory()
    client.force_login(manager)
    return manager


def act(actor, key: str, action: str) -> tuple[list[str], list[str]]:
    version = card_layout.current().version
    change(actor=actor, version=version, key=key, action=action, left=LEFT, right=RIGHT)
    return order(LEFT, RIGHT)


def press(client, panel: str, action: str, **more):
    version = client.get(URL).context["version"]
    return client.post(URL, {"version": version, "panel": panel, "action": action, **more})


def test_without_a_layout_the_default_holds(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert order(LEFT, RIGHT) == (LEFT, RIGHT)


def test_panels_move_within_their_column_and_to_the_other(manager):
    assert act(manager, "c", "up") == (["a", "c", "b"], RIGHT)
    assert act(manager, "a", "down") == (["c", "a", "b"], RIGHT)
    assert act(manager, "c", "up") == (["c", "a", "b"], RIGHT)
    assert act(manager, "b", "down") == (["c", "a", "b"], RIGHT)
    assert act(manager, "c", "other") == (["a", "b"], ["x", "y", "c"])
    assert act(manager, "c", "up") == (["a", "b"], ["x", "c", "y"])


def test_panels_are_hidden_and_shown_again_in_their_place(manager):
    assert act(manager, "b", "hide") == (["a", "c"], RIGHT)
    assert act(manager, "b", "show") == (LEFT, RIGHT)


def test_new_panels_stand_where_they_do_by_default_and_gone_ones_are_passed_over(manager):
    act(manager, "c", "up")
    assert order(["new", *LEFT], RIGHT) == (["new", "a", "c", "b"], RIGHT)
    assert order(["a", "b", "new", "c"], ["x", "new2"]) == (["a", "c", "b", "new"], ["x", "new2"])
    assert order(["b"], ["x"]) == (["b"], ["x"])


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        "nonsense",
        [1, None, {}, {"key": 3, "column": "left"}, {"key": "a", "column": "middle"}],
        [{"key": "a", "column": "left"}, {"key": "a", "column": "right"}],
    ],
)
def test_what_can_not_be_read_is_passed_over(stored):
    found = card_layout._merged(stored, LEFT, RIGHT)
    for column, keys in (("left", LEFT), ("right", RIGHT)):
        assert [place.key for place in found if place.column == column] == keys


def test_a_manager_orders_the_card_by_buttons_and_undoes_all(client, manager):
    first, second = card.KEYS[0][:2]
    assert press(client, second, "up").url == URL
    names = [row["key"] for row in client.get(URL).context["columns"][0]["rows"]]
    assert names[:2] == [second, first]
    press(client, first, "hide")
    page = client.get(URL)
    assert "not shown" in page.text
    assert manager.name in page.text
    press(client, "", "reset")
    assert CardLayout.objects.get().panels == []
    assert "not shown" not in client.get(URL).text


def test_a_step_on_top_of_somebody_elses_is_refused_and_shows_the_order_now(client, manager):
    seen = client.get(URL).context["version"]
    first, second = card.KEYS[0][:2]
    press(client, first, "hide")
    for version in (seen, "", "x"):
        data = {"version": version, "panel": second, "action": "hide"}
        response = client.post(URL, data)
        assert response.status_code == 409
        shown = {row["key"]: row["shown"] for row in response.context["columns"][0]["rows"]}
        assert (shown[first], shown[second]) == (False, True)
    assert press(client, second, "hide").status_code == 302


def test_a_double_click_steps_once(client, manager):
    keys = list(card.KEYS[0])
    version = client.get(URL).context["version"]
    data = {"version": version, "panel": keys[2], "action": "up"}
    assert client.post(URL, data).status_code == 302
    assert client.post(URL, data).status_code == 409
    rows = client.get(URL).context["columns"][0]["rows"]
    assert [row["key"] for row in rows][:3] == [keys[0], keys[2], keys[1]]


def test_nonsense_changes_nothing(client, manager):
    for panel, action in (("ghost", "up"), (card.KEYS[0][0], "explode"), ("", "")):
        assert press(client, panel, action).status_code == 302
    keys = [list(column) for column in card.KEYS]
    assert list(order(*keys)) == keys


def test_managers_only(client):
    for user in (AccountManagerFactory(), ServiceFactory()):
        client.force_login(user)
        assert client.get(URL).status_code == 403
        assert client.post(URL, {"action": "reset"}).status_code == 403


def test_every_panel_has_a_key_of_its_own_and_a_name():
    keys = [*card.KEYS[0], *card.KEYS[1]]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= set(NAMES)
    assert all(get_template(panel.template) for panel in (*card.LEFT, *card.RIGHT))
