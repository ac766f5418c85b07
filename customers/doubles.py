"""By what two customers are taken for one: a few keys of each, compared as they are. Pure text.

A key is a kind and a value, such as "name:acmetools" or "phone:65001234". The same keys serve the
question before a customer is made and the nightly search among all.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from customers.services.tokens import CJK, digits, fold

# How much sharing it says on its own, the strongest first; together they say more.
WEIGHTS = {"tax": 0.8, "name": 0.6, "phone": 0.5, "domain": 0.35}
LONGEST = 120
# Shorter numbers are extensions.
FEWEST_DIGITS = 7
# Codes of countries with two digits; 1 and 7 have one, all others three.
COUNTRIES = {
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46"),
    *("47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63"),
    *("64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
}
ABROAD = re.compile(r"\s*(\+|00)")
FEWEST_OF_TAX = 5

LEGAL_FORMS = {
    *("ltd", "limited", "plc", "llp", "llc", "lp", "inc", "incorporated", "corp", "corporation"),
    *("co", "company", "cie", "the", "holding", "holdings", "group"),
    *("gmbh", "mbh", "ggmbh", "ag", "kg", "kgaa", "ohg", "ug", "gbr", "ek", "se", "eg"),
    *("sa", "sas", "sasu", "sarl", "eurl", "snc", "srl", "spa", "sl", "slu", "lda", "ltda"),
    *("bv", "nv", "vof", "ab", "as", "asa", "oy", "oyj", "aps", "sro", "doo", "kft", "zoo"),
    *("pty", "pte", "pvt", "sdn", "bhd", "kk", "gk", "dac", "clg", "uc", "haftungsbeschrankt"),
}
# Where they stand before the name too.
LEADING = {"the", "firma", "fa", "messrs"}
# Written as a word or as "&", or left out.
JOINING = {"and", "und", "et"}
CHINESE_FORMS = re.compile(
    "(股份有限公司|有限责任公司|有限公司|集团公司|集团|总公司|公司|株式会社|合伙企业)$"
)
DOTTED = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.\s?){2,}[^\W\d_]?)")
HOST = re.compile(r"[^\W_][\w-]*(\.[\w-]+)+", re.UNICODE)
WORD = re.compile(r"[^\W_]+", re.UNICODE)
# Where anybody gets an address: the domain tells nothing of the company.
FREE_MAIL = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com"),
    *("msn.com", "yahoo.com", "yahoo.co.uk", "yahoo.de", "ymail.com", "aol.com", "icloud.com"),
    *("me.com", "mac.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "gmx.com"),
    *("web.de", "t-online.de", "freenet.de", "mail.com", "zoho.com", "yandex.ru", "mail.ru"),
    *("qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn"),
    *("sohu.com", "aliyun.com", "139.com", "189.cn", "21cn.com", "btinternet.com", "sky.com"),
    *("eircom.net", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "libero.it"),
}
# Where many companies have a page: the host tells nothing either.
SHARED_HOSTS = {
    *("facebook.com", "linkedin.com", "instagram.com", "youtube.com", "weibo.com", "1688.com"),
    *("taobao.com", "tmall.com", "jd.com", "alibaba.com", "made-in-china.com", "amazon.com"),
    *("ebay.com", "etsy.com", "wordpress.com", "wixsite.com", "google.com", "github.io"),
}


def keys_of(*, name: str, phone: str, email: str, website: str, tax_number: str) -> list[str]:
    """All keys of a customer, each once."""
    found = {
        "tax": {_tax(tax_number)},
        "name": {core_of(name)},
        "phone": {_phone(phone)},
        "domain": {_domain_of_mail(email), _domain_of_site(website)},
    }
    return [f"{kind}:{key[:LONGEST]}" for kind in WEIGHTS for key in sorted(found[kind]) if key]


def kind_of(key: str) -> str:
    return key.partition(":")[0]


def score_of(kinds: Collection[str]) -> int:
    """Of 100, how likely two that share these are one: each takes its part of the doubt away."""
    doubt = 1.0
    for kind in kinds:
        doubt *= 1 - WEIGHTS[kind]
    return round(100 * (1 - doubt))


def core_of(name: str) -> str:
    """A name without legal form, marks, spaces, case and accents; never emptied by that."""
    text = DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", fold(name))
    every = WORD.findall(text)
    words = [word for word in every if word not in JOINING] or every
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    while len(words) > 1 and words[0] in LEADING:
        words.pop(0)
    core = "".join(words)
    if CJK.search(core):
        while (shorter := CHINESE_FORMS.sub("", core)) != core and len(shorter) > 1:
            core = shorter
    return core


def _phone(phone: str) -> str:
    """The number within its country, without the zero before it: the same from here and abroad."""
    number = digits(phone)
    if ABROAD.match(fold(phone)):
        number = number.lstrip("0")
        length = 1 if number[:1] in {"1", "7"} else 2 if number[:2] in COUNTRIES else 3
        number = number[length:]
    number = number.lstrip("0")
    return number if len(number) >= FEWEST_DIGITS else ""


def _tax(number: str) -> str:
    key = "".join(WORD.findall(fold(number)))
    return key if len(key) >= FEWEST_OF_TAX else ""


def _domain_of_mail(email: str) -> str:
    return _telling(fold(email).rpartition("@")[2])


def _domain_of_site(website: str) -> str:
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:  # no address after all
        return ""
    return _telling(fold(host))


def _telling(host: str) -> str:
    host = host.strip(". ").removeprefix("www.")
    if not HOST.fullmatch(host):
        return ""
    ends = {host, host.partition(".")[2]}
    return "" if ends & (FREE_MAIL | SHARED_HOSTS) else host
