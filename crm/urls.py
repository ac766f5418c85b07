"""The addresses of the site; each app lists its own."""

from django.contrib import admin
from django.urls import include, path



urlpatterns = [
    path("customers/", include("customers.urls")),
    path("value/", include("lifecycle.urls")),
    path("users/", include("crm.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
