"""What an import brings of the past tells nobody who watches the customer."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.models import Case
from complaints.tests.factories import CaseFactory
from crm import notices
from crm.accounts.tests.factories import ManagerFactory
from customers.models import Notice, Watch
from customers.tests.factories import CustomerFactory
from customers.tests.loading import imported

pytestmark = pytest.mark.django_db


def test_who_watches_a_customer_hears_of_new_complaints_and_not_of_imported_ones(
    tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path
    acorn = CustomerFactory(number="A1")
    Watch.objects.create(user=ManagerFactory(), customer=acorn)
    lately = timezone.localdate() - dt.timedelta(days=3)
    table = f"reference,customer,title,received_at,state\nT1,A1,Leak,{lately},open\n"
    imported(tmp_path / "cases.csv", table, kind="complaints")
    assert Case.objects.count() == 1
    assert notices.sweep() == 0
    CaseFactory(customer=acorn)
    assert notices.sweep() == 1
    assert Notice.objects.count() == 1
