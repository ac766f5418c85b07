"""Operations for migrations, beside Django's own."""

from django.db.migrations.operations import AlterField
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


class AlterFields(Operation):
    """Plain fields of several models: here too the models of that time are rendered once for all.

    Takes Django's own operations, as `makemigrations` writes them.
    """

    def __init__(self, alterations: list[AlterField]):
        self.alterations = alterations

    def state_forwards(self, app_label, state):
        for one in self.alterations:
            state.models[app_label, one.model_name_lower].fields[one.name] = one.field
        models = {(app_label, one.model_name_lower) for one in self.alterations}
        state.reload_models(models, delay=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for one in self.alterations:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for one in reversed(self.alterations):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Alter {len(self.alterations)} fields"
