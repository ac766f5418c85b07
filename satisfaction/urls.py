from django.urls import path

from satisfaction.views import answering, responses

app_name = "satisfaction"
urlpatterns = [
    path("responses/<int:pk>/", responses.response, name="response"),
    # For whoever holds the link; crm.platform.logs knows where the secret stands in the address.
    path("answer/<str:token>/", answering.answer, name="answer"),
    path("answer/<str:token>/decline/", answering.decline, name="decline"),
]
