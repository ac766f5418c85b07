"""Texts in the reader's language."""

from django.utils.translation import override

from crm.platform.words import listed


def test_what_is_listed_is_separated_as_the_language_does():
    with override("en"):
        assert listed(["Anna", 2]) == "Anna, 2"
    with override("zh-hans"):
        assert listed(["安娜", "李明"]) == "安娜、李明"
        assert listed([]) == ""
