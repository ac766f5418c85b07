"""The preview of an import as its page shows it, in the active language."""

from customers.imports.fields import Kind
from customers.imports.wrong_rows import labels_of


def shown(kind: Kind, preview: dict) -> dict:
    """`preview.read` with labels for fields, and words for what is stored as a code.

    {"headers", "new", "same", "changed", "removed"}; each change with "fields": (label, before,
    after).
    """
    labels = labels_of(kind.fields)
    return {
        "headers": [labels.get(name, name) for name in preview.get("fields", [])],
        "new": preview.get("new", []),
        "same": preview.get("same", []),
        "changed": [_change(kind, labels, row) for row in preview.get("changed", [])],
        "removed": [_change(kind, labels, row) for row in preview.get("removed", [])],
    }


def _change(kind: Kind, labels: dict[str, str], row: dict) -> dict:
    fields = [
        (labels.get(name, name), _word(kind, name, before), _word(kind, name, after))
        for name, before, after in row["fields"]
    ]
    return {**row, "fields": fields}


def _word(kind: Kind, name: str, text: str) -> str:
    return str(kind.preview.words.get(name, {}).get(text, text))
