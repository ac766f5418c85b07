from django.urls import path

from lifecycle.views import (
    assessments,
    churn,
    figures,
    key_accounts,
    nightly,
    portfolio,
    scorecard,
    signals,
    stages,
    tiers,
)

app_name = "value"
urlpatterns = [
    path("nightly/", nightly.nightly_runs, name="nightly_runs"),
    path("nightly/start/", nightly.nightly_start, name="nightly_start"),
    path("nightly/<int:pk>/progress/", nightly.nightly_progress, name="nightly_progress"),
    path("tiers/", tiers.tiers, name="tiers"),
    path("churn/", churn.churn, name="churn"),
    path("lifecycle/", stages.stages, name="stages"),
    path("customers/<int:pk>/figures/", figures.figures, name="figures"),
    path("customers/<int:pk>/assessment/", assessments.assess, name="assess"),
    path("customers/<int:pk>/fit/", assessments.fit, name="fit"),
    path("customers/<int:pk>/nominate/", key_accounts.nominate, name="nominate"),
    path("scorecard/", scorecard.scorecard, name="scorecard"),
    path("scorecard/new/", scorecard.criterion_create, name="criterion_create"),
    path("scorecard/<int:pk>/edit/", scorecard.criterion_edit, name="criterion_edit"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio/<str:up>/<str:across>/", portfolio.portfolio_cell, name="portfolio_cell"),
    path("candidates/", key_accounts.candidates, name="candidates"),
    path("nominations/<int:pk>/confirm/", key_accounts.nomination_review, name="nomination_review"),
    path("nominations/<int:pk>/drop/", key_accounts.nomination_end, name="nomination_end"),
    path("signals/<int:pk>/dismiss/", signals.signal_dismiss, name="signal_dismiss"),
    path("signals/<int:pk>/restore/", signals.signal_restore, name="signal_restore"),
    path("signals/<int:pk>/task/", signals.signal_task, name="signal_task"),
]
