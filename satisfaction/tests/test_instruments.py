"""Questionnaires of the installation's own: versions, order, conditions, whatever is edited."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.accounts.tests.factories import ManagerFactory
from crm.platform.edits import NewerChange
from satisfaction import layout
from satisfaction.models import Instrument, InstrumentVersion, Question
from satisfaction.questionnaire import unfitting
from satisfaction.services import instruments as services
from satisfaction.services.waves import Refused
from satisfaction.tests.factories import WaveFactory, own_version, ready_version

pytestmark = pytest.mark.django_db
TEXTS = {"en": "How was it?", "zh-hans": "怎么样？"}
OPTIONS = [{"value": value, "texts": {"en": value, "zh-hans": value}} for value in "abc"]


def values_of(**changes) -> dict:
    plain = {"texts": TEXTS, "kind": "scale_5", "ends": {}, "options": [], "condition": {}}
    return plain | changes


def freeze(version: InstrumentVersion) -> InstrumentVersion:
    InstrumentVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=timezone.now())
    return version


def codes(version: InstrumentVersion) -> list[str]:
    return list(version.questions.values_list("code", flat=True))


def kept(version: InstrumentVersion) -> tuple:
    """All of a version, to be held against it later."""
    rows = list(version.questions.order_by("pk").values())
    return rows, InstrumentVersion.objects.filter(pk=version.pk).values().get()


class TestTheOrder:
    PAGES = [["a", "b"], ["c"], ["d", "e"]]

    @pytest.mark.parametrize(
        ("code", "up", "expected"),
        [
            ("b", True, [["b", "a"], ["c"], ["d", "e"]]),
            ("b", False, [["a"], ["b", "c"], ["d", "e"]]),
            ("c", True, [["a", "b", "c"], ["d", "e"]]),
            ("c", False, [["a", "b"], ["c", "d", "e"]]),
            ("a", True, PAGES),
            ("e", False, PAGES),
        ],
    )
    def test_a_question_moves_past_its_neighbour_or_across_the_page_break(self, code, up, expected):
        assert layout.moved(self.PAGES, code, up=up) == expected
        assert self.PAGES == [["a", "b"], ["c"], ["d", "e"]]

    def test_a_page_begins_with_a_question_or_joins_the_one_before(self):
        broken = layout.broken(self.PAGES, "e")
        assert broken == [["a", "b"], ["c"], ["d"], ["e"]]
        assert layout.joined(broken, "e") == self.PAGES
        assert layout.broken(self.PAGES, "d") == layout.joined(self.PAGES, "b") == self.PAGES

    def test_a_question_stands_behind_the_one_it_was_added_after(self):
        assert layout.added(self.PAGES, "x", after="a") == [["a", "x", "b"], ["c"], ["d", "e"]]
        assert layout.added(self.PAGES, "x")[-1] == ["d", "e", "x"]
        assert layout.added([], "x") == [["x"]]

    def test_a_page_without_questions_is_none(self):
        assert layout.without(self.PAGES, "c") == [["a", "b"], ["d", "e"]]


OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["up", "down", "break", "join", "delete"]), st.integers(0, 9)),
    st.tuples(
        st.sampled_from(["add", "edit"]), st.integers(0, 9), st.integers(0, 9), st.booleans()
    ),
    st.just(("answer",)),
)


class Editing:
    """Somebody who tries whatever comes to mind; what is refused changes nothing."""

    def __init__(self):
        self.by, self.number = ManagerFactory(), 0
        self.instrument = own_version("recommendation").instrument
        self.frozen: dict[int, tuple] = {}

    def code(self, place: int) -> str:
        there = codes(self.instrument.current)
        return there[place % len(there)]

    def do(self, what: str, *how) -> None:
        if what == "answer":
            version = freeze(self.instrument.current)
            self.frozen.setdefault(version.pk, kept(version))
            return
        own = {"by": self.by, "pk": self.instrument.pk}
        try:
            with transaction.atomic():
                if what in ("add", "edit"):
                    self.write(what, own, *how)
                elif what == "delete":
                    services.delete_question(**own, code=self.code(*how))
                else:
                    services.arrange(**own, code=self.code(*how), how=what)
        except Refused:
            pass

    def write(self, what: str, own: dict, place: int, on: int, is_choice: bool) -> None:
        """A choice or a scale, asked after an answer of some question, wherever that stands."""
        asked = self.instrument.current.questions.get(code=self.code(on))
        values = values_of(**({"kind": "one", "options": OPTIONS} if is_choice else {}))
        if asked.possible_values and on % 3:
            values["condition"] = {"question": asked.code, "values": asked.possible_values[:1]}
        if what == "add":
            services.add_question(**own, values=values, after=self.code(place))
        else:
            code = self.code(place)
            revision = self.instrument.current.questions.get(code=code).revision
            services.edit_question(**own, code=code, revision=revision, values=values)

    def check(self) -> None:
        version = self.instrument.current
        questions = list(version.questions.all())
        assert [one.position for one in questions] == list(range(1, len(questions) + 1))
        pages = [one.page for one in questions]
        assert pages == sorted(pages)
        assert set(pages) == set(range(1, len(set(pages)) + 1))
        assert unfitting(questions) == []
        for pk, before in self.frozen.items():
            assert kept(InstrumentVersion.objects.get(pk=pk)) == before


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=st.lists(OPERATIONS, min_size=4, max_size=12))
def test_whatever_is_edited_conditions_look_back_and_answered_versions_stay(operations):
    with transaction.atomic():
        editing = Editing()
        for operation in operations:
            editing.do(*operation)
            editing.check()
        transaction.set_rollback(True)


def test_an_edit_of_an_answered_version_makes_the_next_one_and_waves_keep_theirs():
    first = freeze(own_version("recommendation"))
    wave, before = WaveFactory(version=first), kept(first)
    question = first.questions.get(code="why")
    changed = {"texts": TEXTS}
    edited = services.edit_question(
        by=ManagerFactory(), pk=first.instrument_id, code="why", revision=1, values=changed
    )
    second = first.instrument.current
    assert (second.number, edited.version, edited.revision) == (2, second, 2)
    assert codes(second) == codes(first)
    assert kept(first) == before
    wave.refresh_from_db()
    assert wave.version == first
    assert question in first.questions.all()
    # Until that is answered, edits go on in it.
    services.delete_question(by=ManagerFactory(), pk=first.instrument_id, code="why")
    assert first.instrument.current == second


def test_saving_the_same_makes_no_version():
    version = freeze(own_version())
    question = version.questions.first()
    own = {"by": None, "pk": version.instrument_id, "code": question.code, "revision": 1}
    services.edit_question(**own, values={"texts": question.texts})
    services.arrange(by=None, pk=version.instrument_id, code=question.code, how="up")
    assert version.instrument.current == version


def test_who_saves_a_question_second_is_told_also_across_versions():
    version = freeze(own_version())
    own = {"by": ManagerFactory(), "pk": version.instrument_id, "code": "better", "revision": 1}
    services.edit_question(**own, values={"texts": TEXTS})
    with pytest.raises(NewerChange) as newer:
        services.edit_question(**own, values={"texts": {**TEXTS, "en": "Mine"}})
    assert newer.value.current.version.number == 2


def test_a_deleted_question_frees_those_that_hung_on_it():
    version = own_version("recommendation")
    assert version.questions.get(code="better").condition["question"] == "recommend"
    services.delete_question(by=ManagerFactory(), pk=version.instrument_id, code="recommend")
    assert version.questions.get(code="better").condition == {}
    assert codes(version) == ["why", "better"]
    assert [one.page for one in version.questions.all()] == [1, 1]


def test_a_question_does_not_move_before_what_it_hangs_on():
    version = own_version("recommendation")
    own = {"by": ManagerFactory(), "pk": version.instrument_id, "code": "better"}
    for _time in range(2):
        services.arrange(**own, how="up")
    with pytest.raises(Refused):
        services.arrange(**own, how="up")
    assert codes(version) == ["recommend", "better", "why"]


def test_the_only_question_stays_while_the_questionnaire_is_in_use():
    version = own_version("effort")
    own = {"by": ManagerFactory(), "pk": version.instrument_id}
    for code in ("hard", "easier"):
        services.delete_question(**own, code=code)
    with pytest.raises(Refused):
        services.delete_question(**own, code="effort")
    services.set_in_use(**own, is_active=False)
    services.delete_question(**own, code="effort")
    with pytest.raises(Refused):
        services.set_in_use(**own, is_active=True)


def test_ready_ones_are_never_edited():
    version = ready_version()
    own = {"by": ManagerFactory(), "pk": version.instrument_id}
    with pytest.raises(PermissionDenied):
        services.delete_question(**own, code="better")
    with pytest.raises(PermissionDenied):
        services.add_question(**own, values=values_of())
    with pytest.raises(PermissionDenied):
        services.delete_instrument(**own)


def test_only_what_no_wave_asks_with_is_deleted():
    version = own_version()
    wave = WaveFactory(version=version)
    own = {"by": ManagerFactory(), "pk": version.instrument_id}
    with pytest.raises(Refused):
        services.delete_instrument(**own)
    wave.delete()
    services.delete_instrument(**own)
    assert not Instrument.objects.filter(pk=version.instrument_id).exists()


def test_a_code_comes_from_the_words_and_never_from_an_earlier_version():
    version = freeze(own_version("effort"))
    own = {"by": ManagerFactory(), "pk": version.instrument_id}
    asked = [values_of(), values_of(), values_of(is_required=True)]
    made = [services.add_question(**own, values=values).code for values in asked]
    # What the same click sends twice is one question.
    assert made == ["how-was-it", "how-was-it", "how-was-it-2"]
    freeze(version.instrument.current)
    services.delete_question(**own, code="how-was-it")
    assert services.add_question(**own, values=values_of()).code == "how-was-it-3"
    # By hand it is the same question again.
    assert services.add_question(**own, values=values_of(), code="how-was-it").code == "how-was-it"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda version: version.questions.update(is_required=True),
        lambda version: version.questions.first().delete(),
        lambda version: Question.objects.create(
            version=version, code="more", position=99, kind="text", texts=TEXTS
        ),
        lambda version: InstrumentVersion.objects.filter(pk=version.pk).update(thanks={}),
        lambda version: InstrumentVersion.objects.filter(pk=version.pk).update(frozen_at=None),
    ],
)
def test_the_database_itself_keeps_an_answered_version(spoil):
    version = freeze(own_version("recommendation"))
    with pytest.raises(IntegrityError), transaction.atomic():
        spoil(version)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "scale_5", "weight": 1, "measure": "money"},
        {"kind": "scale_5", "weight": 1, "measure": "empathy", "aspect": "expectation"},
        {"kind": "text", "weight": 1},
        {"kind": "one", "options": OPTIONS[:1]},
    ],
)
def test_the_database_refuses_weights_and_options_that_mean_nothing(values):
    version = own_version("recommendation")
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(version=version, code="x", position=99, texts=TEXTS, **values)


def test_versions_are_compared_by_code_scale_and_options_in_common():
    first = own_version("leaving")
    instrument, by = first.instrument, ManagerFactory()
    freeze(first)
    own = {"by": by, "pk": instrument.pk}

    def change(code, **values):
        revision = instrument.current.questions.get(code=code).revision
        services.edit_question(**own, code=code, revision=revision, values=values)

    change("fault", texts=TEXTS)  # put better: the same question
    change("offered", kind="scale_5")  # answered otherwise
    services.delete_question(**own, code="return")
    change("back", options=OPTIONS)  # nothing in common
    services.add_question(**own, values=values_of(), code="new")
    second = instrument.current
    shared = list(second.comparable_with(first).values_list("code", flat=True))
    assert shared == ["reasons", "fault"]
    assert [(mine.version, theirs.version) for mine, theirs in second.pairs_with(first)] == [
        (second, first)
    ] * 2
    assert second.comparable_with(second).count() == second.questions.count()
