"""Web hooks: which other systems are told of what, and what became of it."""

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import hooks as services
from crm.accounts.access import only_administrators
from crm.platform import hooks, outgoing
from crm.platform.edits import NewerChange, VersionedForm
from crm.platform.models import TOLD, WebHook, WebHookDelivery
from customers.querysets import Order, keyset_page

PAGE_SIZE = 30


class HookForm(VersionedForm):
    """Where it is, what it is told, and of whose customers."""

    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        choices=TOLD,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = WebHook
        fields = ("url", "events", "team", "is_active")
        widgets = {"url": forms.TextInput(attrs={"type": "url"})}
        help_texts = {
            "is_active": gettext_lazy(
                "One that is switched off is told nothing; switched on again, it is told of what"
                " happens from then on."
            )
        }

    def _adapt_to_user(self) -> None:
        self.fields["team"].empty_label = _("all teams")
        if not self.instance.pk:
            del self.fields["is_active"]

    def clean_url(self) -> str:
        try:
            outgoing.target_of(self.cleaned_data["url"])
        except outgoing.Unreachable as refused:
            raise ValidationError(_words(refused.code)) from None
        return self.cleaned_data["url"]


def _words(code: str) -> str:
    """Why an address is not taken."""
    if code == WebHookDelivery.Failure.PRIVATE:
        return _("This address lies inside a network: this installation calls public ones only.")
    if settings.WEBHOOKS_ALLOW_PRIVATE:
        return _("This is no web address that can be called.")
    return _("This is no web address that can be called: it begins with https://.")


@require_safe
@only_administrators
def web_hooks(request):
    context = {"hooks": WebHook.objects.select_related("team")}
    return render(request, "platform/webhook_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
@sensitive_variables()
def web_hook_create(request):
    form = HookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        hook = services.create_hook(actor=request.user, values=form.values)
        return _show_secret(request, hook)
    return render(request, "platform/webhook_form.html", {"form": form})


@sensitive_variables()
def _show_secret(request, hook: WebHook):
    context = {"hook": hook, "secret": hooks.secret_of(hook), "header": hooks.SIGNATURE}
    return render(request, "platform/webhook_secret.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
def web_hook_edit(request, pk: int):
    hook = get_object_or_404(WebHook, pk=pk)
    address = str(hook)  # the form writes what was typed into the hook
    form = HookForm(request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_hook(
                actor=request.user, pk=pk, version=form.opened_version, values=form.values
            )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("web_hook", pk)
    context = {"form": form, "hook": hook, "address": address}
    return render(request, "platform/webhook_form.html", context, status=form.status)


@require_safe
@only_administrators
def web_hook(request, pk: int):
    """One hook, and its deliveries, newest first."""
    hook = get_object_or_404(WebHook.objects.select_related("team", "created_by"), pk=pk)
    page = keyset_page(
        hook.deliveries.all(),
        Order("id", descending=True),
        request.GET.get("page", ""),
        PAGE_SIZE,
    )
    links = {
        f"{side}_url": f"?{urlencode({'page': cursor})}" if cursor else ""
        for side, cursor in (("newer", page.newer), ("older", page.older))
    }
    context = {"hook": hook, "deliveries": page.rows, **links}
    return render(request, "platform/webhook_detail.html", context)


@require_POST
@only_administrators
@sensitive_variables()
def web_hook_renew(request, pk: int):
    """Another secret, shown this once."""
    get_object_or_404(WebHook, pk=pk)
    return _show_secret(request, services.renew_secret(actor=request.user, pk=pk))


@require_POST
@only_administrators
def web_hook_test(request, pk: int):
    """Call now, and say what came of it."""
    delivery = hooks.send_test(get_object_or_404(WebHook, pk=pk))
    if delivery.state == WebHookDelivery.State.SENT:
        messages.success(request, _("It answered %(status)s.") % {"status": delivery.status})
    elif delivery.status:
        words = _("It answered %(status)s, which means that it did not take the test.")
        messages.error(request, words % {"status": delivery.status})
    else:
        words = _("It could not be reached: %(reason)s.")
        messages.error(request, words % {"reason": delivery.get_failure_display()})
    return redirect("web_hook", pk)


@require_POST
@only_administrators
def web_hook_resend(request, pk: int):
    """Let a worker try a delivery again."""
    delivery = get_object_or_404(WebHookDelivery.objects.select_related("hook"), pk=pk)
    if delivery.hook.is_active:
        hooks.send_again(delivery)
        messages.success(request, _("It is sent again within a minute or two."))
    else:
        messages.error(request, _("Switch the hook on first."))
    return redirect("web_hook", delivery.hook_id)
