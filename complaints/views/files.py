"""Files of a case: add some, fetch one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from complaints import rights
from complaints.forms.files import AttachForm
from complaints.models import CaseAttachment
from complaints.services.files import attach as keep
from complaints.states import Action
from complaints.views.cases import case_page, visible_case
from crm.platform import uploads


@require_http_methods(["GET", "HEAD", "POST"])
def attach(request, pk: int):
    """Whoever comes back here, as after signing in, sees the case."""
    found = visible_case(request, pk)
    if request.method != "POST":
        return redirect("complaints:case", pk)
    if not rights.may(request.user, Action.ATTACH, found):
        raise PermissionDenied
    form = AttachForm(request.POST, request.FILES)
    if form.is_valid():
        files = form.cleaned_data["attachments"]
        try:
            keep(case=found, files=files, by=request.user)
        except ValidationError as error:  # no room on the server
            form.add_error("attachments", error)
        else:
            words = ngettext("%(n)d file is attached.", "%(n)d files are attached.", len(files))
            messages.success(request, words % {"n": len(files)})
            return redirect("complaints:case", pk)
    return case_page(request, found, attach_form=form)


@require_safe
def attachment(request, pk: int):
    """A file as a download."""
    files = CaseAttachment.objects.visible_to(request.user)
    return uploads.serve(get_object_or_404(files, pk=pk))
