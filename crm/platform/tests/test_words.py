"""Texts in the reader's language."""

from django.utils.translation import override

from crm.platform.words import listed, named


def test_what_is_listed_is_separated_as_the_language_does():
    with override("en"):
        assert listed(["Anna", 2]) == "Anna, 2"
    with override("zh-hans"):
        assert listed(["安娜", "李明"]) == "安娜、李明"
        assert listed([]) == ""


def test_a_name_stands_before_its_value_with_the_languages_colon():
    with override("en"):
        assert named("Region", "Bayern") == "Region: Bayern"
    with override("zh-hans"):
        assert named("地区", "上海") == "地区：上海"
        assert named("地区", "") == "地区："
