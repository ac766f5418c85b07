"""Business reviews: what they tell the customer, what they never tell, and how they are given."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.platform.models import Installation
from crm.platform.tests.remembered import forget_remembered
from crm.reports.forms import last_months
from crm.tests.papers import (
    OUR_AMOUNTS,
    OUR_TEXTS,
    OUR_WORDS,
    SINCE,
    UNTIL,
    full_customer,
    is_a4,
    opened,
    review_of,
    sell_much,
    sheet_of,
    text_of,
)
from customers.models import CareDue, ReviewReport
from customers.services import care
from customers.tests.factories import CustomerFactory, StandingFactory, ready_care_rules
from customers.tests.record_factories import BenefitFactory, PromiseFactory

pytestmark = pytest.mark.django_db
CHINESE = "zh-hans"


def pdf_of(client, report) -> bytes:
    response = client.get(reverse("review_report_pdf", args=[report.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return response.content


def page_of(client, report) -> str:
    return sheet_of(client.get(reverse("review_report", args=[report.pk])).content.decode())


def test_page_and_file_tell_what_was_bought_promised_gained_and_answered(signed_in, amy):
    report = review_of(full_customer(amy, name="Stone & Sons"), outlook="Two lines more in May")
    content = pdf_of(signed_in, report)
    for text in (text_of(content), page_of(signed_in, report)):
        assert "7,779" in text  # seven purchases of 1,111.25
        assert "Kitchen" in text
        assert "The pump leaks on day 10" in text
        assert "The pump leaks on day 20" in text
        assert "Settled in time: 1 of 1." in text
        assert "A second contact" in text
        assert "Samples in May" in text
        assert "Kept: 1 of 2 that were due. Open: 1." in text
        assert "Less scrap at line two" in text
        assert "2,345" in text
        assert "5,000" in text  # the year before, in the sums by year
        assert "Your people gave us 87 of 100." in text
        assert "Two lines more in May" in text
    assert is_a4(content)
    about = opened(content)
    assert about.metadata.title == "Business review – Stone & Sons"
    assert "Amy" in about.metadata.author
    assert about.trailer["/Root"]["/Lang"] == "en-GB"


def test_a_chinese_paper_reads_back_in_chinese_whatever_language_its_author_works_in(
    signed_in, amy
):
    customer = full_customer(amy, name="成都裕朗半导体材料有限公司镕喆堃")
    outlook = "五月起每周供货一次，由喆先生负责；价格另议（含税）。"
    content = pdf_of(signed_in, review_of(customer, language=CHINESE, outlook=outlook))
    text = text_of(content).replace(" ", "")
    with override(CHINESE):
        title = gettext("Business review")
    assert customer.name in text
    assert outlook in text
    assert "2025年6月" in text
    assert title in text
    assert "Yourpurchases" not in text
    assert opened(content).trailer["/Root"]["/Lang"] == "zh-Hans"
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in opened(content).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("NotoSansSC" in font for font in fonts)  # embedded, and no other


@pytest.mark.parametrize("language", ["en", CHINESE])
def test_it_never_tells_what_the_customer_is_worth_to_us(signed_in, amy, language):
    report = review_of(full_customer(amy), language=language)
    with override(language):
        words = [gettext(word) for word in OUR_WORDS]
    for text in (text_of(pdf_of(signed_in, report)), page_of(signed_in, report)):
        plain = text.replace("\u202f", " ").replace("\xa0", " ")
        told = [one for one in (*words, *OUR_AMOUNTS, *OUR_TEXTS) if one.lower() in plain.lower()]
        assert told == []


def test_service_staff_see_none_and_other_teams_know_of_none(client, amy):
    report = review_of(full_customer(amy))
    names = [("review_reports", report.customer_id), ("review_report_create", report.customer_id)]
    names += [(f"review_report{page}", report.pk) for page in ("", "_edit", "_pdf")]
    for user, status in ((ServiceFactory(), 403), (AccountManagerFactory(), 404)):
        client.force_login(user)
        for name, pk in names:
            assert client.get(reverse(name, args=[pk])).status_code == status
        given = reverse("review_report_given", args=[report.pk])
        assert client.post(given, {"given_on": "2025-12-01"}).status_code == status
    report.refresh_from_db()
    assert report.given_on is None


def test_a_new_one_covers_the_last_half_year_unless_something_else_is_chosen(signed_in, amy):
    customer = CustomerFactory(account_manager=amy, name="华信科技")
    address = reverse("review_report_create", args=[customer.pk])
    assert signed_in.get(address).context["form"]["language"].value() == CHINESE
    today = Installation.get().today()
    for period, months in (("6", 6), ("3", 3), ("12", 12)):
        values = {"period": period, "language": CHINESE, "outlook": "再见"}
        assert signed_in.post(address, values).status_code == 302
        report = ReviewReport.objects.first()
        assert (report.since, report.until) == last_months(months, today)
        assert (report.made_by, report.outlook) == (amy, "再见")
    values = {"period": "", "since": "2025-01-05", "until": "2025-03-04", "language": "en"}
    assert signed_in.post(address, values).status_code == 302
    assert ReviewReport.objects.first().since == dt.date(2025, 1, 5)
    assert (
        signed_in.post(address, values | {"period": "6", "since": "2025-02-01"}).status_code == 302
    )
    assert ReviewReport.objects.first().since == dt.date(2025, 2, 1)  # typed, so meant


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("", "2025-03-04", "since"),
        ("2025-03-05", "2025-03-04", "until"),
        ("2025-03-05", "2999-03-04", "until"),
        ("2021-03-05", "2025-03-04", "until"),
        ("0001-01-01", "0001-01-01", "since"),
    ],
)
def test_an_impossible_period_is_said_beside_the_field(signed_in, amy, since, until, field):
    customer = CustomerFactory(account_manager=amy)
    values = {"period": "", "since": since, "until": until, "language": "en", "outlook": "Words"}
    page = signed_in.post(reverse("review_report_create", args=[customer.pk]), values)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert "Words" in page.content.decode()
    assert not ReviewReport.objects.exists()


def test_the_last_months_are_whole_ones():
    assert last_months(6, dt.date(2026, 3, 1)) == (dt.date(2025, 9, 1), dt.date(2026, 2, 28))
    assert last_months(12, dt.date(2024, 3, 31)) == (dt.date(2023, 3, 1), dt.date(2024, 2, 29))


def test_two_people_who_edit_the_same_lose_nothing(signed_in, amy):
    report = review_of(CustomerFactory(account_manager=amy))
    address = reverse("review_report_edit", args=[report.pk])
    form = signed_in.get(address).context["form"]
    opened_at = {"version": form.initial["version"], "seen": form.initial["seen"]}
    days = {"period": "", "since": str(SINCE), "until": str(UNTIL)}
    first = {**days, **opened_at, "language": "en", "outlook": "Hers"}
    assert signed_in.post(address, first).status_code == 302
    second = {**days, **opened_at, "language": CHINESE, "outlook": "His"}
    page = signed_in.post(address, second)
    assert page.status_code == 409
    text = page.content.decode()
    assert "Hers" in text
    assert "His" in text
    again = page.context["form"]
    versions = {"version": again.initial["version"], "seen": again.initial["seen"]}
    assert signed_in.post(address, second | versions).status_code == 302
    report.refresh_from_db()
    assert (report.outlook, report.language) == ("His", CHINESE)


def test_giving_it_settles_the_care_that_owes_it_and_closes_it_for_changes(signed_in, amy):
    ready_care_rules()
    customer = CustomerFactory(account_manager=amy)
    StandingFactory(customer=customer, tier="A", stage="stability")
    care.keep_up()
    due = CareDue.objects.get(customer=customer, rule__action="report")
    assert due.state == CareDue.State.OWED
    report, today = review_of(customer), Installation.get().today()
    address = reverse("review_report_given", args=[report.pk])
    for _click in range(2):
        assert signed_in.post(address, {"given_on": str(today)}).status_code == 302
    due.refresh_from_db()
    report.refresh_from_db()
    assert (due.state, report.given_on) == (CareDue.State.KEPT, today)
    assert AuditEntry.objects.filter(action="review.given").count() == 1  # one, by two clicks
    assert signed_in.post(f"{address}?state=back").status_code == 302
    due.refresh_from_db()
    assert due.state == CareDue.State.OWED  # given by mistake: it is owed still
    assert signed_in.post(address, {"given_on": str(today)}).status_code == 302
    edit = reverse("review_report_edit", args=[report.pk])
    for answer in (signed_in.get(edit), signed_in.post(edit, {"outlook": "Later"})):
        assert answer.status_code == 302
    report.refresh_from_db()
    assert report.outlook == ""


def test_that_it_was_given_can_be_taken_back(signed_in, amy):
    report = review_of(CustomerFactory(account_manager=amy), given_on=UNTIL)
    address = reverse("review_report_given", args=[report.pk])
    assert signed_in.post(f"{address}?state=back").status_code == 302
    report.refresh_from_db()
    assert report.given_on is None
    assert signed_in.get(reverse("review_report_edit", args=[report.pk])).status_code == 200


@pytest.mark.parametrize("day", ["", "2999-01-01", "2025-05-31", "no day"])
def test_an_impossible_day_of_giving_is_refused(signed_in, amy, day):
    report = review_of(CustomerFactory(account_manager=amy))
    page = signed_in.post(reverse("review_report_given", args=[report.pk]), {"given_on": day})
    assert page.status_code == 200
    assert page.context["form"].errors
    report.refresh_from_db()
    assert report.given_on is None


def test_a_file_leaves_a_line_in_the_audit_log_and_nothing_in_caches(signed_in, amy):
    report = review_of(CustomerFactory(account_manager=amy, name="华信 & Söhne", number="7/8 A"))
    address = reverse("review_report_pdf", args=[report.pk])
    answer = signed_in.get(address)
    assert "no-store" in answer["Cache-Control"]
    named = answer["Content-Disposition"]
    assert 'filename="review-78-a-2025-11.pdf"' in named
    assert "filename*=UTF-8''Business%20review%20%E5%8D%8E%E4%BF%A1" in named
    assert named.isascii()
    entry = AuditEntry.objects.get(action="paper.exported")
    assert (entry.actor, entry.details["kind"]) == (amy, "review")
    assert entry.details["customer"] == report.customer_id
    signed_in.head(address)
    assert AuditEntry.objects.filter(action="paper.exported").count() == 1


def test_long_texts_and_many_rows_go_on_over_pages_of_a4(signed_in, amy):
    customer = full_customer(amy, name="Very Long Name of a Customer " * 6)
    PromiseFactory.create_batch(80, customer=customer, what="Wort ohne Ende" * 20)
    BenefitFactory.create_batch(50, customer=customer, what="节省" * 140, on=UNTIL)
    outlook = "\n\n".join(["Ein Satz. " * 60, "一二三四五六七八九十，" * 120, "x" * 900])
    content = pdf_of(signed_in, review_of(customer, outlook=outlook))
    pages = opened(content).pages
    assert is_a4(content)
    assert 6 < len(pages) < 40
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()
    assert "and 23 more" in text_of(content)  # 83 promises, 60 rows


def test_an_empty_period_is_no_error(signed_in, amy):
    report = review_of(CustomerFactory(account_manager=amy))
    for text in (text_of(pdf_of(signed_in, report)), page_of(signed_in, report)):
        assert "None in this period." in text
        assert "Nothing was agreed on yet." in text


def test_it_asks_few_questions_however_much_was_bought(
    signed_in, amy, django_assert_max_num_queries
):
    customer = full_customer(amy)
    sell_much(customer, 700)
    PromiseFactory.create_batch(40, customer=customer)
    report = review_of(customer, since=dt.date(2024, 1, 1))
    for name in ("review_report", "review_report_pdf"):
        signed_in.get("/customers/tasks/")
        forget_remembered()
        with django_assert_max_num_queries(15):
            signed_in.get(reverse(name, args=[report.pk]))
