from django.urls import path

from complaints.views import cases, dashboard, files, lists, log, policies, queue

app_name = "complaints"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("deadlines/", policies.policies, name="policies"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<slug:kind>/new/", lists.entry_create, name="entry_create"),
    path("lists/<slug:kind>/<int:pk>/", lists.entry_edit, name="entry_edit"),
    path("log/", log.log, name="log"),
    path("<int:pk>/", cases.case, name="case"),
    path("<int:pk>/attach/", files.attach, name="attach"),
    path("<int:pk>/<slug:action>/", cases.act, name="act"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
]
