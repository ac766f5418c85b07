"""What hangs on customers who leave, and improvement actions, in the world of the tests."""

import datetime as dt

from crm.accounts.models import User
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import Loss, LostMark, Rescue
from satisfaction.models import ImprovementAction

DAY = dt.date(2026, 1, 5)


def of_leaving(owner: User, manager: User) -> dict[str, list]:
    """A customer at risk that somebody works on, one that was lost, one marked as lost."""
    at_risk, gone, marked = (CustomerFactory(account_manager=owner) for _ in range(3))
    StandingFactory(customer=at_risk, value_at_risk=500, risk=0.6)
    rescue = Rescue.objects.create(
        customer=at_risk,
        opened_on=DAY,
        opened_by=owner,
        tier="A",
        risk=0.6,
        value_at_risk=500,
        horizon_days=60,
    )
    loss = Loss.objects.create(customer=gone, on=DAY, last_purchase=DAY, expected=5)
    mark = LostMark.objects.create(customer=marked, on=DAY, reason="staff", marked_by=owner)
    action = ImprovementAction.objects.create(
        what="Call sooner", measure="staff", owner=manager, due_on=DAY, made_by=manager
    )
    return {
        **{f"value:worklist_{act}": [at_risk.pk] for act in ("task", "work", "calm")},
        "value:rescue_undo": [rescue.pk],
        "value:lost_mark": [at_risk.pk],
        "value:lost_take_back": [mark.pk],
        "value:loss_review": [loss.pk],
        "value:win_back_try": [loss.pk],
        "value:loss_ask": [loss.pk],
        **{f"satisfaction:improvement{page}": [action.pk] for page in ("", "_edit", "_verify")},
    }
