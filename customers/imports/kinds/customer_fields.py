"""The fields of a customer and the headers that ERPs give them."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.imports.fields import Field, Text, Word
from customers.models import Customer

KINDS = {
    Customer.Kind.COMPANY: ("company", "organisation", "organization", "公司", "企业", "单位"),
    Customer.Kind.PERSON: ("person", "individual", "private", "个人"),
}
# Of what belongs to a customer, such as a contact or a complaint.
WHOSE = Field(
    "customer",
    _("customer"),
    Text(120),
    "customer id, customer no, customer number, customer key, account, account no, "
    "客户, 客户编号, 客户号, 客户代码, 客户编码",
    required=True,
    help=_("The customer's key in the source; without a source, its number here."),
)
_is_email = EmailValidator()
_is_website = URLValidator(schemes=["http", "https"])


def read_kind(text: str) -> str:
    """Company or person, in either language."""
    word = unicodedata.normalize("NFKC", text).casefold()
    for kind, words in KINDS.items():
        if word in words:
            return kind
    raise ValueError(text)


def read_email(text: str) -> str:
    return _checked(text, _is_email, 254)


def read_website(text: str) -> str:
    """A web address; the scheme may be left out."""
    return _checked(text if "://" in text else f"https://{text}", _is_website, 200)


def _checked(text: str, validate, most: int) -> str:
    try:
        validate(text)
    except ValidationError:
        raise ValueError(text) from None
    if len(text) > most:
        raise ValueError(text)
    return text


FIELDS = (
    Field(
        "key",
        _("number"),
        Text(120),
        "number, customer, customer id, customer no, customer number, customer key, "
        "account no, id, 编号, 客户编号, 客户号, 客户代码, 客户编码",
        required=True,
        help=_("The customer's key in the source; without a source, its number here."),
    ),
    Field(
        "name",
        pgettext_lazy("of a company", "name"),
        Text(200),
        "customer name, company, company name, account name, 名称, 客户名称, 客户名, "
        "公司名称, 单位名称, 姓名",
        help=_("Needed for new customers."),
    ),
    Field(
        "kind",
        _("kind"),
        Word(read_kind, "bad_choice"),
        "type, customer type, 类型, 客户类型, 性质",
        help=_("company or person; company where it is empty."),
    ),
    Field(
        "parent",
        _("parent customer"),
        Text(120),
        "parent customer, parent company, group, 母公司, 上级客户, 集团",
        help=_("The parent's key; it may stand anywhere in the same file."),
    ),
    Field(
        "region",
        _("region"),
        Text(60),
        "country, state, province, area, 地区, 区域, 国家, 省份",
    ),
    Field("industry", _("industry"), Text(60), "sector, branch, 行业, 所属行业"),
    Field(
        "phone",
        _("phone"),
        Text(60),
        "telephone, tel, phone number, 电话, 联系电话, 电话号码",
    ),
    Field(
        "email",
        _("e-mail"),
        Word(read_email, "bad_email"),
        "mail, e-mail address, email address, 邮箱, 电子邮箱, 电子邮件",
    ),
    Field(
        "website",
        _("website"),
        Word(read_website, "bad_website"),
        "web, url, homepage, 网站, 网址",
    ),
    Field("address", _("address"), Text(300), "street, 地址, 联系地址, 公司地址"),
    Field(
        "tax_number",
        _("tax number"),
        Text(40),
        "vat, vat number, tax id, 税号, 纳税人识别号, 统一社会信用代码",
    ),
    Field(
        "owner",
        _("account manager"),
        Text(254),
        "account manager, sales representative, salesperson, 客户经理, 业务员, 负责人",
        help=_("The user name or mail address of an active user."),
    ),
)
