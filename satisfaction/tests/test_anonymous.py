"""Anonymous waves: nothing leads from an answer to a person, and no answer is lost or doubled."""

import datetime as dt
import itertools
import json
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import ServiceFactory, TeamFactory
from crm.platform.secret_links import hash_of
from customers.models import Task
from satisfaction.models import (
    Answer,
    Invitation,
    InvitationLink,
    Response,
    SealedBallot,
    SealedDraft,
)
from satisfaction.questionnaire import LONGEST_TEXT, Questionnaire
from satisfaction.services import anonymous, sealing
from satisfaction.services.answering import IsOverError
from satisfaction.services.waves import close_wave
from satisfaction.tasks import empty_boxes
from satisfaction.tests.factories import InvitationFactory, WaveFactory
from satisfaction.tests.test_answering import FIRST, LAST, page_of

pytestmark = pytest.mark.django_db
WORDS = "Nobody but me would say this."


@pytest.fixture
def wave():
    return WaveFactory(is_open=True, is_anonymous=True)


def asked(wave, many: int = 1, **fields) -> list[Invitation]:
    return [InvitationFactory(wave=wave, **fields) for _ in range(many)]


def answer(invitation: Invitation, **changes) -> None:
    browser = Client()
    browser.post(page_of(invitation), {**FIRST, **changes})
    browser.post(page_of(invitation), {**LAST, **changes})


def close(wave) -> None:
    close_wave(wave=wave, by=None)


