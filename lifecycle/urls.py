from django.urls import path

from lifecycle.views import churn, stages, tiers

app_name = "value"
urlpatterns = [
    path("tiers/", tiers.tiers, name="tiers"),
    path("churn/", churn.churn, name="churn"),
    path("lifecycle/", stages.stages, name="stages"),
]
