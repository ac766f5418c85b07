"""The demo company has a history that tells who changed what, and notices to read."""

import pytest

from crm.accounts.models import User
from customers.models import Change, Notice
from customers.services import following


@pytest.mark.django_db
def test_people_changed_things_watch_customers_and_were_mentioned(demo_company):
    actors = Change.objects.filter(kind="~", actor__isnull=False)
    assert actors.values("actor").distinct().count() >= 5
    helen = User.objects.get(username="helen.zhao")
    kinds = set(Notice.objects.visible_to(helen).values_list("kind", flat=True))
    assert {"mention", "interaction"} <= kinds
    assert following.unseen(helen) >= 2
