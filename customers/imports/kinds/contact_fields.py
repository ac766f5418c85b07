"""The fields of a contact, the headers that other systems give them, and the words of choices."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.imports.fields import Date, Field, Text, Word
from customers.imports.kinds.customer_fields import WHOSE, read_email
from customers.imports.kinds.words import choice
from customers.models import Contact

Role, Attitude = Contact.Role, Contact.Attitude
Channel, Consent = Contact.Channel, Contact.Consent
ROLES = {
    Role.DECISION_MAKER: "decider, decision, 决策者, 决策人, 决策",
    Role.INFLUENCER: "influence, 影响者, 影响人",
    Role.USER: "end user, 使用者, 使用人, 用户",
    Role.GATEKEEPER: "把关者, 把关人, 看门人",
    Role.BUYER: "purchaser, purchasing, 采购者, 采购, 采购员, 购买者",
    Role.SPONSOR: "支持人, 发起人, 内线",
}
ATTITUDES = {
    Attitude.SUPPORTER: "supports, positive, 支持, 支持者",
    Attitude.NEUTRAL: "中立, 中立者",
    Attitude.OPPONENT: "opposes, negative, 反对, 反对者",
}
CHANNELS = {
    Channel.PHONE: "telephone, call, 电话, 座机",
    Channel.MOBILE: "mobile phone, cell, cell phone, 手机",
    Channel.EMAIL: "e-mail, mail, 邮件, 电子邮件, 邮箱",
    Channel.MESSAGE: "text, sms, chat, wechat, 消息, 短信, 微信",
    Channel.LETTER: "post, 信函, 信件, 邮寄",
    Channel.VISIT: "in person, 拜访, 上门, 面谈",
}
LANGUAGES = {
    "en": "english, en-gb, en-us, 英语, 英文",
    "zh-hans": "zh, zh-cn, cn, chinese, simplified chinese, 中文, 汉语, 简体中文, 中国话",
}
CONSENTS = {
    Consent.GIVEN: "yes, y, true, 1, opt-in, 是, 同意, 已同意",
    Consent.REFUSED: "no, n, false, 0, opt-out, 否, 拒绝, 已拒绝, 不同意",
}
PAST = Date(past=True)

FIELDS = (
    WHOSE,
    Field(
        "key",
        _("contact's key"),
        Text(120),
        "contact, contact id, contact no, contact number, contact key, id, "
        "联系人编号, 联系人号, 联系人代码, 编号",
        help=_("The contact's key in the source, where it has one."),
    ),
    Field(
        "name",
        pgettext_lazy("of a person", "name"),
        Text(150),
        "contact name, full name, person, 姓名, 联系人, 联系人姓名, 名字",
        help=_("Needed for new contacts."),
    ),
    Field("title", _("job title"), Text(100), "job, position, 职务, 职位, 头衔"),
    Field("department", _("department"), Text(100), "dept, division, 部门, 科室"),
    Field(
        "role",
        _("role in buying"),
        Word(choice(ROLES), "bad_choice"),
        "buying role, role in purchase, 角色, 采购角色, 购买角色",
    ),
    Field(
        "attitude",
        _("attitude to us"),
        Word(choice(ATTITUDES), "bad_choice"),
        "attitude, stance, 态度, 对我方态度",
    ),
    Field("phone", _("phone"), Text(60), "telephone, tel, phone number, 电话, 座机, 办公电话"),
    Field(
        "mobile", _("mobile"), Text(60), "mobile phone, cell, cell phone, 手机, 手机号, 移动电话"
    ),
    Field(
        "email",
        _("e-mail"),
        Word(read_email, "bad_email"),
        "mail, e-mail address, email address, 邮箱, 电子邮箱, 电子邮件",
    ),
    Field(
        "language",
        _("preferred language"),
        Word(choice(LANGUAGES), "bad_choice"),
        "preferred language, 语言, 首选语言",
    ),
    Field(
        "channel",
        _("preferred channel"),
        Word(choice(CHANNELS), "bad_choice"),
        "preferred channel, contact by, 渠道, 联系方式, 首选渠道, 首选联系方式",
    ),
    Field("birthday", _("birthday"), PAST, "birth date, date of birth, dob, 生日, 出生日期"),
    Field(
        "customs", _("customs and taboos"), Text(5_000), "taboos, customs and taboos, 习俗, 禁忌"
    ),
    Field("remarks", _("remarks"), Text(5_000), "notes, comment, comments, 备注, 说明"),
    Field(
        "consent",
        _("consent to be contacted"),
        Word(choice(CONSENTS), "bad_choice"),
        "opt-in, marketing consent, 同意联系, 营销同意, 同意",
        help=_("given or refused."),
    ),
    Field(
        "consent_on",
        _("consent given or refused on"),
        PAST,
        "consent date, opt-in date, 同意日期",
        help=_("Empty: the day of the import."),
    ),
    Field("left_on", _("left on"), PAST, "left, leaving date, 离职日期, 离开日期"),
)
