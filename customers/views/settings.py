"""The lists that managers keep and everybody may read: tags and fields of their own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers
from crm.accounts.services import Refused
from crm.platform.edits import NewerChange
from customers.forms.settings import CustomFieldForm, TagForm
from customers.models import Customer, CustomField, Tag
from customers.querysets.settings import COUNTED_UP_TO
from customers.services.custom_fields import create_custom_field, edit_custom_field, put_before
from customers.services.tags import create_tag, edit_tag


@require_safe
def tag_list(request):
    """All tags, with how many customers that this person sees have them."""
    customers = Customer.objects.visible_to(request.user)
    tags = Tag.objects.with_customers(customers).order_by("-is_active", "name")
    return render(request, "customers/tag_list.html", {"tags": tags, "cap": COUNTED_UP_TO})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def tag_create(request):
    form = TagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tag = create_tag(actor=request.user, values=form.values)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, _("The tag %(name)s is made.") % {"name": tag})
            return redirect("customers:tags")
    return render(request, "customers/tag_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def tag_edit(request, pk: int):
    """Rename a tag, or take it out of use."""
    tag = get_object_or_404(Tag, pk=pk)
    name = tag.name  # the form writes what was typed into the tag
    form = TagForm(request.POST or None, instance=tag)
    if request.method == "POST" and form.is_valid():
        try:
            edit_tag(actor=request.user, pk=pk, version=form.opened_version, values=form.values)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:tags")
    context = {"form": form, "tag": tag, "name": name}
    return render(request, "customers/tag_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def custom_field_list(request):
    """The fields in their order; managers put them in another one."""
    if request.method == "POST":
        return _put_before(request)
    fields = list(CustomField.objects.all())
    used = [field for field in fields if field.is_active]
    rows = [
        {
            "field": field,
            "choices": " · ".join(field.choices.splitlines()),
            "above": above,
            "below": below,
        }
        for above, field, below in zip([None, *used], used, [*used[1:], None], strict=False)
    ]
    retired = [field for field in fields if not field.is_active]
    context = {"rows": rows, "retired": retired}
    return render(request, "customers/custom_field_list.html", context)


def _put_before(request):
    if not request.user.is_manager:
        raise PermissionDenied
    moved, before = request.POST.get("field", ""), request.POST.get("before", "")
    if moved.isdecimal() and before.isdecimal():
        put_before(pk=int(moved), before=int(before))
    return redirect("customers:custom_fields")


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def custom_field_create(request):
    form = CustomFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            field = create_custom_field(actor=request.user, values=form.values)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            text = _("%(name)s stands in the form of every organisation now.")
            messages.success(request, text % {"name": field})
            return redirect("customers:custom_fields")
    return render(request, "customers/custom_field_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def custom_field_edit(request, pk: int):
    """Rename a field, change its choices, or take it out of use."""
    field = get_object_or_404(CustomField, pk=pk)
    name = str(field)
    form = CustomFieldForm(request.POST or None, instance=field)
    if request.method == "POST" and form.is_valid():
        try:
            edit_custom_field(
                actor=request.user, pk=pk, version=form.opened_version, values=form.values
            )
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:custom_fields")
    context = {"form": form, "field": field, "name": name}
    return render(request, "customers/custom_field_form.html", context, status=form.status)
