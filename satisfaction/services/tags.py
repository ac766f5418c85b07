"""Tags of comments: what the words of an answer are about."""

from django.db import transaction

from crm.accounts.models import User
from customers.models import Touchpoint
from satisfaction.models import Response, ResponseTag

MOST = 12


@transaction.atomic
def tag(
    *, response: Response, by: User, measure: str = "", touchpoint: Touchpoint | None = None
) -> ResponseTag | None:
    """Say that the words are about a measure or a touchpoint; once. None where there are enough."""
    Response.objects.select_for_update(of=("self",), no_key=True).get(pk=response.pk)
    about = {"response": response, "measure": measure, "touchpoint": touchpoint}
    if found := ResponseTag.objects.filter(**about).first():
        return found
    if ResponseTag.objects.filter(response=response).count() >= MOST:
        return None
    return ResponseTag.objects.create(by=by, **about)


@transaction.atomic
def untag(*, response: Response, pk: int) -> None:
    """Take a tag away; one that is gone already stays so."""
    ResponseTag.objects.filter(response=response, pk=pk).delete()
