"""A questionnaire of the installation's own, in the world of the tests."""

from satisfaction.tests.factories import own_version


def of_questionnaires() -> dict[str, list]:
    version = own_version("recommendation")
    own, last = version.instrument_id, version.questions.last().code
    pages = ("edit", "words", "use", "delete")
    return {
        "satisfaction:instrument_copy": [version.pk],
        **{f"satisfaction:instrument_{page}": [own] for page in pages},
        "satisfaction:question_create": [own],
        "satisfaction:question_arrange": [own],
        # It hangs on another: its form holds more.
        **{f"satisfaction:question_{page}": [own, last] for page in ("edit", "delete")},
    }
