"""Operations for migrations, beside Django's own."""

from django.db.migrations.operations.base import Operation
from django.db.models import Field


class AddFields(Operation):
    """Several plain fields of one model: Django renders the models of that time once for all.

    Done one by one it renders them anew for each field, which takes longer than all the rest.
    """

    def __init__(self, model_name: str, fields: list[tuple[str, Field]]):
        self.model_name = model_name
        self.fields = fields

    def state_forwards(self, app_label, state):
        state.models[app_label, self.model_name].fields.update(self.fields)
        state.reload_model(app_label, self.model_name, delay=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        before = from_state.apps.get_model(app_label, self.model_name)
        after = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, after):
            for name, _ in self.fields:
                schema_editor.add_field(before, after._meta.get_field(name))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        before = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, before):
            for name, _ in reversed(self.fields):
                schema_editor.remove_field(before, before._meta.get_field(name))

    def describe(self):
        return f"Add {len(self.fields)} fields to {self.model_name}"