def everything() -> str:
    """Each value of each row of the whole database that any query could read."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_a_half_finished_answer_can_be_read_by_nobody_without_its_link(wave):
    (invitation,) = asked(wave)
    Client().post(page_of(invitation), {**FIRST, "go": "on"})
    Client().post(page_of(invitation), {**LAST, "go": "back", "q-better": WORDS})
    assert not Response.objects.exists()
    assert WORDS not in everything()
    (row,) = SealedDraft.objects.all()
    assert row.place not in (hash_of(invitation.token), invitation.token)
    assert not InvitationLink.objects.filter(token_hash=row.place).exists()
    assert sealing.unseal([b"x" * 32], row.sealed, wave.pk) is None
    invitation.refresh_from_db()
    assert invitation.state == "sent"  # who has begun is not told either
    page = Client().get(page_of(invitation))  # another browser resumes by the link
    assert page.context["page"] == 1
    assert page.context["form"]["overall"].value() == 4
    assert sealing.read_draft(wave.pk, invitation.token).values["better"] == WORDS


def test_what_is_sealed_is_of_one_length_however_much_was_written(wave):
    lengths = set()
    for words in ("", "x" * 500, "x" * LONGEST_TEXT, "客" * LONGEST_TEXT):
        (invitation,) = asked(wave)
        Client().post(page_of(invitation), FIRST)
        lengths.add(len(bytes(SealedDraft.objects.latest("pk").sealed)))
        Client().post(page_of(invitation), {**LAST, "go": "back", "q-better": words})
        lengths.add(len(bytes(SealedDraft.objects.latest("pk").sealed)))
        answer(invitation, **{"q-better": words})
        lengths.add(len(bytes(SealedBallot.objects.latest("pk").sealed)))
    assert SealedBallot.objects.count() == 4
    assert len(lengths) == 1


def test_the_finish_deletes_the_draft_and_spends_the_link_and_tells_no_time(wave):
    (invitation,) = asked(wave)
    answer(invitation, **{"q-better": WORDS})
    assert not SealedDraft.objects.exists()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.finished_at) == ("finished", None)
    assert "Your answers have arrived" in Client().get(page_of(invitation)).content.decode()
    assert WORDS not in everything()
    answer(invitation)  # the same again
    assert SealedBallot.objects.count() == 1


def test_who_declines_leaves_no_draft(wave):
    (invitation,) = asked(wave)
    Client().post(page_of(invitation), FIRST)
    Client().post(page_of(invitation) + "decline/", {})
    assert not SealedDraft.objects.exists()
    invitation.refresh_from_db()
    assert invitation.state == "declined"


def test_what_must_be_answered_keeps_an_anonymous_answer_a_draft(wave):
    (invitation,) = asked(wave)
    Client().post(page_of(invitation), LAST)  # past the first page
    assert not SealedBallot.objects.exists()
    assert Client().get(page_of(invitation)).context["page"] == 1
    answer(invitation)
    assert SealedBallot.objects.count() == 1


def test_no_answer_comes_out_before_the_wave_is_over(wave):
    for invitation in asked(wave, 4, tier="A"):
        answer(invitation)
    (last,) = asked(wave, tier="A")
    answer(last, **{"q-overall": "1", "q-better": WORDS})
    assert empty_boxes() == 0
    assert not Response.objects.exists()
    close(wave)
    assert empty_boxes() == 5
    assert empty_boxes() == 0  # safe to repeat
    assert not SealedBallot.objects.exists()
    assert Response.objects.finished().count() == 5
    (worst,) = Response.objects.filter(comment=WORDS)
    # (1, 5, 3, 4) of 1 to 5: 0, 100, 50, 75.
    assert (worst.index, worst.overall, worst.recommend, worst.lowest) == (56.25, 0.0, 9, 0.0)
    kept = {a.question.code: a.score for a in worst.answers.select_related("question")}
    assert kept["overall"] == 1
    assert kept["recommend"] == 9
    # Of whom nobody can be called.
    assert not Task.objects.exists()


def test_fewer_than_five_answers_stay_sealed(wave):
    for invitation in asked(wave, 4, tier="A"):
        answer(invitation)
    close(wave)
    assert empty_boxes() == 0
    assert not Response.objects.exists()
    assert SealedBallot.objects.count() == 4


@pytest.mark.parametrize(
    ("answered", "kept"),
    [
        ({"A": 2, "B": 6}, {"": 8}),  # two without a tier would be known to be the two of A
        ({"A": 2, "B": 6, "C": 7}, {"": 8, "C": 7}),
        ({"A": 2, "B": 3, "C": 5}, {"": 5, "C": 5}),
        ({"A": 5, "B": 6}, {"A": 5, "B": 6}),
        ({"": 1, "B": 6}, {"": 7}),
    ],
)
def test_small_groups_come_out_without_their_group_among_five_and_more(wave, answered, kept):
    for tier, number in answered.items():
        for invitation in asked(wave, number, tier=tier):
            answer(invitation)
    close(wave)
    assert empty_boxes() == sum(answered.values())
    assert Counter(Response.objects.values_list("tier", flat=True)) == kept


def test_who_finishes_while_the_wave_is_closed_is_told_so(wave):
    """Nothing comes into a box that was opened, where it would be alone."""
    (invitation,) = asked(wave)
    sheet = Questionnaire(wave.version.questions.all(), {"overall": 4})
    close(wave)
    with pytest.raises(IsOverError), transaction.atomic():
        anonymous.cast(wave=invitation.wave, questionnaire=sheet, group=("A", None))
    assert not SealedBallot.objects.exists()


def test_of_staff_the_team_alone_is_kept(wave):
    team = TeamFactory()
    for _ in range(5):
        answer(
            InvitationFactory(
                wave=wave, customer=None, user=ServiceFactory(), team=team, owner=None, stage=""
            )
        )
    close(wave)
    assert empty_boxes() == 5
    assert set(Response.objects.values_list("tier", "team")) == {("", team.pk)}


def test_drafts_of_waves_that_are_over_go(wave):
    (invitation,) = asked(wave)
    Client().post(page_of(invitation), FIRST)
    empty_boxes()
    assert SealedDraft.objects.exists()
    close(wave)
    empty_boxes()
    assert not SealedDraft.objects.exists()


def test_ballots_are_opened_by_the_secret_before_too(wave, settings):
    for invitation in asked(wave, 5):
        answer(invitation)
    close(wave)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert empty_boxes() == 5


def test_ballots_that_no_secret_opens_wait_and_are_reported(wave, settings, caplog):
    for invitation in asked(wave, 5):
        answer(invitation)
    close(wave)
    settings.SECRET_KEY = "another one"
    assert empty_boxes() == 0
    assert SealedBallot.objects.count() == 5
    assert "SECRET_KEY" in caplog.text


def test_a_ballot_can_be_moved_to_no_other_wave(wave):
    for invitation in asked(wave, 5):
        answer(invitation)
    SealedBallot.objects.update(wave=WaveFactory(state=wave.State.CLOSED))
    assert empty_boxes() == 0


def values_of(model) -> dict[tuple[str, object], set[int]]:
    """By column and value the rows that have it, of all that the database knows of each."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, xmin::text AS xmin FROM {table}")
        names = [column.name for column in cursor.description]
        found: dict[tuple[str, object], set[int]] = {}
        for row in cursor.fetchall():
            key = row[names.index("id")]
            for name, value in zip(names, row, strict=True):
                value = json.dumps(value) if isinstance(value, dict | list) else value
                found.setdefault((name, value), set()).add(key)
    return found


