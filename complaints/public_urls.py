"""Addresses for people outside, without sign-in."""

from django.urls import path

from complaints.views import public

app_name = "complain"
urlpatterns = [
    path("", public.complain, name="form"),
    path("case/<str:token>/", public.case, name="case"),
]
