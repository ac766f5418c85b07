"""News mailings: write, look whom they go to, send once; and the page to refuse further ones."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.services import Refused
from crm.platform.edits import NewerChange
from crm.platform.limits import Limit, client_of
from crm.platform.models import Installation
from crm.platform.secret_links import secret_page
from crm.platform.words import listed, named, whole
from customers.forms import CustomerFilter
from customers.forms.mailings import MailingForm, criteria_of
from customers.mailing_choice import choose, filter_of
from customers.models import Contact, Mailing, MailingRecipient
from customers.services import mailings

PAGE_ROWS = 25
# Guessing is hopeless (256 random bits); the limit keeps load away. Only misses are counted.
MISSES = Limit("news-misses", most=60, seconds=60)
Skip = MailingRecipient.Skip


def _mailing(request, pk: int) -> Mailing:
    found = Mailing.objects.visible_to(request.user).select_related("made_by")
    return get_object_or_404(found, pk=pk)


@require_safe
@only_with_worth
def mailing_list(request):
    rows = Mailing.objects.visible_to(request.user).select_related("made_by")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    reached = MailingRecipient.objects.reached([mailing.pk for mailing in page])
    context = {
        "rows": [(mailing, reached.get(mailing.pk, (0, 0))) for mailing in page],
        "page": page,
        "newer_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "older_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "customers/mailing_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def mailing_create(request):
    """A new draft; the address may bring the filter of the customers' list along."""
    chosen = filter_of(request.user, request.GET.urlencode())
    form = MailingForm(_posted(request, chosen))
    if request.method == "POST" and form.is_valid():
        mailing = mailings.create_mailing(by=request.user, values=form.values)
        messages.success(request, _("Kept as a draft. Look whom it goes to, then send it."))
        return redirect("customers:mailing", mailing.pk)
    if request.method == "POST":
        chosen = filter_of(request.user, form.data["criteria"])
    return render(request, "customers/mailing_form.html", {"form": form, "filter": chosen})


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def mailing_edit(request, pk: int):
    mailing = _mailing(request, pk)
    if mailing.state != Mailing.State.DRAFT:
        messages.info(request, _("It was sent: its text stands."))
        return redirect("customers:mailing", pk)
    maker, name = mailing.made_by, mailing.name  # the form writes into the mailing
    chosen = filter_of(maker, mailing.criteria)
    form = MailingForm(_posted(request, chosen), instance=mailing)
    if request.method == "POST" and form.is_valid():
        try:
            mailings.edit_mailing(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:mailing", pk)
    if request.method == "POST":
        chosen = filter_of(maker, form["criteria"].value() or "")
    context = {"form": form, "filter": chosen, "mailing": mailing, "name": name}
    return render(request, "customers/mailing_form.html", context, status=form.status)


def _posted(request, chosen):
    """What was sent, with the fields of the filter as the address that they make."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    data["criteria"] = criteria_of(request.POST, chosen.fields)
    return data


@require_safe
@only_with_worth
def mailing_detail(request, pk: int):
    """The letter in each language; of a draft whom it would go to, of a sent one whom it went."""
    mailing = _mailing(request, pk)
    chosen = filter_of(mailing.made_by, mailing.criteria)
    context = {
        "mailing": mailing,
        "letters": [_shown(mailing, code, name) for code, name in settings.LANGUAGES],
        "roles": [Contact.Role(role).label for role in mailing.roles],
        "filters": [(chosen.fields[name].label, chosen.words(name)) for name in chosen.criteria],
        "owner": chosen.words("owner") if chosen.whose else "",
    }
    if mailing.state == Mailing.State.DRAFT:
        context |= _preview(mailing, chosen)
    else:
        context |= _outcome(mailing)
    return render(request, "customers/mailing_detail.html", context)


def _shown(mailing: Mailing, code: str, language: str) -> dict:
    """The letter as one reads it, with a name and a link that lead nowhere."""
    subject, body = mailings.letter(mailing, code)
    with translation.override(code):
        name, link = _("name of the contact"), _("personal link")
    body = body.replace(mailings.NAME, f"[{name}]")
    address = next(word for word in body.split() if mailings.PLACE in word)
    written = code in mailing.bodies
    return {
        "code": code,
        "language": language,
        "subject": subject,
        "body": body.replace(address, f"[{link}]"),
        "written": written,
    }


def _preview(mailing: Mailing, chosen: CustomerFilter) -> dict:
    choice = choose(mailing, chosen)
    question = ngettext(
        "Send it to %(number)d contact now? Mails can't be called back.",
        "Send it to %(number)d contacts now? Mails can't be called back.",
        choice.mails,
    )
    action = ngettext("Send to %(number)d contact", "Send to %(number)d contacts", choice.mails)
    number = {"number": choice.mails}
    languages = dict(settings.LANGUAGES)
    return {
        "choice": choice,
        "languages": listed(
            named(languages[code], whole(mails)) for code, mails in choice.languages.items()
        ),
        "skipped": _skipped(choice.skipped),
        "question": question % number,
        "action": action % number,
    }


def _outcome(mailing: Mailing) -> dict:
    counts = MailingRecipient.objects.by_outcome(mailing.pk)
    refused = mailing.recipients.filter(refused_at__isnull=False).count()
    return {
        "mails": counts.pop(Skip.SENT, 0),
        "skipped": _skipped(counts),
        "refused": refused,
    }


def _skipped(counts: dict[str, int]) -> list[tuple]:
    return [(Skip(key).label, number) for key, number in sorted(counts.items())]


@require_POST
@only_with_worth
def mailing_send(request, pk: int):
    """Send it, once; only the text that this person has looked at."""
    mailing = _mailing(request, pk)
    version = request.POST.get("version", "")
    try:
        version = int(version) if version.isdecimal() and len(version) < 10 else -1
        sent = mailings.send_mailing(mailing=mailing, by=request.user, version=version)
    except NewerChange:
        messages.warning(request, _("It was changed since you looked at it. Look again."))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        done = _("It goes out: the mails leave within the next minutes.")
        messages.success(request, done if sent else _("It was sent already."))
    return redirect("customers:mailing", pk)


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def mailing_refuse(request, token: str):
    """No more news, thank you. Looking records nothing: mail scanners look too."""
    recipient = mailings.recipient_of(token)
    if recipient is None and not MISSES.count(client_of(request)):
        return _refusal(request, None, HTTPStatus.TOO_MANY_REQUESTS)
    if recipient is None:
        return _refusal(request, None, HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        mailings.refuse(recipient)
        recipient.refresh_from_db()
    return _refusal(request, recipient, HTTPStatus.OK)


def _refusal(request, recipient: MailingRecipient | None, status: int):
    """In the language that is chosen, the contact's, or the browser's."""
    language = request.GET.get("lang", "")
    known = dict(settings.LANGUAGES)
    if language not in known:
        contact = recipient.contact if recipient else None
        language = (contact.language if contact else "") or translation.get_language_from_request(
            request
        )
    with translation.override(language):
        request.LANGUAGE_CODE = language
        others = [code for code in known if code != language]
        context = {
            "recipient": recipient,
            "company": Installation.cached().name,
            "languages": [
                (code, translation.get_language_info(code)["name_local"]) for code in others
            ],
        }
        response = render(request, "customers/mailing_refuse.html", context, status=status)
    response.headers["Content-Language"] = language
    return response
