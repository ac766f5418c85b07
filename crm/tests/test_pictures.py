"""Small pictures: what they draw for few, many, negative and missing figures."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from crm.templatetags import pictures


def render(source: str, **context) -> str:
    return Template("{% load pictures %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("risk", "level"),
    [
        (0, "low"),
        (0.2499, "low"),
        (0.25, "raised"),
        (Decimal("0.49"), "raised"),
        (0.5, "high"),
        (1, "high"),
    ],
)
def test_risk_has_a_level_at_and_beside_its_cuts(risk, level):
    assert pictures.risk_level(risk) == level


def test_risk_says_figure_and_word_beside_its_bar():
    text = render("{% risk_bar risk %}", risk=0.62)
    assert "62\u202f%" in text
    assert "<b>high</b>" in text
    assert 'class="meter m12"' in text


def test_risk_that_is_not_computed_says_so():
    assert "not computed yet" in render("{% risk_bar risk %}", risk=None)


@pytest.mark.parametrize(
    ("share", "step"), [(-1, 0), (0, 0), (0.024, 0), (0.026, 1), (1, 20), (7, 20)]
)
def test_meter_stays_within_its_lengths(share, step):
    assert pictures.meter_step(share) == step


def test_percent_rounds_and_shows_a_dash_for_nothing_known():
    assert pictures.percent(0.4213) == "42\u202f%"
    assert pictures.percent(0.4213, 1) == "42.1\u202f%"
    assert pictures.percent(None) == "–"


def test_sparkline_goes_from_edge_to_edge_with_the_highest_on_top():
    assert pictures.sparkline([0, 5, 10])["points"] == "3,21 48,12 93,3"


def test_sparkline_of_one_value_is_one_point_and_of_none_nothing():
    assert pictures.sparkline([4])["points"] == "3,3"
    assert render("{% sparkline values %}", values=[]).strip() == ""


def test_sparkline_of_equal_zeros_lies_on_the_ground():
    assert pictures.sparkline([0, 0])["points"] == "3,21 93,21"


def test_sparkline_shows_the_zero_line_only_when_it_is_crossed():
    assert pictures.sparkline([-5, 5])["zero"] == "12"
    assert pictures.sparkline([1, 5])["zero"] == ""


def test_sparkline_takes_a_missing_month_as_zero():
    assert pictures.sparkline([None, 10])["points"] == "3,21 93,3"


def test_bars_share_one_scale_above_and_below_zero():
    chart = pictures.bar_chart([{"label": "Jan", "value": 75, "returns": 25}])
    assert chart["zero"] == "75.0"
    assert chart["up"] == "M0 75V0h8V75"
    assert chart["down"] == "M0 75V100h8V75"


def test_a_month_of_returns_only_hangs_below_zero():
    chart = pictures.bar_chart([{"label": "Jan", "value": -40}, {"label": "Feb", "value": 40}])
    assert chart["up"] == "M10 50V0h8V50"
    assert chart["down"] == "M0 50V100h8V50"
    assert chart["has_returns"]


def test_the_smallest_return_is_still_a_line():
    months = [{"label": "Jan", "value": 9_999}, {"label": "Feb", "value": 1, "returns": 1}]
    chart = pictures.bar_chart(months)
    assert (chart["up"], chart["down"]) == ("M0 100V0h8V100M10 100V99h8V100", "M10 100V101h8V100")


def test_bars_without_any_sales_draw_nothing_and_do_not_fail():
    chart = pictures.bar_chart([{"label": "Jan", "value": 0}])
    assert (chart["up"], chart["down"]) == ("", "")
    assert not chart["has_returns"]


def test_bars_print_the_same_figures_as_a_table_with_links():
    months = [{"label": "Jan 2025", "value": 1234.5, "href": "/rows/"}]
    text = render("{% bar_chart months label='Sales' %}", months=months)
    assert '<a href="/rows/">Jan 2025</a>' in text
    assert "Jan 2025: 1,235" in text
    assert "<td>1,235</td>" in text


@pytest.mark.parametrize(("months", "named"), [(1, 1), (12, 4), (24, 4), (36, 3), (100, 4)])
def test_no_more_than_four_months_are_named_under_the_bars(months, named):
    axis = pictures.bar_chart([{"label": str(i), "value": 1} for i in range(months)])["axis"]
    assert sum(1 for text in axis if text) == named


def test_numbers_in_attributes_are_not_grouped(settings):
    settings.USE_THOUSAND_SEPARATOR = True
    months = [{"label": str(i), "value": 1} for i in range(150)]
    assert 'viewBox="0 0 1500 100"' in render("{% bar_chart months %}", months=months)


def test_an_icon_is_hidden_from_readers_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render("{% icon 'phone' %}")
    assert 'role="img" aria-label="Call"' in render("{% icon 'phone' label='Call' %}")


def test_a_customer_without_tier_shows_a_dash():
    assert "No tier yet" in render("{% tier_badge tier %}", tier="")
    assert 'class="tier tier-A"' in render("{% tier_badge tier %}", tier="A")


@pytest.mark.parametrize(
    ("tags", "address"),
    [
        ("undo:/tasks/5/undo/", "/tasks/5/undo/"),
        ("wide undo:/x/", "/x/"),
        ("", ""),
        ("undo://elsewhere/", ""),
    ],
)
def test_a_message_is_undone_only_at_an_address_of_this_site(tags, address):
    assert pictures.undo_address(SimpleNamespace(extra_tags=tags)) == address
