import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.models import Team, User
from customers.models import Contact, Customer, CustomerTokens, Interaction, SearchToken, Standing
from customers.models.standing import NEVER
from customers.services.derived import refresh_derived

pytestmark = pytest.mark.django_db


def make_customer(**fields):
    return Customer.objects.create(**{"number": "K1", "name": "Null 华信科技", **fields})


def test_a_new_customer_gets_a_standing_without_figures_and_its_tokens():
    team = Team.objects.create(name="East")
    customer = make_customer(team=team, region="Jiangsu", phone="0512 6500 1234")
    Contact.objects.create(customer=customer, name="Anna Bell", mobile="+86 138 0000 1111")
    refresh_derived([customer.pk])
    standing = Standing.objects.get(pk=customer.pk)
    assert (standing.name, standing.region, standing.team_id) == (customer.name, "Jiangsu", team.pk)
    assert (standing.last_contact, standing.tier, standing.lifetime_value) == (NEVER, "C", 0)
    tokens = set(CustomerTokens.objects.get(pk=customer.pk).tokens)
    assert {"k1", "null", "华信", "bell", "051265001234", "8613800001111"} <= tokens
    assert set(SearchToken.objects.values_list("token", flat=True)) == tokens


def test_a_renamed_customer_keeps_its_figures():
    customer = make_customer()
    refresh_derived([customer.pk])
    Standing.objects.filter(pk=customer.pk).update(tier="A", lifetime_value=500)
    Customer.objects.filter(pk=customer.pk).update(name="Bell & Sons")
    refresh_derived([customer.pk])
    standing = Standing.objects.get(pk=customer.pk)
    assert (standing.name_key, standing.tier, standing.lifetime_value) == ("bell & sons", "A", 500)
    assert "华信" not in CustomerTokens.objects.get(pk=customer.pk).tokens


def test_the_last_contact_is_the_business_day_of_the_newest_interaction():
    customer = make_customer()
    user = User.objects.create_user("amy", "amy@perennial.example", name="Amy")
    for days in (9, 2):
        Interaction.objects.create(
            customer=customer, by=user, subject="Call", at=timezone.now() - dt.timedelta(days=days)
        )
    refresh_derived([customer.pk])
    expected = (timezone.now() - dt.timedelta(days=2)).date()
    assert abs((Standing.objects.get(pk=customer.pk).last_contact - expected).days) <= 1
