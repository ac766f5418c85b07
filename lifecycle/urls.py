from django.urls import path

from lifecycle.views import churn, figures, nightly, signals, stages, tiers

app_name = "value"
urlpatterns = [
    path("nightly/", nightly.nightly_runs, name="nightly_runs"),
    path("nightly/start/", nightly.nightly_start, name="nightly_start"),
    path("nightly/<int:pk>/progress/", nightly.nightly_progress, name="nightly_progress"),
    path("tiers/", tiers.tiers, name="tiers"),
    path("churn/", churn.churn, name="churn"),
    path("lifecycle/", stages.stages, name="stages"),
    path("customers/<int:pk>/figures/", figures.figures, name="figures"),
    path("signals/<int:pk>/dismiss/", signals.signal_dismiss, name="signal_dismiss"),
    path("signals/<int:pk>/restore/", signals.signal_restore, name="signal_restore"),
    path("signals/<int:pk>/task/", signals.signal_task, name="signal_task"),
]
