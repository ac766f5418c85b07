"""The files of the demo company's customers on their way into the tables."""

import datetime as dt

import pandas as pd

from crm.demo import file_words as words
from crm.demo.bulk import copy_models
from crm.demo.files import File, files
from customers.models import BuyingProfile, Customer, CustomField, Organisation, Tag

HEAD = ("segment", "won_through", "acquisition_cost", "tax_number", "aliases")


def add_files(seed: int, made, ids: pd.Series, today: dt.date) -> int:
    """Organisations, buying profiles, tags and own fields; says how many files there are."""
    own = _add_fields()
    tags = _add_tags()
    found = {int(ids[file.ordinal]): file for file in files(seed, made, today)}
    copy_models([_organisation(pk, file, own) for pk, file in found.items()])
    copy_models([BuyingProfile(customer_id=pk, **f.buying) for pk, f in found.items() if f.buying])
    customers = [Customer(pk=pk, **file.head) for pk, file in found.items()]
    Customer.objects.bulk_update(customers, HEAD)
    tagged = Customer.tags.through
    copy_models(
        [
            tagged(customer_id=pk, tag_id=tags[place])
            for pk, file in found.items()
            for place in file.tags
        ]
    )
    return len(found)


def _organisation(pk: int, file: File, own: dict[str, int]) -> Organisation:
    custom = {str(own[key]): value for key, value in file.own.items()}
    return Organisation(customer_id=pk, custom=custom, **file.facts)


def _add_fields() -> dict[str, int]:
    """Ids by key; the last field is out of use."""
    made = CustomField.objects.bulk_create(
        CustomField(names=names, kind=kind, choices=choices, position=place)
        for place, (_key, kind, names, choices) in enumerate(words.FIELDS, start=1)
    )
    CustomField.objects.filter(pk=made[-1].pk).update(is_active=False)
    return {key: field.pk for (key, *_rest), field in zip(words.FIELDS, made, strict=True)}


def _add_tags() -> list[int]:
    """Ids in their order; the last tag is out of use."""
    tags = [Tag.objects.get_or_create(name=name)[0].pk for name, _often in words.TAGS]
    Tag.objects.filter(pk=tags[-1]).update(is_active=False)
    return tags
