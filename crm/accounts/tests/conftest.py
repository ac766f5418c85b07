import pytest


@pytest.fixture
def outbox(db):
    """The mails that are on their way."""
    # Django is not set up yet when pytest reads this file.
    from crm.platform.models import OutboxMessage

    return OutboxMessage.objects.order_by("id")