@pytest.mark.django_db(transaction=True)
def test_no_join_of_any_two_columns_leads_from_an_answer_to_a_person():
    """Whatever an answer's row shares with an invitation's, it shares with five and more."""
    wave = WaveFactory(is_open=True, is_anonymous=True)
    people = [
        *asked(wave, 6, tier="A", language="en"),
        *asked(wave, 2, tier="B", language="zh-hans"),
    ]
    answered = people[::-1][:7]  # in another order than they were asked
    for place, invitation in enumerate(answered):
        answer(invitation, **{"q-recommend": str(place), "q-better": f"Words {place}"})
    empty_boxes()
    close(wave)
    empty_boxes()
    assert Response.objects.count() == 7
    assert not SealedDraft.objects.exists()
    assert not SealedBallot.objects.exists()

    # No foreign key from an answer leads to a person, or to anything that knows one.
    named = {"invitation", "customer", "contact", "owner", "user", "case", "entered_by"}
    for response in Response.objects.all():
        filled = {f.name for f in Response._meta.fields if getattr(response, f.attname) is not None}
        assert not filled & named
    sides = [("invitations", Invitation), ("links", InvitationLink)]
    theirs = {name: values_of(model) for name, model in sides}
    own = {"responses": values_of(Response), "answers": values_of(Answer)}
    groups = {response.pk: response.tier for response in Response.objects.all()}
    for (ours, mine), (name, others) in itertools.product(own.items(), theirs.items()):
        by_value = {}
        for (column, value), keys in others.items():
            by_value.setdefault(value, []).append((column, keys))
        for (column, value), keys in mine.items():
            if value in (None, "", 0, 1, True, False) or is_small_number(value):
                continue  # scores, pages and keys of other tables, which mean nothing together
            for other, people_with in by_value.get(value, []):
                about = f"{ours}.{column} = {name}.{other} = {value!r}"
                assert len(people_with) >= 5 or len(keys) >= 5, about
    # One or two of B would be known by having no tier, were those of A told apart from them.
    assert set(groups.values()) == {""}


def is_small_number(value: object) -> bool:
    return isinstance(value, int | float) and value <= 100


@pytest.mark.django_db(transaction=True)
def test_neither_keys_nor_transactions_tell_in_which_order_people_answered():
    wave = WaveFactory(is_open=True, is_anonymous=True)
    people = asked(wave, 12, tier="A")
    for place, invitation in enumerate(people):
        answer(invitation, **{"q-recommend": str(min(place, 10)), "q-better": f"{place:02}"})
    close(wave)
    empty_boxes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM satisfaction_response")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM satisfaction_answer")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM satisfaction_invitation")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT comment FROM satisfaction_response ORDER BY ctid")
        by_place = [comment for (comment,) in cursor.fetchall()]
    by_key = list(Response.objects.order_by("pk").values_list("comment", flat=True))
    # One order in 479 million would be theirs by chance.
    assert by_key != sorted(by_key)
    assert by_place != sorted(by_place)
    assert Response.objects.values("started_at", "finished_at").distinct().count() == 1
    day = Response.objects.first().finished_at
    assert day == dt.datetime.combine(wave.opens_on, dt.time.min, tzinfo=day.tzinfo) or (
        timezone.localtime(day).time() == dt.time.min
    )


def test_nothing_that_keeps_history_watches_answers():
    """No trigger writes down who changed what, when, beside the tables themselves."""
    models = (Invitation, InvitationLink, Response, Answer, SealedBallot, SealedDraft)
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
            " WHERE NOT tgisinternal AND c.relname = ANY(%s)",
            [tables],
        )
        assert cursor.fetchall() == []


def test_the_page_says_that_it_is_anonymous(wave, client):
    (invitation,) = asked(wave)
    html = client.get(reverse("satisfaction:answer", args=[invitation.token])).content.decode()
    assert "nothing leads from your answers to you" in html


def test_the_smallest_group_is_that_of_the_specification():
    assert anonymous.FEWEST == 5
