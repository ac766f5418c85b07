"""Tags of the comment of a response: who sees it may say what it is about."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.accounts.access import only_with_worth
from satisfaction.forms.tags import TagForm
from satisfaction.models import Response
from satisfaction.services import tags


@require_POST
@only_with_worth
def tag(request, pk: int):
    """Add one; what can't be understood adds none."""
    response = get_object_or_404(Response.objects.visible_to(request.user).finished(), pk=pk)
    form = TagForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose what it is about."))
    elif tags.tag(response=response, by=request.user, **form.values) is None:
        messages.warning(request, _("%(most)d tags are enough.") % {"most": tags.MOST})
    return redirect("satisfaction:response", pk)


@require_POST
@only_with_worth
def untag(request, pk: int, tag_pk: int):
    """Take one away."""
    response = get_object_or_404(Response.objects.visible_to(request.user).finished(), pk=pk)
    tags.untag(response=response, pk=tag_pk)
    return redirect("satisfaction:response", pk)
