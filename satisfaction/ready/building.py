"""What the ready questionnaires are written with: plain data, by language."""

AGREE = {
    "low": {"en": "strongly disagree", "zh-hans": "非常不同意"},
    "high": {"en": "strongly agree", "zh-hans": "非常同意"},
}
HIGH = {
    "low": {"en": "very low", "zh-hans": "非常低"},
    "high": {"en": "very high", "zh-hans": "非常高"},
}


def texts(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh-hans": chinese}


def ends(low: tuple[str, str], high: tuple[str, str]) -> dict:
    return {"low": texts(*low), "high": texts(*high)}


def asks(code: str, kind: str, english: str, chinese: str, **values) -> dict:
    """A question; `values` are further columns, `touchpoint` the code of one."""
    return {"code": code, "kind": kind, "texts": texts(english, chinese), **values}


def words(code: str, english: str, chinese: str, **values) -> dict:
    return asks(code, "text", english, chinese, **values)


def option(value: str, english: str, chinese: str) -> dict:
    return {"value": value, "texts": texts(english, chinese)}


def if_answered(code: str, *values: int | str) -> dict:
    return {"question": code, "values": list(values)}
