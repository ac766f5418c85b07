"""Complaints that other systems push are live ones: clocks run, and the desk sees them."""

import pytest
from django.utils import timezone

from complaints.models import Actor, Case, CaseIdentity, CaseTokens, Category, Clock
from complaints.services.actions import act
from complaints.states import Action
from complaints.tests.factories import listed
from crm.accounts.tests.factories import ServiceFactory
from crm.tests.api.system import make_system
from crm.tests.api.test_pushing import flaws, known
from customers.models import Product, Source

pytestmark = pytest.mark.django_db

LEAK = {"reference": "T-1", "customer": "D-1", "description": "The pump leaks. Since Monday."}


def test_a_complaint_is_logged_with_its_clocks_and_stands_in_the_queue(erp):
    customer = known("D-1")
    status, content = erp.push("complaints", LEAK | {"severity": "major", "channel": "email"})
    assert (status, content["new"]) == (200, 1)
    case = Case.objects.get()
    assert (case.customer, case.title, case.logged_by) == (customer, "The pump leaks", None)
    assert Clock.objects.filter(case=case, state="running").count() >= 2
    assert case.next_due_at > timezone.now()
    assert case.events.get().actor == Actor.SYSTEM
    assert Case.objects.visible_to(ServiceFactory()).open().get() == case


def test_the_same_reference_again_is_the_same_complaint(erp):
    known("D-1")
    erp.push("complaints", LEAK)
    service = ServiceFactory()
    act(case=Case.objects.get(), action=Action.ACKNOWLEDGE, by=service)
    status, content = erp.push("complaints", LEAK | {"description": "Otherwise"}, LEAK)
    assert (status, content["same"], content["new"]) == (200, 2, 0)
    assert Case.objects.get().description == LEAK["description"]
    assert make_system(source="shop").push("complaints", {**LEAK, "customer": None})[0] == 422


def test_people_find_it_by_the_reference_of_the_other_system(erp):
    known("D-1")
    erp.push("complaints", LEAK | {"reference": "SHOP-4711"})
    assert "4711" in str(CaseTokens.objects.get().tokens)


def test_twice_in_one_call_is_once(erp):
    known("D-1")
    assert erp.push("complaints", LEAK, LEAK)[1]["same"] == 1
    assert Case.objects.count() == 1


def test_each_wrong_row_says_why_and_the_good_ones_are_in(erp):
    known("D-1")
    answer = erp.push(
        "complaints",
        LEAK,
        LEAK | {"reference": "T-2", "customer": "D-9"},
        LEAK | {"reference": "T-3", "category": "nothing"},
        LEAK | {"reference": "T-4", "description": " "},
        LEAK | {"reference": "T-5", "received_at": "2999-01-01T00:00:00Z"},
        LEAK | {"reference": "T-6", "received_at": "1999-01-01T00:00:00Z"},
        LEAK | {"reference": "T-7", "customer": None},
        LEAK | {"reference": "T-8", "caller_email": "nobody"},
        LEAK | {"reference": "T-9", "order_reference": "x" * 121},
        LEAK | {"reference": " "},
    )
    assert (answer[1]["new"], answer[1]["wrong"]) == (1, 9)
    assert flaws(answer) == [
        (1, "customer", "unknown_customer"),
        (2, "category", "bad_choice"),
        (3, "description", "refused"),
        (4, "received_at", "refused"),
        (5, "received_at", "refused"),
        (6, "caller_name", "refused"),
        (7, "caller_email", "refused"),
        (8, "order_reference", "refused"),
        (9, "reference", "missing"),
    ]
    assert all(error["message"] for error in answer[1]["errors"])
    assert Case.objects.count() == CaseIdentity.objects.count() == 1


def test_a_complaint_of_somebody_unknown_keeps_the_callers_name(erp):
    caller = {"customer": None, "caller_name": "Zoe Hill", "caller_phone": "020 1"}
    assert erp.push("complaints", LEAK | caller)[0] == 200
    assert Case.objects.get().who == "Zoe Hill"


def test_category_and_product_are_named_by_their_codes(erp):
    known("D-1")
    category = listed(Category, "pushed")
    product = Product.objects.create(source=Source.objects.get(code="erp"), code="P-7")
    erp.push("complaints", LEAK | {"category": "pushed", "product": "P-7"})
    case = Case.objects.get()
    assert (case.category, case.product) == (category, product)
    assert erp.push("complaints", LEAK | {"reference": "T-2", "product": "P-8"})[0] == 200


def test_what_became_of_it_is_read_by_its_reference(erp):
    known("D-1")
    erp.push("complaints", LEAK | {"reference": "T/1"})
    case = Case.objects.get()
    status, content = erp.get("complaints/T%2F1")
    assert status == 200
    assert (content["case"], content["state"]) == (case.reference, "new")
    assert {deadline["kind"] for deadline in content["deadlines"]} >= {"acknowledge"}
    act(case=case, action=Action.ACKNOWLEDGE, by=ServiceFactory())
    assert erp.get("complaints/T%2F1")[1]["state"] == "acknowledged"
    assert erp.get("complaints/T-2")[0] == 404
    assert make_system(source="shop").get("complaints/T%2F1")[0] == 404


def test_another_teams_customer_gets_nothing(of_team, amy, erp):
    known("D-1")
    known("D-2", account_manager=amy)
    answer = of_team.push("complaints", LEAK, LEAK | {"reference": "T-2", "customer": "D-2"})
    assert flaws(answer) == [(0, "customer", "unknown_customer")]
    assert Case.objects.get().customer.account_manager == amy
    unknown = LEAK | {"reference": "T-3", "customer": None, "caller_name": "Zoe"}
    assert flaws(of_team.push("complaints", unknown)) == [(0, "customer", "missing")]
    erp.push("complaints", LEAK)
    assert of_team.get("complaints/T-1")[0] == 404
    assert of_team.get("complaints/T-2")[0] == 200
    assert flaws(of_team.push("complaints", LEAK)) == [(0, "customer", "unknown_customer")]
