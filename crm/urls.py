"""The addresses of the site; each app lists its own."""

from django.contrib import admin
from django.urls import include, path

from crm import views
from crm.accounts.views.account import set_language

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="search_suggest"),
    path("customers/<int:pk>/", views.customer_card, name="card"),
    path("customers/<int:pk>/months/", views.customer_months, name="months"),
    path("customers/<int:pk>/timeline/", views.customer_timeline, name="timeline"),
    path("customers/handovers/", views.handovers, name="handovers"),
    path("customers/handovers/new/", views.handover_create, name="handover_create"),
    path("customers/handovers/<int:pk>/", views.handover, name="handover"),
    path("customers/handovers/<int:pk>/answer/", views.handover_answer, name="handover_answer"),
    path(
        "customers/handovers/<int:pk>/withdraw/",
        views.handover_withdraw,
        name="handover_withdraw",
    ),
    path("customers/contacts/<int:pk>/erase/", views.contact_erase, name="contact_erase"),
    path("customers/<int:pk>/group/", views.group, name="group"),
    path("customers/<int:pk>/reviews/", views.review_reports, name="review_reports"),
    path(
        "customers/<int:pk>/reviews/new/",
        views.review_report_create,
        name="review_report_create",
    ),
    path("customers/<int:pk>/account-card/", views.account_card, name="account_card"),
    path("customers/<int:pk>/account-card/pdf/", views.account_card_pdf, name="account_card_pdf"),
    path("customers/<int:pk>/proposal/", views.proposal, name="proposal"),
    path("customers/<int:pk>/proposal/pdf/", views.proposal_pdf, name="proposal_pdf"),
    path("customers/reviews/<int:pk>/", views.review_report, name="review_report"),
    path("customers/reviews/<int:pk>/edit/", views.review_report_edit, name="review_report_edit"),
    path("customers/reviews/<int:pk>/pdf/", views.review_report_pdf, name="review_report_pdf"),
    path(
        "customers/reviews/<int:pk>/given/", views.review_report_given, name="review_report_given"
    ),
    path("customers/", include("customers.urls")),
    path("complaints/", include("complaints.urls")),
    path("value/", include("lifecycle.urls")),
    path("satisfaction/", include("satisfaction.urls")),
    path("settings/", views.settings_hub, name="settings_hub"),
    path("settings/installation/", views.installation_settings, name="settings"),
    path("settings/card/", views.card_layout, name="card_layout"),
    path("settings/calendar/", views.calendar, name="calendar"),
    path("settings/calendar/days/", views.calendar_day_add, name="calendar_day_add"),
    path(
        "settings/calendar/days/<int:pk>/delete/",
        views.calendar_day_delete,
        name="calendar_day_delete",
    ),
    path(
        "settings/calendar/holidays/",
        views.calendar_holidays_load,
        name="calendar_holidays_load",
    ),
    path("users/<int:pk>/deactivate/", views.user_deactivate, name="user_deactivate"),
    path("users/<int:pk>/team/", views.user_team, name="user_team"),
    path("users/", include("crm.accounts.urls")),
    path("accounts/", include("crm.accounts.allauth_urls")),
    path("language/", set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
