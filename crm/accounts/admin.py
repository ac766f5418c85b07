"""Django's admin: for administrators only, and for what has no page of its own.

Customers are not in it, since it knows no `visible_to`.
"""

from allauth.account.admin import EmailAddress
from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import Group

from crm.accounts.models import Team, User

# Its own sign-in form knows neither our limits nor the second step.
admin.site.login = secure_admin_login(admin.site.login)
# Groups and addresses are not used, and secrets of the second step are nobody's to read. Imported
# from the apps' own admin modules, which have registered them by that.
admin.site.unregister([EmailAddress, Authenticator, Group])


class ReadOnly(admin.ModelAdmin):
    """To look at: changes go through the pages, whose services keep the rules and the log."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ["username", "name", "email", "role", "team", "is_active", "last_login"]
    list_filter = ["role", "team", "is_active"]
    search_fields = ["username", "name", "email"]
    exclude = ["password"]


@admin.register(Team)
class TeamAdmin(ReadOnly):
    list_display = ["name"]
    search_fields = ["name"]
