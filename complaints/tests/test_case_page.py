"""The page of a case: the next step, what was done, two people at once."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.forms.actions import FORMS
from complaints.models import Case
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from crm.platform.tests.remembered import forget_remembered
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db
NEXT_MONTH = dt.datetime.now() + dt.timedelta(days=30)


@pytest.fixture
def sam():
    return ServiceFactory(name="Sam")


@pytest.fixture
def acorn(amy):
    customer = CustomerFactory(name="Acorn Ltd", account_manager=amy, email="a@acorn.example")
    StandingFactory(customer=customer, tier="A", value_band="high", lifetime_value=4321)
    return customer


@pytest.fixture
def case(acorn):
    return CaseFactory(customer=acorn, title="Wet pallets")


def page(client, case):
    response = client.get(f"/complaints/{case.pk}/")
    assert response.status_code == 200
    return response


def send(client, case, action, **typed):
    typed.setdefault("expected_seq", case.last_seq)
    return client.post(f"/complaints/{case.pk}/{action}/", typed)


def forms_of(client, case):
    return {str(form.action): form for form in page(client, case).context["forms"]}


def form_for(client, case, action):
    """The form that the page brings when it is asked to."""
    asked = client.get(f"/complaints/{case.pk}/?do={action}")
    (form,) = (form for form in asked.context["forms"] if form.is_open)
    assert str(form.action) == action
    return form


def test_another_teams_case_is_not_found_at_any_address(client, case, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sam = ServiceFactory()
    client.force_login(sam)
    note = SimpleUploadedFile("note.txt", b"It leaks.")
    client.post(f"/complaints/{case.pk}/attach/", {"attachments": note})
    file = case.attachments.get()
    client.force_login(AccountManagerFactory())
    addresses = [f"{case.pk}/", f"{case.pk}/attach/", f"attachments/{file.pk}/"]
    addresses += [f"{case.pk}/{action}/" for action in FORMS]
    for address in addresses:
        assert client.get(f"/complaints/{address}").status_code == 404, address
    for address in addresses[3:]:
        assert client.post(f"/complaints/{address}").status_code == 404, address
    assert client.post(f"/complaints/{case.pk}/").status_code in {404, 405}


def test_actions_that_do_not_exist_are_not_found(client, case, sam):
    client.force_login(sam)
    for action in ("log", "dance"):
        assert client.post(f"/complaints/{case.pk}/{action}/").status_code == 404


def test_the_next_step_stands_open_and_is_the_only_primary_one(client, sam, acorn):
    expected = {
        State.NEW: Action.ACKNOWLEDGE,
        State.ACKNOWLEDGED: Action.ASSESS,
        State.INVESTIGATING: Action.PROPOSE,
        State.WAITING_CUSTOMER: Action.GO_ON,
        State.WAITING_THIRD: Action.GO_ON,
        State.PROPOSED: Action.RESOLVE,
        State.RESOLVED: Action.CLOSE,
    }
    client.force_login(sam)
    for state in State:
        case = CaseFactory(customer=acorn, state=state, by=sam)
        response = page(client, case)
        open_ones = [form.action for form in response.context["forms"] if form.is_open]
        wanted = expected.get(state)
        assert open_ones == ([wanted] if wanted else []), state
        assert response.text.count("btn-primary") == len(open_ones), state


def walk_of(owner) -> list[tuple[str, dict, str]]:
    """Action, what is typed for it, and the state that it leads to."""
    return [
        ("acknowledge", {"owner": owner.pk}, State.ACKNOWLEDGED),
        (
            "assess",
            {"severity": "major", "category": 1, "owner": owner.pk, "scope": "2 pallets"},
            State.INVESTIGATING,
        ),
        (
            "ask_customer",
            {"waiting_for": "photos", "until": f"{NEXT_MONTH:%Y-%m-%dT%H:%M}"},
            "waiting_customer",
        ),
        ("go_on", {"reason": "they came"}, State.INVESTIGATING),
        (
            "propose",
            {"root_cause": 1, "remedy": "refund", "remedy_cost": "120.50"},
            State.PROPOSED,
        ),
        (
            "resolve",
            {
                "told": "You get your money back.",
                "corrective_what": "Pallets stand under a roof",
                "corrective_due_on": f"{NEXT_MONTH:%Y-%m-%d}",
            },
            State.RESOLVED,
        ),
        ("close", {}, State.CLOSED),
        ("reopen", {"reason": "No money came"}, State.INVESTIGATING),
    ]


def test_a_complaint_walks_from_new_to_closed_by_its_forms(client, sam, case):
    client.force_login(sam)
    settling = form_for(client, case, "settle")
    category = settling.fields["category"].choices[1][0]
    cause = settling.fields["root_cause"].choices[1][0]
    for action, typed, state in walk_of(sam):
        if "category" in typed:
            typed["category"] = category
        if "root_cause" in typed:
            typed["root_cause"] = cause
        answer = send(client, case, action, **typed)
        assert answer.status_code == 302, (action, answer.context and answer.context["forms"])
        case.refresh_from_db()
        assert case.state == state, action
    told = page(client, case).text
    for words in (
        "photos",
        "they came",
        "You get your money back.",
        "No money came",
        "2 pallets",
        "under a roof",
    ):
        assert words in told


def test_what_the_customer_reads_of_the_waiting_is_said_beside_it(client, sam, acorn):
    client.force_login(sam)
    case = CaseFactory(customer=acorn, by=sam, state=State.INVESTIGATING)
    hint, asked = "Who follows the case by its link reads this.", {"HX-Request": "true"}
    for action, is_said in (("ask_customer", True), ("ask_third", False)):
        form = client.get(f"/complaints/{case.pk}/{action}/", headers=asked).text
        assert "waiting_for" in form
        assert (hint in form) is is_said


def test_it_is_settled_on_the_spot(client, sam, case):
    client.force_login(sam)
    form = form_for(client, case, "settle")
    typed = {
        "severity": "minor",
        "category": form.fields["category"].choices[1][0],
        "root_cause": form.fields["root_cause"].choices[1][0],
        "remedy": "apology",
        "remedy_cost": "0",
        "told": "We are sorry.",
    }
    for _ in range(2):  # a form that is sent twice finds its work done
        assert send(client, case, "settle", **typed).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.owner, case.severity) == (State.RESOLVED, sam, "minor")


def test_a_missing_word_is_named_beside_its_field(client, sam, acorn):
    case = CaseFactory(customer=acorn, state=State.INVESTIGATING, by=sam)
    client.force_login(sam)
    answer = send(client, case, "propose", remedy_cost="-1", root_cause_notes="Rain came in")
    (form,) = (form for form in answer.context["forms"] if form.is_open)
    assert set(form.errors) == {"root_cause", "remedy", "remedy_cost"}
    assert "Rain came in" in answer.text
    assert Case.objects.get(pk=case.pk).state == State.INVESTIGATING


def test_a_colleagues_action_in_between_is_told_and_nothing_typed_is_lost(client, sam, case):
    seen = case.last_seq
    do(case, Action.ACKNOWLEDGE, by=ServiceFactory(name="Fast Fran"))
    client.force_login(sam)
    answer = send(client, case, "withdraw", reason="She has found it", expected_seq=seen)
    assert answer.status_code == 200
    assert "Fast Fran" in answer.text
    assert "She has found it" in answer.text
    (form,) = (form for form in answer.context["forms"] if form.is_open)
    again = {"reason": "She has found it", "expected_seq": form["expected_seq"].value()}
    assert send(client, case, "withdraw", **again).status_code == 302
    assert Case.objects.get(pk=case.pk).state == State.WITHDRAWN


def test_what_is_no_longer_possible_is_told_with_what_was_typed(client, sam, case):
    client.force_login(sam)
    do(case, Action.WITHDRAW, by=sam)
    case.refresh_from_db()
    answer = send(client, case, "acknowledge", told="We have it, thank you")
    assert "This is not possible" in answer.text
    assert "We have it, thank you" in answer.text


def test_a_comment_sent_twice_is_one_comment(client, sam, case):
    client.force_login(sam)
    seen = case.last_seq
    for _ in range(2):
        send(client, case, "comment", reason="Ask the depot", expected_seq=seen)
    assert case.events.filter(action=Action.COMMENT).count() == 1
    send(client, case, "comment", reason="Ask the carrier", expected_seq=seen)
    assert case.events.filter(action=Action.COMMENT).count() == 2


def test_merging_offers_open_cases_of_the_same_customer(client, sam, acorn, case):
    other = CaseFactory(customer=acorn, title="Same pallets")
    CaseFactory(customer=acorn, state=State.WITHDRAWN)
    CaseFactory()
    client.force_login(sam)
    choices = form_for(client, case, "merge").fields["target"].choices
    assert [key for key, _label in choices if key] == [str(other.pk)]
    assert send(client, case, "merge", target=other.pk).status_code == 302
    response = page(client, case)
    assert f'href="/complaints/{other.pk}/"' in response.text
    assert "unmerge" in forms_of(client, case)
    assert "target" not in form_for(client, other, "merge").fields  # by its number alone


def test_only_managers_reject_and_say_what_the_customer_can_do(client, sam, case):
    client.force_login(sam)
    assert "reject" not in forms_of(client, case)
    assert send(client, case, "reject", reason="Not ours", recourse="-").status_code == 403
    client.force_login(ManagerFactory())
    assert send(client, case, "reject", reason="Not ours").status_code == 200
    assert send(client, case, "reject", reason="Not ours", recourse="Court").status_code == 302
    assert "Court" in page(client, case).text


def test_an_account_manager_who_is_not_in_charge_lends_a_hand_only(client, amy, acorn):
    case = CaseFactory(customer=acorn, state=State.INVESTIGATING)
    client.force_login(amy)
    assert set(forms_of(client, case)) == {"comment", "assign", "link"}
    assert send(client, case, "propose").status_code == 403
    assert send(client, case, "settle").status_code == 403


def test_a_costly_remedy_waits_for_who_may_approve_it(client, sam, acorn):
    Installation.objects.filter(pk=Installation.get().pk).update(authority_service=100)
    case = CaseFactory(customer=acorn, state=State.INVESTIGATING, by=sam)
    do(case, Action.PROPOSE, by=sam, values={"remedy_cost": 900})
    Installation.forget()
    client.force_login(sam)
    response = page(client, case)
    assert "Waits for approval" in response.text
    assert not [form for form in response.context["forms"] if form.is_primary]
    client.force_login(ManagerFactory())
    case.refresh_from_db()
    assert send(client, case, "approve").status_code == 302
    client.force_login(sam)
    assert forms_of(client, case)["resolve"].is_primary


def test_somebody_unknown_becomes_a_customer_by_number(client, sam, acorn):
    case = CaseFactory(customer=None, caller_name="Mrs Noname")
    client.force_login(sam)
    typed = {"title": case.title, "severity": case.severity, "caller_name": "Mrs Noname"}
    wrong = send(client, case, "change", customer_number="nope", **typed)
    assert "You have no customer with this number." in wrong.text
    assert send(client, case, "change", customer_number=acorn.number, **typed).status_code == 302
    case.refresh_from_db()
    assert (case.customer, case.tier) == (acorn, "A")


def test_a_correction_sets_only_what_was_changed(client, sam, acorn, case):
    anna = ContactFactory(customer=acorn, name="Anna")
    client.force_login(sam)
    form = form_for(client, case, "change")
    typed = {field.name: field.value() or "" for field in form}
    assert send(client, case, "change", **typed | {"contact": anna.pk}).status_code == 302
    assert case.events.last().data["values"] == {"contact": anna.pk}


def test_a_reply_goes_out_by_mail_where_an_address_is_known(client, sam, case):
    client.force_login(sam)
    assert "Send it by mail to a@acorn.example" in str(form_for(client, case, "reply"))
    assert send(client, case, "reply", told="We look into it", mail="on").status_code == 302
    assert "Sent by mail." in page(client, case).text
    unknown = CaseFactory(customer=None, caller_name="Mrs Noname")
    assert "mail" not in form_for(client, unknown, "reply").fields


def test_why_it_is_overdue_is_counted_stretch_by_stretch(client, sam, acorn):
    case = CaseFactory(customer=acorn, state=State.WAITING_CUSTOMER)
    client.force_login(sam)
    stretches = page(client, case).context["stretches"]
    assert [row["state"] for row in stretches] == [
        "new",
        "acknowledged",
        "investigating",
        "waiting for customer",
    ]
    assert stretches[-1]["counted"] == "not counted"


def test_who_comes_back_from_signing_in_lands_on_the_case(client, sam, case):
    client.force_login(sam)
    for address in ("acknowledge", "settle", "attach"):
        answer = client.get(f"/complaints/{case.pk}/{address}/")
        assert answer.headers["Location"] == f"/complaints/{case.pk}/"


def test_files_are_attached_listed_and_fetched_as_downloads(client, sam, case, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(sam)
    address = f"/complaints/{case.pk}/attach/"
    assert "Choose a file first." in client.post(address).text
    two = [SimpleUploadedFile(f"note{n}.txt", b"It leaks.") for n in range(2)]
    assert client.post(address, {"attachments": two}).status_code == 302
    shown = page(client, case)
    assert "note0.txt, note1.txt" in shown.text
    answer = client.get(f"/complaints/attachments/{shown.context['attachments'][0].pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue() == b"It leaks."
    refused = SimpleUploadedFile("virus.exe", b"MZ\x90\x00" + bytes(60))
    assert "virus.exe" in client.post(address, {"attachments": refused}).text


def test_the_page_asks_fifteen_questions_however_much_happened(
    client, sam, amy, acorn, django_assert_max_num_queries
):
    case = CaseFactory(customer=acorn, state=State.INVESTIGATING, by=sam)
    for n in range(40):
        do(case, Action.COMMENT, by=ServiceFactory())
        if n % 8 == 0:
            do(case, Action.ASSIGN, by=sam, values={"owner": ServiceFactory()})
            CaseFactory(customer=acorn)
            ContactFactory(customer=acorn)
    for user in (sam, amy, ManagerFactory()):
        client.force_login(user)
        client.get("/customers/tasks/")
        forget_remembered()
        with django_assert_max_num_queries(15):
            response = client.get(f"/complaints/{case.pk}/")
    assert response.context["older"] == 33
    assert len(client.get(f"/complaints/{case.pk}/?history=all").context["history"]) == 48


def test_all_but_the_next_step_come_when_they_are_asked_for(client, sam, case):
    """By an address that works without scripts, and alone for the page that is open."""
    client.force_login(sam)
    address = f"/complaints/{case.pk}/"
    shown = client.get(address).text
    assert shown.count(f'action="{address}') == 3  # the next step, files, watching
    for action in forms_of(client, case):
        asked = client.get(f"{address}?do={action}")
        assert f'action="{address}{action}/"' in asked.text
        assert [str(form.action) for form in asked.context["forms"] if form.is_open] == [action]
        alone = client.get(f"{address}{action}/?seen=1", headers={"HX-Request": "true"})
        assert alone.text.startswith("<form")
        assert f'action="{address}{action}/"' in alone.text
        assert alone.text.count("autofocus") == 1, action


def test_a_form_that_comes_later_knows_what_its_reader_saw(client, sam, case):
    client.force_login(sam)
    seen = case.last_seq
    do(case, Action.ACKNOWLEDGE, by=ServiceFactory(name="Fast Fran"))
    alone = {"headers": {"HX-Request": "true"}}
    for asked, expected in ((seen, seen), (99, seen + 1), ("²", seen + 1), ("", seen + 1)):
        answer = client.get(f"/complaints/{case.pk}/withdraw/?seen={asked}", **alone)
        assert answer.context["form"]["expected_seq"].value() == expected
    assert client.get(f"/complaints/{case.pk}/acknowledge/", **alone).status_code == 409
    assert client.get(f"/complaints/{case.pk}/reject/", **alone).status_code == 409
    assert Case.objects.get(pk=case.pk).last_seq == seen + 1
