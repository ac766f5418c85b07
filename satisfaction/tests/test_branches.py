"""Questions that hang on an earlier answer: which are asked, and what is kept of them."""

import pytest

from satisfaction.models import Instrument, InstrumentVersion, Invitation, Question, Response
from satisfaction.tests.answers import answered, page_of
from satisfaction.tests.factories import InvitationFactory, WaveFactory

pytestmark = pytest.mark.django_db


def branching() -> InstrumentVersion:
    """Page 1 asks what is wrong; more is asked about price on it, and about people on page 2."""
    instrument = Instrument.objects.create(code="branching", names={"en": "Branching"})
    version = InstrumentVersion.objects.create(instrument=instrument)
    wrong = [{"value": value, "texts": {"en": value}} for value in ("price", "people", "nothing")]
    rows = [
        ("wrong", 1, "several", {"options": wrong, "is_required": True}),
        ("price", 1, "text", {"condition": {"question": "wrong", "values": ["price"]}}),
        (
            "people",
            2,
            "scale_7",
            {"condition": {"question": "wrong", "values": ["people"]}, "is_required": True},
        ),
        ("who", 2, "text", {"condition": {"question": "people", "values": [1, 2]}}),
        ("last", 3, "one", {"options": wrong}),
    ]
    for n, (code, page, kind, more) in enumerate(rows, start=1):
        place = {"version": version, "code": code, "position": n, "page": page}
        Question.objects.create(**place, kind=kind, texts={"en": code}, **more)
    return version


class TestBranches:
    @pytest.fixture
    def invitation(self) -> Invitation:
        return InvitationFactory(wave=WaveFactory(version=branching(), is_open=True))

    def test_pages_that_ask_nothing_are_left_out(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["nothing"]})
        page = client.get(page_of(invitation))
        assert (page.context["page"], page.context["place"], page.context["pages"]) == (3, 2, 2)

    def test_more_is_asked_on_the_same_page_before_it_goes_on(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["price"]})
        page = client.get(page_of(invitation))
        assert page.context["page"] == 1
        assert 'name="q-price"' in page.content.decode()
        values = {"page": "1", "go": "on", "q-wrong": ["price"], "q-price": "Too high"}
        client.post(page_of(invitation), values)
        assert client.get(page_of(invitation)).context["page"] == 3

    def test_what_hung_on_a_changed_answer_is_not_kept(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["people"]})
        client.post(page_of(invitation), {"page": "2", "go": "on", "q-people": "1"})
        client.post(page_of(invitation), {"page": "2", "go": "on", "q-people": "1", "q-who": "X"})
        assert answered(invitation) == {"wrong": ["people"], "people": 1, "who": "X"}
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["nothing"]})
        client.post(page_of(invitation), {"page": "3", "go": "send", "q-last": "price"})
        assert answered(invitation) == {"wrong": ["nothing"], "last": "price"}
        response = Response.objects.get(invitation=invitation)
        assert (response.index, response.lowest, response.comment) == (None, None, "")

    def test_what_is_no_more_asked_need_not_be_answered(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["people"]})
        answer = client.post(page_of(invitation), {"page": "2", "go": "on"})
        assert answer.status_code == 200  # required
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["nothing"]})
        client.post(page_of(invitation), {"page": "3", "go": "send"})
        invitation.refresh_from_db()
        assert invitation.state == "finished"

    def test_what_is_chosen_twice_counts_once(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["price"] * 3})
        assert answered(invitation) == {"wrong": ["price"]}
