from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Model

from crm.platform import roles


class Command(migrate.Command):
    help = "Migrates as the owner of the tables, then grants the application's role its rights."

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        before = roles.sign_in_as_owner(connection)
        try:
            with few_models_at_once():
                super().handle(*args, **options)
            roles.grant_application_role()
        finally:
            roles.sign_in(connection, before)


@contextmanager
def few_models_at_once() -> Iterator[None]:
    """A step of a migration makes the class of its own model anew, not those of all relatives.

    Ours hang together through customers and users: Django made some fifty classes at each of
    hundreds of steps, nine tenths of the time of a first start. What runs Python in a migration
    still gets all classes made anew, as Django has it wherever a state `is_delayed`.
    """
    relatives = ProjectState._find_reload_model

    def few(state, app_label, model_name, delay=False):
        old = state.apps.all_models[app_label].get(model_name)
        if old and not delay and not _only_gains(state.models[app_label, model_name], old):
            return relatives(state, app_label, model_name)  # a relation that it had changes
        if old:
            state.is_delayed = True
        return {(app_label, model_name)}

    ProjectState._find_reload_model = few
    try:
        yield
    finally:
        ProjectState._find_reload_model = relatives


def _only_gains(state: ModelState, old: type[Model]) -> bool:
    """Nothing that refers to the old class finds anything missing in the new one."""
    fields = old._meta.local_fields + old._meta.local_many_to_many
    return {field.name for field in fields} < set(state.fields)
