from django.urls import path

from complaints.views import (
    cases,
    control,
    corrective,
    dashboard,
    files,
    learning,
    lists,
    log,
    policies,
    proposals,
    queue,
)

app_name = "complaints"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("learning/", learning.learning, name="learning"),
    path("learning/control/", control.control, name="control"),
    path("learning/proposals/", proposals.proposals, name="proposals"),
    path("learning/proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("deadlines/", policies.policies, name="policies"),
    path("deadlines/compare/", policies.terms_compare, name="terms_compare"),
    path("deadlines/progress/", policies.terms_progress, name="terms_progress"),
    path("deadlines/<int:pk>/give/", policies.terms_give, name="terms_give"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<slug:kind>/new/", lists.entry_create, name="entry_create"),
    path("lists/<slug:kind>/<int:pk>/", lists.entry_edit, name="entry_edit"),
    path("corrective/", corrective.corrective_list, name="corrective"),
    path("corrective/<int:pk>/", corrective.corrective_edit, name="corrective_edit"),
    path("assign/", queue.assign, name="assign"),
    path("guide/", lists.guide, name="guide"),
    path("log/", log.log, name="log"),
    path("<int:pk>/", cases.case, name="case"),
    path("<int:pk>/attach/", files.attach, name="attach"),
    path("<int:pk>/watch/", cases.watch, name="watch"),
    path("<int:pk>/corrective/", corrective.corrective_create, name="corrective_create"),
    path("<int:pk>/<slug:action>/", cases.act, name="act"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
]
