"""What comes from outside: the mailbox and how it is, the public form's address, a whole mail."""

import datetime as dt
import io

import segno
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from complaints.models import IncomingMail, MailboxLook
from complaints.services.incoming import is_configured
from crm.accounts.access import only_managers

COUNTED = dt.timedelta(days=7)
# It is looked at each minute; so long without a look, and nobody does.
SILENT = dt.timedelta(minutes=10)
ROWS = 30
CONTENT_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
SCALE = 10  # pixels, or units, a module


def form_address() -> str:
    return settings.SITE_URL + reverse("complain:form")


@require_safe
@only_managers
def outside(request):
    """Whether mails are read, what became of the last ones, and how people find the form."""
    now = timezone.now()
    look = MailboxLook.objects.first()
    counts = IncomingMail.objects.visible_to(request.user).outcomes(now - COUNTED)
    rows = IncomingMail.objects.visible_to(request.user).select_related("case").defer("text")
    context = {
        "is_configured": is_configured(),
        "address": settings.MAILBOX_ADDRESS,
        "look": look,
        "is_silent": look is None or now - look.looked_at > SILENT,
        "counts": [
            (outcome.label, counts[outcome.value])
            for outcome in IncomingMail.Outcome
            if outcome.value in counts
        ],
        "mails": rows.order_by("-pk")[:ROWS],
        "form_address": form_address(),
    }
    return render(request, "complaints/outside.html", context)


@require_safe
@only_managers
def qr(request, kind: str):
    """The public form's address as a picture: to print, or for a poster."""
    if kind not in CONTENT_TYPES:
        raise Http404
    picture = io.BytesIO()
    segno.make(form_address(), error="m").save(picture, kind=kind, scale=SCALE, light="#fff")
    name = f"complain.{kind}"
    return HttpResponse(
        picture.getvalue(),
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@require_safe
def mail(request, pk: int):
    """All that a mail said: what it quoted and the signature too."""
    mails = IncomingMail.objects.visible_to(request.user).filter(case__isnull=False)
    found = get_object_or_404(mails.select_related("case"), pk=pk)
    return render(request, "complaints/mail.html", {"mail": found, "case": found.case})
