from django.urls import path  # noqa: F401 -- used by the first page

app_name = "satisfaction"
urlpatterns = []
