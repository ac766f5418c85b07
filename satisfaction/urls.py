from django.urls import path

from satisfaction.views import (
    answering,
    baldrige,
    competences,
    dashboard,
    editor,
    feedback,
    heard,
    improvement,
    instruments,
    loops,
    response_list,
    responses,
    results,
    touchpoints,
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
    # Questionnaires of one's own; ready ones are copied
    path("questionnaires/new/", editor.instrument_create, name="instrument_create"),
    path("questionnaires/<int:pk>/copy/", editor.instrument_copy, name="instrument_copy"),
    path("questionnaires/own/<int:pk>/", editor.instrument_edit, name="instrument_edit"),
    path("questionnaires/own/<int:pk>/words/", editor.instrument_words, name="instrument_words"),
    path("questionnaires/own/<int:pk>/use/", editor.instrument_use, name="instrument_use"),
    path("questionnaires/own/<int:pk>/delete/", editor.instrument_delete, name="instrument_delete"),
    path("questionnaires/own/<int:pk>/add/", editor.question_create, name="question_create"),
    path(
        "questionnaires/own/<int:pk>/questions/<slug:code>/",
        editor.question_edit,
        name="question_edit",
    ),
    path(
        "questionnaires/own/<int:pk>/questions/<slug:code>/delete/",
        editor.question_delete,
        name="question_delete",
    ),
    path(
        "questionnaires/own/<int:pk>/questions/<slug:code>/place/",
        editor.question_arrange,
        name="question_arrange",
    ),
    # What is changed because of it
    path("improvement/", improvement.improvements, name="improvements"),
    path("improvement/new/", improvement.improvement_create, name="improvement_create"),
    path("improvement/<int:pk>/edit/", improvement.improvement_edit, name="improvement_edit"),
    path("improvement/<int:pk>/", improvement.improvement, name="improvement"),
    path("improvement/<int:pk>/verify/", improvement.improvement_verify, name="improvement_verify"),
    # What is heard beside surveys, and the plan of hearing it
    path("heard/", heard.heard, name="heard"),
    path("heard/plan/", heard.plan, name="plan"),
    path("heard/plan/<str:source>/", heard.plan_edit, name="plan_edit"),
    path("feedback/", feedback.feedback_list, name="feedback"),
    path("feedback/new/", feedback.feedback_create, name="feedback_create"),
    path("feedback/<int:pk>/edit/", feedback.feedback_edit, name="feedback_edit"),
    path("touchpoints/", touchpoints.touchpoints, name="touchpoints"),
    path("touchpoints/new/", touchpoints.touchpoint_create, name="touchpoint_create"),
    path("touchpoints/<int:pk>/edit/", touchpoints.touchpoint_edit, name="touchpoint_edit"),
    # The closed loop: who was unhappy, and what came of it
    path("loop/", loops.loop_list, name="loops"),
    path("responses/<int:pk>/complaint/", loops.complaint, name="response_complaint"),
    path("responses/<int:pk>/outcome/", loops.outcome, name="response_outcome"),
    path("responses/of-case/<int:pk>/", loops.of_case, name="response_of_case"),
    # What our people can do, and how well we manage satisfaction
    path("staff/", competences.competences, name="competences"),
    path("staff/<int:pk>/", competences.competence_profile, name="competence_profile"),
    path("staff/<int:pk>/rate/", competences.competence_rate, name="competence_rate"),
    path("staff/ratings/<int:pk>/edit/", competences.competence_edit, name="competence_edit"),
    path("management/", baldrige.baldrige, name="baldrige"),
    path("management/<slug:item>/", baldrige.baldrige_assess, name="baldrige_assess"),
    # What came back
    path("", dashboard.dashboard, name="dashboard"),
    path("waves/<int:pk>/results/", results.results, name="results"),
    path("responses/", response_list.responses, name="responses"),
    path("responses/<int:pk>/", responses.response, name="response"),
    # For whoever holds the link; crm.platform.logs knows where the secret stands in the address.
    path("answer/<str:token>/", answering.answer, name="answer"),
    path("answer/<str:token>/decline/", answering.decline, name="decline"),
]
