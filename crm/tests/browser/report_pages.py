"""The pages of printed papers: business reviews, key account cards, proposals."""

from django.urls import reverse

from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, Site
from customers.models import ReviewReport


def of_reports(site: Site):
    own = site.user(ACCOUNT_MANAGER)
    reports = ReviewReport.objects.filter(customer__account_manager=own)
    given = reports.exclude(given_on=None).first()
    draft = reports.filter(given_on=None).first()
    found = [
        ("review_reports", reverse("review_reports", args=[given.customer_id])),
        ("review_report_create", reverse("review_report_create", args=[given.customer_id])),
        ("review_report", reverse("review_report", args=[given.pk])),
        ("review_report", reverse("review_report", args=[draft.pk])),
        ("review_report_edit", reverse("review_report_edit", args=[draft.pk])),
    ]
    best = site.customers_of(ACCOUNT_MANAGER)[0].pk
    found += [(name, reverse(name, args=[best])) for name in ("account_card", "proposal")]
    chinese = ReviewReport.objects.filter(language="zh-hans").first()
    return [
        *((name, ACCOUNT_MANAGER, address) for name, address in found),
        ("review_report", MANAGER, reverse("review_report", args=[chinese.pk])),
    ]
