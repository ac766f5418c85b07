"""Waves, their links and answers, in the world of the tests."""

from crm.accounts.models import User
from customers.tests.factories import CustomerFactory
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory


def of_surveys(owner: User) -> dict[str, list]:
    customer = CustomerFactory(account_manager=owner)
    # A link of its own each time: visits by it are limited, across tests too.
    waiting = InvitationFactory(customer=customer)
    answered = ResponseFactory(invitation__customer=customer, recommend=3)
    planned = WaveFactory()
    return {
        "satisfaction:wave": [answered.wave_id],
        "satisfaction:results": [answered.wave_id],
        **{f"satisfaction:wave_{action}": [planned.pk] for action in ("edit", "open", "close")},
        "satisfaction:instrument": [planned.version_id],
        "satisfaction:answer": [waiting.token],
        "satisfaction:decline": [waiting.token],
        "satisfaction:response": [answered.pk],
    }
