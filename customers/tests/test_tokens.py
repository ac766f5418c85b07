from customers.services.tokens import bigrams, digits, fold, name_key, tokens, words


def test_folding_takes_case_width_and_accents_away():
    assert fold("ＡＢＣ Café") == "abc cafe"


def test_chinese_sorts_by_pinyin_beside_latin():
    assert name_key("华信科技") == "hua xin ke ji"
    assert sorted(["Zeta", "华信", "Alpha"], key=name_key) == ["Alpha", "华信", "Zeta"]


def test_chinese_is_found_by_every_two_characters():
    assert bigrams("华信科技") == ["华信", "信科", "科技"]
    assert words("苏州ABC机械") == ["苏州", "abc", "机械"]


def test_pinyin_and_its_initials_are_tokens():
    found = tokens(["华信科技"], [])
    assert {"huaxinkeji", "hxkj", "华信"} <= set(found)


def test_a_phone_is_its_digits_in_any_format():
    assert digits("+44 (0)1632 960-001") == "4401632960001"
    assert "4401632960001" in tokens([], ["+44 (0)1632 960-001"])


def test_nothing_gives_nothing():
    assert tokens(["", "  ", "\0"], ["", "12"]) == []
