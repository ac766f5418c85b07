"""What the customers' views share: loading through `visible_to`, and where to return to."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from customers.models import Customer, Task
from customers.services.promises import open_promise_of


def visible_customer(request: HttpRequest, pk: int) -> Customer:
    """The customer, or 404 where this person may not know of it."""
    return get_object_or_404(Customer.objects.visible_to(request.user).with_people(), pk=pk)


def only_editors(request: HttpRequest) -> None:
    """Service staff see customers and write down what passed, but don't edit the file."""
    if not request.user.sees_worth:
        raise PermissionDenied


def back(request: HttpRequest, otherwise: str, *args):
    """To the page of ours that the form or its address names in `next`, else to the one given."""
    target = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A word such as "nowhere" is an address to browsers, and no name of a view to look up.
    return HttpResponseRedirect(target) if allowed else redirect(otherwise, *args)


def undo_address(task: Task, state: str, page: str) -> str:
    """The tag of a message that offers to put the task back into a state, and stay on the page."""
    address = reverse("customers:task_close", args=[task.pk])
    return f"undo:{address}?{urlencode({'state': state, 'next': page})}"


def ask_of_promise(request: HttpRequest, task: Task, page: str) -> HttpResponseRedirect | None:
    """To the question whether a promise was kept, when its task is done; from there to the page."""
    promise = open_promise_of(task, request.user)
    if promise is None:
        return None
    address = reverse("customers:record_settle", args=["promise", promise.pk])
    return HttpResponseRedirect(f"{address}?{urlencode({'next': page})}")
