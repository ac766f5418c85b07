"""The work at the desk: links, watching, mentions, ready texts, several cases at once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints import canned, rights
from complaints.models import CannedText, Case, CaseLink, CaseWatch, GuideEntry, RootCause
from complaints.services import following
from complaints.services.actions import Refused
from complaints.services.desk import assign_many
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.models import Installation, OutboxMessage
from customers.models import Notice
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return ServiceFactory(name="Sam", username="sam")


@pytest.fixture
def ann():
    return ServiceFactory(name="Ann", username="ann")


@pytest.fixture
def pair(sam):
    """Two cases of the same customer."""
    return CaseFactory.create_batch(2, by=sam, customer=CustomerFactory(name="Acorn Ltd"))


def link(one, other, by, action=Action.LINK):
    return do(one, action, by=by, data={"linked": other.pk})


def notices(user) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", "cause"))


# -- links


def test_linked_cases_say_so_on_both_sides_until_they_are_unlinked(client, sam, pair):
    one, other = pair
    link(other, one, sam)
    assert CaseLink.objects.get().one == one
    client.force_login(sam)
    for here, there in ((one, other), (other, one)):
        page = client.get(f"/complaints/{here.pk}/")
        assert [case.pk for case in page.context["linked"]] == [there.pk]
        assert here.events.last().data == {"linked": there.pk}
    assert client.post(f"/complaints/{one.pk}/unlink/", {"linked": other.pk}).status_code == 302
    assert not CaseLink.objects.exists()
    assert [event.action for event in other.events.all()] == ["log", "link", "unlink"]


def test_a_case_is_linked_once_and_to_another_that_one_sees(sam, pair):
    one, other = pair
    link(one, other, sam)
    for wrong in (other.pk, one.pk, 10**9, None):
        with pytest.raises(Refused):
            do(one, Action.LINK, by=sam, data={"linked": wrong})
    amy = AccountManagerFactory()
    mine = CaseFactory(customer=CustomerFactory(account_manager=amy), by=sam)
    with pytest.raises(Refused):
        link(mine, one, amy)
    with pytest.raises(Refused):
        link(mine, one, sam, Action.UNLINK)


def test_a_case_is_named_by_its_number_to_be_linked_or_merged(client, sam, pair):
    one, stranger = pair[0], CaseFactory(by=sam)
    client.force_login(sam)
    address = f"/complaints/{one.pk}"
    assert client.post(f"{address}/link/", {"reference": "C999999"}).status_code == 200
    assert client.post(f"{address}/link/", {"reference": stranger.reference}).status_code == 302
    assert client.post(f"{address}/merge/", {"reference": f"c{stranger.pk}"}).status_code == 302
    assert Case.objects.get(pk=one.pk).merged_into == stranger
    page = client.get(f"/complaints/{stranger.pk}/")
    assert [case.pk for case in page.context["merged"]] == [one.pk]


def test_what_comes_again_after_its_end_is_logged_as_a_linked_case(client, sam):
    ended = CaseFactory(by=sam, state=State.WITHDRAWN)
    client.force_login(sam)
    again = f"?continues={ended.pk}&amp;customer={ended.customer_id}"
    assert again in client.get(f"/complaints/{ended.pk}/").text
    form = client.get(f"/complaints/log/?continues={ended.pk}&customer={ended.customer_id}")
    assert f'name="continues" value="{ended.pk}"' in form.text
    typed = {
        "submission": form.context["form"]["submission"].value(),
        "continues": ended.pk,
        "customer": ended.customer_id,
        "kind": "complaint",
        "channel": "phone",
        "severity": "moderate",
        "received_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "description": "It leaks again.",
    }
    for _sent in range(2):
        assert client.post("/complaints/log/", typed).status_code == 302
    made = Case.objects.latest("pk")
    assert CaseLink.objects.get().other == made
    assert made.events.count() == 2


def test_a_case_of_nobody_known_is_compared_by_phone_and_address(client, sam):
    who = {"customer": None, "caller_name": "Zoe", "by": sam}
    one = CaseFactory(**who, caller_email="zoe@acorn.example", caller_phone="020 7946 0958")
    by_mail = CaseFactory(**who, caller_email="Zoe@acorn.example")
    by_phone = CaseFactory(**who, caller_phone="02079460958")
    CaseFactory(**who, caller_email="bob@acorn.example")
    found = Case.objects.visible_to(sam).of_same(one)
    assert {case.pk for case in found} == {by_mail.pk, by_phone.pk}


# -- watching and mentions


def test_who_watches_hears_of_each_new_state_but_not_of_ones_own(client, sam, ann):
    case = CaseFactory(by=sam)
    client.force_login(ann)
    address = reverse("complaints:watch", args=[case.pk])
    for _sent in range(2):
        assert client.post(address, {"watch": "on"}).status_code == 302
    assert CaseWatch.objects.get().user == ann
    do(case, Action.COMMENT, by=sam)
    do(case, Action.ACKNOWLEDGE, by=sam)
    do(case, Action.WITHDRAW, by=ann)
    assert notices(ann) == [("case", f"case:{case.pk}:moved:3")]
    notice = Notice.objects.get()
    assert notice.text == f"{case.reference} acknowledged: {case.title}"
    client.post(address)
    assert not CaseWatch.objects.exists()
    assert address.replace("watch/", "") in client.get(reverse("customers:notices")).text


def test_a_comment_calls_colleagues_who_may_see_the_case_and_makes_them_watch(sam, ann):
    case = CaseFactory(by=sam)
    AccountManagerFactory(username="amos")  # of another team
    do(case, Action.COMMENT, by=sam, reason="@ann, look. @amos @nobody ann@example.com")
    assert CaseWatch.objects.get().user == ann
    assert notices(ann) == [("mention", f"case:{case.pk}:mention:2")]
    assert Notice.objects.count() == 1
    assert following.is_watching(ann, case)
    do(case, Action.REPLY, by=sam, data={"told": "@ann will call you"})
    assert Notice.objects.count() == 1  # words to customers call nobody


def test_who_is_put_in_charge_hears_of_it_and_who_takes_it_does_not(sam, ann):
    case = CaseFactory(by=sam)
    do(case, Action.ASSIGN, by=sam, values={"owner": sam})
    do(case, Action.ASSIGN, by=sam, values={"owner": ann})
    assert notices(ann) == [("case", f"case:{case.pk}:given:3")]
    assert notices(sam) == []


def test_a_critical_case_rings_the_managers_at_once(sam):
    mia = ManagerFactory()
    case = CaseFactory(by=sam, severity="critical")
    assert notices(mia) == [("case", f"case:{case.pk}:critical:1")]


# -- ready texts


def text_of(**values) -> CannedText:
    texts = {"en": "Dear {contact}, {reference} is with {owner}.", "zh-hans": "{contact}，您好"}
    return CannedText.objects.create(code="own", names={"en": "Hello"}, texts=texts, **values)


def test_a_ready_text_is_filled_in_the_language_of_the_contact(sam):
    contact = ContactFactory(name="Li {owner}")
    case = CaseFactory(by=sam, customer=contact.customer, contact=contact, owner=sam)
    filled = canned.filled(text_of(), case, sam)
    assert filled == f"Dear Li {{owner}}, {case.reference} is with Sam."  # looked through once
    contact.language = "zh-hans"
    case.contact = contact
    assert canned.filled(CannedText.objects.get(code="own"), case, sam) == "Li {owner}，您好"


def test_only_known_places_are_filled_in(sam):
    text = "{customer.account_manager.password} {__class__} {0} {contact!r} {customer}"
    names = canned.unknown_places(text)
    assert names == ["customer.account_manager.password", "__class__", "0", "contact!r"]


def test_inserting_a_text_keeps_what_was_typed_and_does_nothing_else(client, sam):
    case = CaseFactory(by=sam, caller_email="zoe@acorn.example")
    text = text_of(use="reply")
    client.force_login(sam)
    typed = {"told": "Good morning.", "mail": "on", "canned": text.pk, "expected_seq": "1"}
    page = client.post(f"/complaints/{case.pk}/reply/", {**typed, "insert": "1"})
    form = next(form for form in page.context["forms"] if form.is_open)
    assert form["told"].value().startswith("Good morning.\n\nDear ")
    assert (form["mail"].value(), str(form["expected_seq"].value())) == (True, "1")
    assert not form.errors
    assert case.events.count() == 1


def test_a_text_is_offered_where_it_belongs(client, sam):
    text_of(use="reply", severity="critical")
    client.force_login(sam)

    def offers(severity: str) -> set[str]:
        case = CaseFactory(by=sam, severity=severity)
        address = f"/complaints/{case.pk}/"
        steps = [str(form.action) for form in client.get(address).context["forms"]]
        asked = [client.get(f"{address}?do={step}").context["forms"] for step in steps]
        forms = [form for forms in asked for form in forms if form.is_open]
        assert [str(form.action) for form in forms] == steps
        return {
            str(f.action) for f in forms if "canned" in f.fields and "Hello" in str(f["canned"])
        }

    assert offers("minor") == set()
    assert offers("critical") == {"reply"}


def test_managers_write_texts_and_unknown_places_are_an_error(client):
    client.force_login(ManagerFactory())
    typed = {"name_en": "Hello", "text_en": "Dear {contakt}", "position": 1, "use": "reply"}
    refused = client.post("/complaints/lists/texts/new/", typed)
    assert "{contakt}" in str(refused.context["form"].errors["text_en"])
    typed["text_en"] = "Dear {contact}"
    assert client.post("/complaints/lists/texts/new/", typed).status_code == 302
    assert CannedText.objects.get(names__en="Hello").texts == {"en": "Dear {contact}"}


def test_all_ready_texts_that_come_along_name_known_places_in_both_languages():
    for entry in (*CannedText.objects.all(), *GuideEntry.objects.all()):
        assert set(entry.texts) == set(entry.names) == {"en", "zh-hans"}
        for text in entry.texts.values():
            assert canned.unknown_places(text) == []
    assert GuideEntry.objects.count() == 7


def test_the_guide_is_read_by_all_and_leads_out_what_is_out_of_use(client, sam):
    GuideEntry.objects.filter(code="angry").update(is_active=False)
    client.force_login(sam)
    page = client.get("/complaints/guide/").text
    assert "How to prepare oneself" in page
    assert "How to meet the angry" not in page


# -- rejection, proposals, requests


def test_a_rejection_is_mailed_with_what_the_customer_can_do(client, sam):
    case = CaseFactory(by=sam, caller_email="zoe@acorn.example")
    client.force_login(ManagerFactory())
    typed = {"reason": "Not ours", "told": "We can't agree.", "recourse": "Ask the ombudsman."}
    assert client.post(f"/complaints/{case.pk}/reject/", {**typed, "mail": "on"}).status_code == 302
    (mail,) = OutboxMessage.objects.filter(recipient="zoe@acorn.example")
    assert "We can't agree.\n\nAsk the ombudsman." in mail.body


def test_what_is_told_of_a_proposal_is_a_reply_of_its_own(client, sam):
    case = CaseFactory(by=sam, state=State.INVESTIGATING)
    client.force_login(sam)
    typed = {"root_cause": RootCause.objects.first().pk, "remedy": "refund", "remedy_cost": "5"}
    typed |= {"told": "Five pounds back?", "expected_seq": case.last_seq}
    for _sent in range(2):
        assert client.post(f"/complaints/{case.pk}/propose/", typed).status_code == 302
    actions = list(case.events.order_by("seq").values_list("action", flat=True))
    assert actions[3:] == ["reply", "propose"]


def test_requests_are_done_without_cause_unless_managers_want_one(sam):
    mia = ManagerFactory()
    case = CaseFactory(by=sam, kind="request", state=State.INVESTIGATING)
    assert rights.needs_cause(case) is False
    with pytest.raises(Refused):
        do(case, Action.REJECT, by=mia)
    Installation.objects.filter(pk=Installation.get().pk).update(
        requests_need_cause=True, requests_rejected=True
    )
    Installation.forget()
    assert rights.needs_cause(case) is True
    assert do(case, Action.REJECT, by=mia).state == State.REJECTED


def test_done_stands_for_resolved_where_something_was_asked_for(sam):
    assert CaseFactory(by=sam, kind="request", state=State.RESOLVED).state_words == "done"
    assert CaseFactory(by=sam, state=State.RESOLVED).state_words == "resolved"


# -- the queue


def titles(client, tab):
    return [case.title for case in client.get(f"/complaints/?tab={tab}").context["rows"]]


def limit_managers(most: int) -> None:
    Installation.get()
    Installation.objects.update(authority_manager=most)
    Installation.forget()


def test_nobody_proposes_what_nobody_could_approve(sam):
    case = CaseFactory(by=sam, owner=sam, state=State.INVESTIGATING)
    with pytest.raises(Refused) as refused:
        do(case, Action.PROPOSE, by=sam, values={"remedy_cost": 20_001})
    assert refused.value.field == "remedy_cost"
    do(case, Action.PROPOSE, by=sam, values={"remedy_cost": 20_000})


def test_the_queue_shows_what_waits_for_approval_as_the_rule_has_it(client, sam):
    lead, mia = AccountManagerFactory(is_team_lead=True), ManagerFactory()
    mine = CustomerFactory(account_manager=lead)
    costs = (499, 500, 501, 2_001, 20_001)
    # Nothing above the managers' own limit is proposed; but the limit may be lowered later.
    limit_managers(30_000)
    for owner in (sam, lead, mia):
        for cost in costs:
            case = CaseFactory(by=sam, customer=mine, owner=owner, state=State.INVESTIGATING)
            do(case, Action.PROPOSE, by=owner, values={"remedy_cost": cost})
    limit_managers(20_000)
    do(case, Action.SEND_BACK, by=mia)
    agreed = Case.objects.get(owner=lead, remedy_cost=2_001)
    do(agreed, Action.APPROVE, by=mia)
    expected = {case.pk for case in Case.objects.all() if rights.waits_for_approval(case)}
    found = Case.objects.waiting_for_approval(Installation.get())
    assert {case.pk for case in found} == expected
    assert len(expected) == 4  # of service 501, 2,001 and 20,001; of the lead 20,001
    client.force_login(mia)
    assert len(titles(client, "approval")) == 4
    assert "501 GBP" in client.get("/").text


def test_the_queue_shows_what_one_watches_and_what_is_overdue(client, sam):
    watched, late = CaseFactory(by=sam, title="Seen"), CaseFactory(by=sam, title="Late")
    following.watch(user=sam, case=watched, on=True)
    Case.objects.filter(pk=late.pk).update(is_breached=True)
    client.force_login(sam)
    assert titles(client, "watched") == ["Seen"]
    assert titles(client, "late") == ["Late"]


def test_the_queue_stands_where_it_stood(client, sam):
    client.force_login(sam)
    client.get("/complaints/?tab=unassigned&severity=minor")
    page = client.get("/complaints/")
    assert (page.context["tab"].key, page.context["form"].criteria) == (
        "unassigned",
        {"severity": "minor"},
    )
    client.get("/complaints/?tab=all")
    assert client.get("/complaints/").context["tab"].key == "all"


def test_several_cases_are_claimed_or_given_at_once(client, sam, ann):
    cases = CaseFactory.create_batch(3, by=sam)
    client.force_login(sam)
    ticked = [case.pk for case in cases]
    answer = client.post(
        "/complaints/assign/", {"case": ticked, "take": "1", "next": "/complaints/"}
    )
    assert answer.url == "/complaints/"
    assert set(Case.objects.values_list("owner", flat=True)) == {sam.pk}
    client.post("/complaints/assign/", {"case": ticked[:2], "owner": ann.pk})
    assert Case.objects.filter(owner=ann).count() == 2
    for nothing in ({}, {"case": ticked}, {"case": ["x", "9" * 30], "take": "1"}):
        assert client.post("/complaints/assign/", nothing).status_code == 302
    assert Case.objects.filter(owner=ann).count() == 2


def test_who_does_not_see_a_customer_is_given_none_of_its_cases(client, sam):
    amy = AccountManagerFactory()
    mine = CaseFactory(by=sam, customer=CustomerFactory(account_manager=amy))
    others = CaseFactory(by=sam)
    given, refusals = assign_many(cases=[mine, others], by=sam, owner=amy)
    assert (given, len(refusals)) == (1, 1)
    assert others.reference in refusals[0]
    client.force_login(amy)
    client.post("/complaints/assign/", {"case": [others.pk], "take": "1"})
    assert Case.objects.get(pk=others.pk).owner is None
