from django.urls import path

from satisfaction.views import (
    answering,
    dashboard,
    improvement,
    instruments,
    response_list,
    responses,
    results,
    waves,
)

app_name = "satisfaction"
urlpatterns = [
    # Waves: planned, looked at, sent, closed
    path("waves/", waves.wave_list, name="waves"),
    path("waves/new/", waves.wave_create, name="wave_create"),
    path("waves/<int:pk>/", waves.wave_detail, name="wave"),
    path("waves/<int:pk>/edit/", waves.wave_edit, name="wave_edit"),
    path("waves/<int:pk>/open/", waves.wave_open, name="wave_open"),
    path("waves/<int:pk>/close/", waves.wave_close, name="wave_close"),
    path("questionnaires/", instruments.instrument_list, name="instruments"),
    path("questionnaires/<int:pk>/", instruments.instrument_preview, name="instrument"),
    # What is changed because of it
    path("improvement/", improvement.improvements, name="improvements"),
    path("improvement/new/", improvement.improvement_create, name="improvement_create"),
    path("improvement/<int:pk>/edit/", improvement.improvement_edit, name="improvement_edit"),
    # What came back
    path("", dashboard.dashboard, name="dashboard"),
    path("waves/<int:pk>/results/", results.results, name="results"),
    path("responses/", response_list.responses, name="responses"),
    path("responses/<int:pk>/", responses.response, name="response"),
    # For whoever holds the link; crm.platform.logs knows where the secret stands in the address.
    path("answer/<str:token>/", answering.answer, name="answer"),
    path("answer/<str:token>/decline/", answering.decline, name="decline"),
]
