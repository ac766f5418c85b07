"""Words of a file for the choices of a field, in either language, however they are written."""

from collections.abc import Callable, Mapping

from customers.imports.fields import folded


def choice(words: Mapping[str, str]) -> Callable[[str], str]:
    """A reader of choices: choice -> its words, between commas; the choice itself is one too."""
    known = {
        folded(word): str(value)
        for value, others in words.items()
        for word in (value, *others.split(","))
    }

    def read(text: str) -> str:
        found = known.get(folded(text))
        if found is None:
            raise ValueError(text)
        return found

    return read
