"""What a company's customers get for what they give, by the database and by hand."""

import datetime as dt

import numpy as np
import pytest

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.models import DealingCategory
from customers.tests.factories import CustomerFactory
from satisfaction import analytics
from satisfaction.models import GroupKind, Instrument, Question, Wave
from satisfaction.services.columns import scales_of
from satisfaction.services.comparing import comparable
from satisfaction.services.questions import together
from satisfaction.services.results import questions_for, refresh, results_of
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
# Code, measure, scale, aspect.
ASKED = (
    ("overall", "overall", "scale_5", "perception"),
    ("expected", "expected", "scale_5", "perception"),
    ("ideal", "ideal", "scale_5", "perception"),
    ("rel", "reliability", "scale_5", "perception"),
    ("rel-hoped", "reliability", "scale_5", "expectation"),
    ("effort", "effort", "scale_7", "perception"),
    ("product", "of_product", "scale_5", "perception"),
    ("money", "money", "scale_5", "perception"),
    ("result", "result", "scale_5", "perception"),
    ("process", "process", "scale_5", "perception"),
    ("price", "price", "scale_5", "perception"),
    ("obtaining", "obtaining", "scale_5", "perception"),
)


def version_of(code: str = "everything", asked=ASKED):
    instrument = Instrument.objects.create(code=code, names={"en": code})
    version = instrument.versions.create(number=1)
    add_questions(version, asked)
    return version


def add_questions(version, asked=ASKED):
    for position, (code, measure, kind, aspect) in enumerate(asked, 1):
        Question.objects.create(
            version=version,
            code=code,
            position=position,
            kind=kind,
            texts={"en": code},
            measure=measure,
            aspect=aspect,
        )


def wave_of(version, opens=dt.date(2026, 3, 1), **values) -> Wave:
    return WaveFactory(
        version=version,
        state=Wave.State.CLOSED,
        opens_on=opens,
        closes_on=opens + dt.timedelta(days=20),
        **values,
    )


def answered(wave, customer, answers: dict, **values):
    overall = answers.get("overall")
    values = {"finished_at": NOON, **values}
    return ResponseFactory(
        invitation=InvitationFactory(wave=wave, customer=customer),
        overall=None if overall is None else 25.0 * (overall - 1),
        answers=answers,
        **values,
    )


@pytest.fixture
def wave():
    return wave_of(version_of())


@pytest.fixture
def company(wave):
    """Acorn with two contacts, Birch with one."""
    acorn, birch = CustomerFactory(), CustomerFactory()
    answered(
        wave,
        acorn,
        {"overall": 5, "expected": 4, "ideal": 3, "rel": 3, "rel-hoped": 5, "effort": 7}
        | {"product": 5, "money": 2, "result": 5, "process": 4, "price": 3, "obtaining": 3},
    )
    answered(wave, acorn, {"overall": 3, "rel": 5, "effort": 4, "product": 1})
    answered(
        wave,
        birch,
        {"overall": 2, "expected": 2, "ideal": 2, "rel": 2, "rel-hoped": 3, "effort": 2}
        | {"product": 2, "money": 4, "result": 2, "process": 2, "price": 4, "obtaining": 4},
    )
    return acorn, birch


def of_all(wave, user=None):
    return results_of(user or ManagerFactory(), [wave]).groups.of(wave)


def test_every_metric_as_counted_by_hand(wave, company):
    found = of_all(wave)
    # Acorn (100 + 75 + 50) / 3 = 75 of one contact, the other did not say all; Birch 25.
    assert found.mean("acsi").value == pytest.approx(50)
    # Met less expected of the same person: Acorn 50 - 100, Birch 25 - 50.
    gap = found.mean("reliability_gap", least=-100)
    assert (gap.value, gap.n) == (pytest.approx(-37.5), 2)
    # Of 7 points Acorn (7 + 4) / 2 = 5.5, Birch 2: on 0 to 100 75 and 16.67.
    assert found.mean("effort").value == pytest.approx((75 + 100 / 6) / 2)
    assert found.part("effort_top").value == pytest.approx((0.5 + 0) / 2)
    # Benefits less costs: Acorn 100 - 25, Birch 25 - 75; and as parts of 5: (1 + .4) / (.4 + .8).
    assert found.mean("worth", least=-100).value == pytest.approx((75 - 50) / 2)
    assert found.ratio("delivered").value == pytest.approx(1.4 / 1.2)
    # (5 + 4) / (3 + 3) and (2 + 2) / (4 + 4), both sides averaged first.
    assert found.ratio("equation").value == pytest.approx((1.8 + 0.8) / (1.2 + 1.6))


def test_the_database_pairs_as_the_formulas_do(wave, company):
    found = of_all(wave)
    assert found.ratio("equation") == analytics.ratio(analytics.pairs([1.8, 0.8], [1.2, 1.6]))
    assert found.ratio("delivered") == analytics.ratio(analytics.pairs([1, 0.4], [0.4, 0.8]))


