from django.urls import path

from crm.accounts.views import account, audit, invitations, teams, users

app_name = "accounts"
urlpatterns = [
    path("", users.user_list, name="users"),
    path("<int:pk>/", users.user_edit, name="user_edit"),
    path("<int:pk>/reactivate/", users.user_reactivate, name="user_reactivate"),
    path("<int:pk>/two-step-reset/", users.user_two_step_reset, name="user_two_step_reset"),
    path("invite/", invitations.invite, name="invite"),
    path(
        "invitations/<int:pk>/send-again/",
        invitations.invitation_send_again,
        name="invitation_send_again",
    ),
    path("invitations/<int:pk>/revoke/", invitations.invitation_revoke, name="invitation_revoke"),
    # Logs leave out what follows "/invitation/" (crm.platform.logs).
    path("invitation/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("teams/", teams.team_list, name="teams"),
    path("teams/new/", teams.team_create, name="team_create"),
    path("teams/<int:pk>/", teams.team_edit, name="team_edit"),
    path("audit/", audit.audit_list, name="audit"),
    path("me/", account.preferences, name="preferences"),
]
