"""Indexes of the list of contacts: 500,000 of them are searched and filtered in milliseconds."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Concat, Replace, Upper

WORDS = Upper(Concat("name", Value(" "), "email", output_field=TextField()))
NUMBERS = Func(
    Concat(
        Replace("phone", Value(" ")),
        Value(" "),
        Replace("mobile", Value(" ")),
        output_field=TextField(),
    ),
    Value("[^0-9 ]"),
    Value(""),
    Value("g"),
    function="regexp_replace",
    output_field=TextField(),
)
DAY = CombinedExpression(
    CombinedExpression(F("birthday__month"), "*", Value(100)), "+", F("birthday__day")
)
INDEXES = (
    models.Index(fields=["name", "id"], name="contact_by_name"),
    GinIndex(OpClass(WORDS, name="gin_trgm_ops"), name="contact_words"),
    GinIndex(OpClass(NUMBERS, name="gin_trgm_ops"), name="contact_numbers"),
    models.Index(DAY, condition=Q(birthday__isnull=False), name="contact_birthday"),
    models.Index(
        condition=~Q(attitude=""), fields=["attitude", "name", "id"], name="contact_attitude"
    ),
    models.Index(condition=~Q(left_on=None), fields=["name", "id"], name="contact_left_by_name"),
    models.Index(condition=~Q(left_on=None), fields=["left_on"], name="contact_left"),
)


class Migration(migrations.Migration):
    dependencies = [("customers", "0013_work_by_user")]

    operations = [migrations.AddIndex("contact", index) for index in INDEXES]