def test_nobody_asked_is_no_figure():
    wave = wave_of(version_of("short", ASKED[:1]))
    assert of_all(wave).ratio("equation").value is None
    answered(wave, CustomerFactory(), {"overall": 4})
    found = of_all(wave)
    assert (found.has("acsi"), found.has("worth"), found.drivers) == (False, False, [])
    assert found.regression([]) is None


def test_importance_by_regression_comes_from_sums_of_the_database():
    asked = (ASKED[0], ASKED[3], ("resp", "responsiveness", "scale_5", "perception"))
    wave = wave_of(version_of("drivers", asked))
    rng = np.random.default_rng(4)
    rows = rng.integers(1, 6, size=(110, 2))
    overall = np.clip(np.round(0.7 * rows[:, 0] + 0.3 * rows[:, 1]), 1, 5).astype(int)
    customer = CustomerFactory
    for (rel, resp), score in zip(rows.tolist(), overall.tolist(), strict=True):
        answered(wave, customer(), {"overall": score, "rel": rel, "resp": resp})
    found = of_all(wave)
    assert found.drivers == ["reliability", "responsiveness"]
    regression = found.regression(found.drivers)
    known = np.column_stack([rows, overall])
    expected = analytics.regression(np.corrcoef(known, rowvar=False), 110)
    assert regression.n == 110
    assert regression.r_squared == pytest.approx(expected.r_squared)
    assert [one.weight for one in regression.drivers] == pytest.approx(
        [one.weight for one in expected.drivers]
    )


def test_each_question_by_customers_and_by_group(wave, company):
    acorn, _birch = company
    manager = ManagerFactory()
    refresh(wave)
    groups = results_of(manager, [wave]).groups
    prepared = questions_for(manager, [wave], groups, "effort")
    effort = together(prepared, wave)["effort"]
    assert (effort.sums.n, effort.top) == (2, 0.5)
    assert effort.mean.value == pytest.approx((75 + 100 / 6) / 2)
    owners = {one.key: one for one in prepared if one.kind == GroupKind.OWNER}
    assert owners[str(acorn.account_manager_id)].mean.value == pytest.approx(75)
    assert {one.code for one in prepared if one.kind != GroupKind.ALL} == {"effort"}


def test_an_account_manager_s_questions_are_of_the_own_customers(wave, company):
    _acorn, birch = company
    refresh(wave)
    user = birch.account_manager
    groups = results_of(user, [wave]).groups
    found = questions_for(user, [wave], groups, every=True)
    assert together(found, wave)["effort"].sums.n == 1
    assert {one.key for one in found if one.kind == GroupKind.OWNER} == {str(user.pk)}
    assert questions_for(ServiceFactory(), [wave], groups) == []


def test_what_is_prepared_is_what_would_be_summed(wave, company):
    manager = ManagerFactory()
    now = questions_for(manager, [wave], results_of(manager, [wave]).groups, every=True)
    refresh(wave)
    then = questions_for(manager, [wave], results_of(manager, [wave]).groups, every=True)
    assert len(then) > len(ASKED)
    assert set(now) == set(then)


def test_the_product_is_the_category_bought_most_of_lately(wave):
    customer = CustomerFactory()
    days = (dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    for category, first, last, net in (
        ("Tools", *days, 500),
        ("Paint", *days, 300),
        ("Steel", days[0], wave.opens_on - dt.timedelta(days=365), 900),  # long ago
        ("Glass", wave.opens_on + dt.timedelta(days=1), wave.closes_on, 900),  # later
    ):
        DealingCategory.objects.create(
            customer=customer, category=category, first_day=first, last_day=last, net=net
        )
    answered(wave, customer, {"overall": 4})
    answered(wave, CustomerFactory(), {"overall": 2})
    groups = results_of(ManagerFactory(), [wave]).groups.by(wave, GroupKind.PRODUCT)
    assert {key: (group.customers, group.sent) for key, group in groups.items()} == {
        "Tools": (1, 1),
        "": (1, 1),
    }


def test_waves_are_compared_by_what_both_asked_alike(wave, company):
    """The later version asks for reliability on seven points, and no more for effort."""
    version = wave.version.instrument.versions.create(number=2)
    kept = [one for one in ASKED if one[0] not in ("rel", "effort")]
    add_questions(version, [*kept, ("rel", "reliability", "scale_7", "perception")])
    later = wave_of(version, dt.date(2026, 9, 1))
    answered(later, company[0], {"overall": 4, "rel": 7})
    questions = scales_of([wave, later])
    earlier = of_all(wave)
    known = comparable(earlier, questions, later, wave)
    assert known.has("acsi")
    assert not known.has("reliability")
    assert not known.has("effort")
    assert not known.has("effort_top")
    assert comparable(earlier, questions, wave, wave) is earlier


def test_account_managers_of_nobody_have_no_figures(wave, company):
    assert of_all(wave, AccountManagerFactory()).customers == 0
