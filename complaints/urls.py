from django.urls import path

from complaints.views import cases, dashboard, files, log, policies, queue

app_name = "complaints"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("deadlines/", policies.policies, name="policies"),
    path("log/", log.log, name="log"),
    path("<int:pk>/", cases.case, name="case"),
    path("<int:pk>/attach/", files.attach, name="attach"),
    path("<int:pk>/<slug:action>/", cases.act, name="act"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
]
