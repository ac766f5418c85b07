"""The fields of a complaint, the headers of other systems, and the words of its choices."""

from django.utils.translation import gettext_lazy as _

from complaints.models.cases import TITLE_LENGTH
from complaints.models.choices import Channel, Kind, Remedy, Severity
from complaints.states import State
from customers.imports.fields import Date, Field, Number, Text, Word
from customers.imports.kinds.customer_fields import WHOSE
from customers.imports.kinds.words import choice

KINDS = {
    Kind.COMPLAINT: "claim, grievance, 投诉, 客诉",
    Kind.REQUEST: "service request, service, inquiry, enquiry, 服务请求, 请求, 咨询, 报修",
}
CHANNELS = {
    Channel.PHONE: "telephone, call, 电话",
    Channel.VISIT: "in person, on site, 拜访, 上门, 现场",
    Channel.EMAIL: "e-mail, mail, 邮件, 电子邮件",
    Channel.LETTER: "post, fax, 信函, 信件, 来信",
    Channel.FORM: "web form, web, website, portal, 网页表单, 网站, 表单",
    Channel.SOCIAL: "social media, chat, wechat, 社交媒体, 微信, 微博",
    Channel.SURVEY: "questionnaire, 调查, 问卷",
    Channel.THIRD_PARTY: "third party, dealer, authority, 第三方, 经销商",
}
SEVERITIES = {
    Severity.MINOR: "low, 轻微, 低, 次要",
    Severity.MODERATE: "medium, normal, 一般, 中, 中等",
    Severity.MAJOR: "high, serious, 严重, 高, 重大",
    Severity.CRITICAL: "urgent, blocker, 危急, 紧急, 特别严重",
}
STATES = {
    State.NEW: "open, received, 新, 新建, 未处理, 待处理",
    State.ACKNOWLEDGED: "confirmed, accepted, 已确认, 已受理",
    State.INVESTIGATING: "in progress, in work, working, 调查中, 处理中, 进行中",
    State.WAITING_CUSTOMER: "waiting for customer, pending customer, 等待客户, 待客户回复",
    State.WAITING_THIRD: "waiting for third party, waiting, pending, 等待第三方, 等待",
    State.PROPOSED: "resolution proposed, offered, 已提出方案, 待批准",
    State.RESOLVED: "solved, done, fixed, 已解决, 解决",
    State.CLOSED: "complete, completed, finished, 已关闭, 关闭, 已结案, 结案, 完成",
    State.WITHDRAWN: "cancelled, canceled, 已撤回, 撤诉, 取消",
    State.REJECTED: "refused, declined, 已驳回, 驳回, 拒绝",
}
REMEDIES = {
    Remedy.APOLOGY: "apologies, 道歉, 致歉",
    Remedy.EXPLANATION: "explained, 说明, 解释",
    Remedy.REPAIR: "repaired, 维修, 修理",
    Remedy.REPLACEMENT: "replaced, exchange, 更换, 换货",
    Remedy.REFUND: "refunded, credit note, 退款, 退货退款",
    Remedy.DISCOUNT: "price reduction, 折扣, 折让",
    Remedy.COMPENSATION: "damages, 赔偿",
    Remedy.GOODWILL: "good will, gesture, 补偿, 优惠",
}
MOMENT = Date(timed=True, past=True)

FIELDS = (
    Field(
        "reference",
        _("reference"),
        Text(120),
        "complaint no, complaint id, complaint number, case, case no, case id, case number, "
        "ticket, ticket no, ticket id, id, number, 编号, 投诉编号, 投诉号, 工单号, 工单编号, 单号",
        required=True,
        help=_("The complaint's number in the source: by it the complaint is known again."),
    ),
    WHOSE,
    Field(
        "kind",
        _("kind"),
        Word(choice(KINDS), "bad_choice"),
        "type, case type, 类型, 种类",
        help=_("complaint or request; complaint where it is empty."),
    ),
    Field(
        "title",
        _("title"),
        Text(TITLE_LENGTH),
        "subject, summary, topic, 标题, 主题",
        help=_("Where it is empty, the first sentence of what happened."),
    ),
    Field(
        "description",
        _("what happened"),
        Text(20_000),
        "what happened, details, text, complaint, 描述, 投诉内容, 内容, 详情, 问题描述",
        help=_("Where it is empty, the title."),
    ),
    Field("channel", _("channel"), Word(choice(CHANNELS), "bad_choice"), "origin, via, 渠道, 来源"),
    Field(
        "category",
        _("category"),
        Text(200),
        "complaint category, area, 类别, 分类, 投诉类别",
        help=_("Its code, or its name in any language."),
    ),
    Field(
        "severity",
        _("severity"),
        Word(choice(SEVERITIES), "bad_choice"),
        "priority, urgency, 严重程度, 严重性, 级别, 优先级",
    ),
    Field(
        "received_at",
        _("received"),
        MOMENT,
        "received, received on, date, created, created at, opened, opened at, reported, "
        "日期, 收到时间, 接收日期, 投诉日期, 投诉时间, 创建时间",
        help=_("A date, with the time where it is known. Needed for new complaints."),
    ),
    Field(
        "resolved_at",
        _("resolved at"),
        MOMENT,
        "resolved, resolved on, solved, solved at, solved on, 解决时间, 解决日期",
    ),
    Field(
        "closed_at",
        _("closed at"),
        MOMENT,
        "closed, closed on, completed, completed at, ended, 关闭时间, 关闭日期, 结案时间, 结案日期",
        help=_("Or withdrawn, or rejected."),
    ),
    Field(
        "state",
        _("state"),
        Word(choice(STATES), "bad_choice"),
        "status, case state, 状态",
        help=_("Where it is empty, as the times say."),
    ),
    Field(
        "remedy",
        _("remedy"),
        Word(choice(REMEDIES), "bad_choice"),
        "resolution type, solution type, 补救措施, 处理方式, 解决方式",
    ),
    Field(
        "cost",
        _("cost of the remedy"),
        Number(12, 2),
        "remedy cost, costs, 费用, 成本, 补救成本, 赔付金额",
    ),
    Field(
        "root_cause",
        _("root cause"),
        Text(200),
        "cause, reason, 根本原因, 原因, 根因",
        help=_("Its code, or its name in any language."),
    ),
    Field(
        "order_reference",
        _("order or invoice"),
        Text(120),
        "order, order no, order number, invoice, invoice no, 订单号, 订单, 发票号",
    ),
    Field(
        "told",
        _("Told to the customer"),
        Text(20_000),
        "answer, reply, resolution, solution, 答复, 回复, 处理结果, 解决方案",
        help=_("With a withdrawal or a rejection: the reason."),
    ),
)
