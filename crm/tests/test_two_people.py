"""Two people edit the same thing: whoever saves second sees both versions and loses nothing.

Every form that edits is asked, in the way browsers send what stands on its page.
"""

from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from crm.platform.edits import CONFLICT, VersionedForm
from crm.platform.tests.filled import forms_of
from crm.tests.edit_forms import EDITS
from crm.tests.world import World
from customers.forms.plans import NewPlanForm

pytestmark = pytest.mark.django_db

# Makes a new plan, never opens over one that is there; two at once are a test of plans.
ONLY_CREATES = {NewPlanForm}
OURS = ("crm", "customers", "lifecycle", "complaints", "satisfaction")


def edit_forms(base=VersionedForm) -> set[type[VersionedForm]]:
    """All that edit a model: those without one are made to be inherited."""
    found = set()
    for form in base.__subclasses__():
        found |= edit_forms(form) | ({form} if form._meta.model else set())
    return found


def test_every_form_that_edits_is_asked():
    for folder in OURS:
        for file in sorted((Path(settings.BASE_DIR) / folder).rglob("*.py")):
            if "VersionedForm" in file.read_text() and "tests" not in file.parts:
                path = file.relative_to(settings.BASE_DIR).with_suffix("")
                import_module(".".join(path.parts))
    ours = {form for form in edit_forms() if form.__module__.startswith(OURS)}
    assert ours - ONLY_CREATES == set(EDITS), "name new forms in crm/tests/edit_forms.py"


class Desk:
    """Somebody before the page of a form."""

    def __init__(self, world: World, role: str, url: str):
        self.client, self.url = Client(), url
        self.client.force_login(world.users[role])
        self.read(self.client.get(url))

    def read(self, response) -> None:
        self.form = response.context["form"]
        (found,) = [form for form in forms_of(response.text) if "seen" in form.values]
        self.action, self.values = found.action or self.url, found.values

    def save(self):
        return self.client.post(self.action, self.values)

    def typed(self) -> dict[str, list[str]]:
        """What stands in the fields that people see."""
        hidden = {"seen", self.form.count_of_edits}
        return {name: value for name, value in self.values.items() if name not in hidden}

    def edits(self) -> int:
        """How often what the form edits was saved."""
        rows = type(self.form.instance)._base_manager.filter(pk=self.form.instance.pk)
        return rows.values_list(self.form.count_of_edits, flat=True).get()


def made(value, world: World) -> str:
    return value if isinstance(value, str) else value(world)


@pytest.mark.parametrize("form", EDITS, ids=lambda form: form.__name__)
def test_who_saves_second_sees_both_versions_and_loses_nothing(form, world):
    edit = EDITS[form]
    url = edit.url(world)
    me, other = Desk(world, edit.first, url), Desk(world, edit.second, url)
    assert type(me.form) is form
    for person, value in ((me, edit.mine), (other, edit.theirs)):
        person.values |= {name: [value] for name, value in edit.both.items()}
        person.values[edit.name] = [made(value, world)]
    typed = me.typed()

    assert other.save().status_code == 302
    before = me.edits()
    refused = me.save()
    assert refused.status_code == CONFLICT
    me.read(refused)
    assert me.typed() == typed
    (difference,) = me.form.differences
    assert difference.theirs != difference.mine
    both = f"<td>{escape(difference.theirs)}</td><td>{escape(difference.mine)}</td>"
    assert both in refused.text

    assert me.save().status_code == 302
    assert me.edits() == before + 1
    assert Desk(world, edit.first, url).typed() == typed
