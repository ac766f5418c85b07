from django.urls import path

from satisfaction.views import (
    answering,
    dashboard,
    improvement,
    instruments,
    response_list,
    responses,
    results,
    wave_channels,
    wave_followers,
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
    path("waves/<int:pk>/next/", waves.wave_next, name="wave_next"),
    # What became of each invitation, and how it reaches people without a mail
    path("waves/<int:pk>/invitations/", wave_followers.invitations, name="wave_invitations"),
    path("waves/<int:pk>/sheets/", wave_channels.sheets, name="wave_sheets"),
    path("waves/<int:pk>/sheets/print/", wave_channels.sheets_print, name="wave_sheets_print"),
    path("waves/<int:pk>/link/", wave_channels.public_link, name="wave_public_link"),
    path("waves/<int:pk>/link/end/", wave_channels.public_link_end, name="wave_public_link_end"),
    path("invitations/<int:pk>/sheet/", wave_channels.sheet_again, name="sheet_again"),
    path("invitations/<int:pk>/interview/", wave_channels.interview, name="interview"),
    path(
        "invitations/<int:pk>/refused/", wave_channels.interview_refused, name="interview_refused"
    ),
    path("silent/", wave_followers.silent, name="silent"),
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
