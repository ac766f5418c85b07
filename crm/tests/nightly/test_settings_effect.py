"""What other settings would make of the figures, told before they are saved."""

import dataclasses
from collections import Counter
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import ManagerFactory
from crm.platform.models import Installation
from crm.tests.nightly.companies import LAST_DAY, night
from lifecycle.analytics import stages
from lifecycle.models import StandingMonth, Valuation
from lifecycle.services import effects, staging, training

pytestmark = pytest.mark.django_db
OTHERS = {
    "discount_rate": Decimal("0.20"),
    "horizon_months": 12,
    "tier_a_cut": Decimal("0.5"),
    "growth_mark": Decimal("0.01"),
    "decline_mark": Decimal("0.02"),
    "few_purchases": 9,
    "silent_days": 60,
    "silent_gaps": 2,
}


@pytest.fixture
def computed(company):
    night()


def changed(**values) -> Installation:
    installation = Installation.get()
    for name, value in values.items():
        setattr(installation, name, value)
    return installation


def figures() -> tuple[float, Counter, Counter]:
    value = sum(Valuation.objects.values_list("transaction_value", flat=True))
    tiers = StandingMonth.objects.filter(month=LAST_DAY).values_list("raw_tier", flat=True)
    return (
        float(value),
        Counter(tiers),
        Counter(Valuation.objects.values_list("stage_candidate", flat=True)),
    )


def told(effect: effects.Effect, side: str) -> tuple[float, Counter, Counter]:
    tiers, stages = (
        Counter({line.key: getattr(line, side) for line in lines if getattr(line, side)})
        for lines in (effect.tiers, effect.stages)
    )
    return getattr(effect.value, side), tiers, stages


def test_the_effect_is_what_the_next_night_computes(computed):
    before = figures()
    settings = changed(**OTHERS)
    effect = effects.effect_of(settings)
    assert told(effect, "before") == (pytest.approx(before[0], abs=1), *before[1:])
    settings.save()
    night()
    after = figures()
    assert told(effect, "after") == (pytest.approx(after[0], abs=1), *after[1:])
    assert after[0] < 0.8 * before[0]
    assert after[1] != before[1]
    assert (effect.customers, effect.is_sample, effect.needs_night) == (60, False, False)
    assert effect.other_tier > 0


def test_each_mark_of_the_stages_is_a_setting(db):
    changes = dict.fromkeys(staging.MARKS_SET.values(), 9)
    marks = staging.thresholds(training.settings_of(changed(**changes)))
    assert set(dataclasses.astuple(marks)) == {9}
    assert staging.thresholds(training.settings_of(Installation.get())) == stages.Thresholds()
    assert staging.thresholds({}) == stages.Thresholds()


def test_of_many_customers_a_sample_from_all_ranges_is_looked_at(computed, monkeypatch):
    monkeypatch.setattr(effects, "RANGE_SIZE", 5)
    monkeypatch.setattr(effects, "RANGES", 4)
    effect = effects.effect_of(changed(**OTHERS))
    assert effect.is_sample
    assert 15 <= effect.customers <= 25


def test_what_changes_no_figure_has_no_effect(computed):
    assert effects.effect_of(changed(idle_minutes=99)) is None
    assert effects.effect_of(changed(discount_rate=Decimal("0.1000"))) is None


def test_without_a_night_there_is_no_effect_to_tell(db):
    assert effects.effect_of(changed(**OTHERS)) is None


def test_another_horizon_of_the_risk_waits_for_the_night(computed):
    assert effects.effect_of(changed(risk_horizon_days=120)).needs_night


class TestPage:
    @pytest.fixture
    def page(self, client, computed):
        client.force_login(ManagerFactory())
        form = client.get(reverse("settings")).context["form"]
        shown = {name: form[name].value() for name in form.fields}
        shown = {
            name: form.fields[name].prepare_value("" if value is None else value)
            for name, value in shown.items()
        }
        return lambda **values: client.post(reverse("settings"), shown | values)

    def test_shows_the_effect_and_saves_nothing(self, page):
        answer = page(tier_a_cut="50", effect="1")
        assert answer.status_code == 200
        assert answer.context["effect"].other_tier > 0
        assert 'id="effect"' in answer.content.decode()
        assert Installation.get().tier_a_cut == Decimal("0.80")

    def test_says_so_where_nothing_differs(self, page):
        assert page(effect="1").context["is_without_effect"]

    def test_shows_errors_instead_where_there_are_any(self, page):
        answer = page(tier_a_cut="500", effect="1")
        assert "effect" not in answer.context
        assert answer.context["form"].errors
