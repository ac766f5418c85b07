"""Forms around users; what a person may choose depends on their own rank."""

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Invitation, Team, User
from crm.accounts.roles import BELOW_MANAGERS, Role
from crm.platform.edits import VersionedForm


class _RankedForm(forms.ModelForm):
    """Offers the roles that the editor may give."""

    def limit_to(self, editor: User) -> None:
        if not editor.is_administrator:
            roles = [(role.value, role.label) for role in BELOW_MANAGERS]
            self.fields["role"].choices = roles

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exclude(pk=self._own_pk()).exists():
            raise forms.ValidationError(_("Another user has this address."))
        return email

    def _own_pk(self) -> int | None:
        return None


class UserForm(_RankedForm, VersionedForm):
    """A user as a manager edits it; team and activity have pages of their own."""

    class Meta:
        model = User
        fields = ["name", "email", "role", "is_team_lead"]
        help_texts = {
            "role": _("Changing the role signs the user out everywhere."),
            "is_team_lead": _("Stands in for the team where one person has to decide."),
        }

    def __init__(self, *args, editor: User, **kwargs):
        self.editor = editor
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        self.limit_to(self.editor)

    def _own_pk(self) -> int | None:
        return self.instance.pk


class InvitationForm(_RankedForm):
    class Meta:
        model = Invitation
        fields = ["name", "email", "role", "team"]
        labels = {"role": _("role"), "team": _("team")}

    def __init__(self, *args, editor: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.limit_to(editor)
        self._limit_team_to(editor)

    def _limit_team_to(self, editor: User) -> None:
        """Managers invite into their own team."""
        team = self.fields["team"]
        team.required = False
        if not editor.is_administrator:
            team.queryset = Team.objects.filter(pk=editor.team_id)
            team.disabled = True
            team.initial = editor.team_id

    def clean_email(self) -> str:
        email = super().clean_email()
        if Invitation.objects.open().filter(email__iexact=email).exists():
            raise forms.ValidationError(
                _("This address is invited already: send it again from the list of users.")
            )
        return email


class AcceptForm(forms.Form):
    """What an invited person chooses."""

    name = forms.CharField(label=_("Name"), max_length=150)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("To sign in with; your e-mail address does as well."),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("12 characters or more; a sentence is best."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, invitation: Invitation, **kwargs):
        proposal = {"name": invitation.name, "username": invitation.email.partition("@")[0]}
        super().__init__(*args, initial=proposal, **kwargs)
        self.invitation = invitation

    def clean_username(self) -> str:
        username = User.normalize_username(self.cleaned_data["username"])
        # Nor somebody else's address, since that signs in as well.
        same = Q(username__iexact=username) | Q(email__iexact=username)
        if User.objects.filter(same).exists():
            raise forms.ValidationError(_("This user name is taken."))
        return username

    def clean(self) -> dict:
        data = super().clean()
        password = data.get("password")
        if password and password != data.get("again"):
            self.add_error("again", _("The two passwords differ."))
        elif password:
            self._check_strength(data, password)
        return data

    def _check_strength(self, data: dict, password: str) -> None:
        user = User(
            username=data.get("username", ""),
            name=data.get("name", ""),
            email=self.invitation.email,
        )
        try:
            password_validation.validate_password(password, user)
        except forms.ValidationError as error:
            self.add_error("password", error)


class SignInForm(LoginForm):
    """allauth's, with a label that says what to type instead of a placeholder that vanishes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class PreferencesForm(forms.ModelForm):
    """What users choose for themselves. Of a part of it, only that part is taken."""

    class Meta:
        model = User
        fields = ["name", "language", "theme", "digest"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        for name in list(self.fields) if data is not None else []:
            if name not in data:
                del self.fields[name]


class TeamForm(VersionedForm):
    class Meta:
        model = Team
        fields = ["name"]


class UserFilter(forms.Form):
    """The filter of the list of users, in the address."""

    STATES = {"": _("Active"), "inactive": _("Deactivated"), "all": _("All")}

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices]
    )
    team = forms.ModelChoiceField(
        label=_("Team"), required=False, queryset=Team.objects.all(), empty_label=_("All teams")
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=list(STATES.items()))

    def __init__(self, data, *, viewer: User):
        super().__init__(data)
        if not viewer.is_administrator:
            del self.fields["team"]
            roles = [(role.value, role.label) for role in BELOW_MANAGERS]
            self.fields["role"].choices = [("", _("All roles")), *roles]

    def found_in(self, users):
        """The users that match; what is not valid in the address filters nothing."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("state", "") != "all":
            users = users.filter(is_active=wanted.get("state", "") != "inactive")
        if wanted.get("role"):
            users = users.filter(role=wanted["role"])
        if wanted.get("team"):
            users = users.filter(team=wanted["team"])
        return users.found_by(wanted.get("q", ""))
