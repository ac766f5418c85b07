"""What is said with customers, in both languages: subjects, notes, outcomes, next steps.

`{c}` stands for a category that the customer buys, `{n}` for a small number.
"""

# A table of texts reads better with one entry a line.
# ruff: noqa: E501

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Topic:
    """One thing to talk about. Notes are alternatives; `next_step` makes a task."""

    subject: str
    notes: tuple[str, ...] = ()
    outcome: str = ""
    next_step: str = ""
    kinds: tuple[str, ...] = ("call", "email", "message")
    from_customer: bool = field(default=False)


VISIT = ("visit", "visit", "meeting")
CALL = ("call",)
MAIL = ("email",)

USUAL_EN = (
    Topic("Call-off for {c} next month", ("Needs about {n} weeks of stock. Dates agreed by phone.",
          "Same quantities as last time, delivery split in two."), "Order expected next week", "Confirm delivery dates in writing"),
    Topic("Quotation {c}", ("Sent prices for three quantities, valid 30 days.",
          "Wants a frame price for the year; I offered {n} % on the list at quarterly call-offs."),
          "Quotation sent", "Follow up the quotation", MAIL),
    Topic("Visit: walk through the stores", ("Went through the stores with the foreman. {c} well stocked, two items run out regularly. "
          "A min-max list would help them.", "Saw the new line. They will need more {c} from autumn on."),
          "Agreed on a stock list", "Send proposal for a min-max stock list", VISIT),
    Topic("Delivery short by one item", ("One line missing in the parcel. Warehouse found it, goes out today by courier.",),
          "Solved the same day", "", CALL, True),
    Topic("Technical question on {c}", ("Asked for the data sheet and the material certificate. Sent both.",
          "Looking for a type that stands higher temperatures; our supplier proposes a variant."),
          "Data sheets sent", "", ("email", "call"), True),
    Topic("Price increase from January explained", ("Not happy but understands. Wants notice of three months next time.",
          "Accepted after comparing with the index."), "Accepted", "", ("call", "meeting")),
    Topic("Yearly review", ("Deliveries on time, two small complaints, both solved. They rate us well for advice. "
          "Could take over {c} from their second supplier.", "Went through last year's figures. Wants shorter lead times for specials."),
          "Both sides content", "Send minutes and proposal for {c}", VISIT),
    Topic("Samples of {c} sent", ("Trial on one machine first, result in {n} weeks.",), "Samples under way", "Ask for the result of the trial"),
    Topic("Invoice query", ("Discount missing on the last invoice. Accounts issue a credit note.",), "Credit note issued", "", ("email", "call"), True),
    Topic("New contact in purchasing", ("Introduced myself. She takes over our group from next month.",), "Good first talk", "Invite to our showroom", CALL),
    Topic("Christmas shutdown and last delivery dates", ("Told them our last dispatch dates; they order a week earlier.",), "", "", MAIL),
    Topic("Thanks for the quick help", ("Line was down, our driver brought {c} within three hours. Production manager thanked us.",),
          "Customer very content", "", ("call", "email"), True),
    Topic("Project: second production hall", ("Investment approved. Electrical and safety packages go to tender in {n} weeks.",),
          "We are on the list", "Prepare offer for the new hall", VISIT),
    Topic("Checked open orders", ("Two items late from the factory; told them honestly, they can bridge it.",), "", "", CALL),
    Topic("Demonstration of {c}", ("Showed three types on site. Workshop liked the mid-range one.",), "Interest in a trial order", "Quote the mid-range type", VISIT),
)  # fmt: skip

USUAL_ZH = (
    Topic("下月{c}备货计划", ("大约需要{n}周的用量, 交期电话里已确认。", "数量和上次一样, 分两批送。"), "预计下周下单", "书面确认交期"),
    Topic("{c}报价", ("按三个数量级报价, 有效期30天。", "想谈全年框架价, 我提了按季度提货让{n}个点。"), "报价已发", "跟进报价", MAIL),
    Topic("拜访: 看仓库", ("和仓库主管一起看了库存, {c}备得足, 有两个型号经常断货, 建议做安全库存清单。", "看了新产线, 下半年{c}用量会增加。"),
          "同意做库存清单", "提交安全库存方案", VISIT),
    Topic("来货少一项", ("箱子里少了一个型号, 仓库已找到, 今天快递补发。",), "当天解决", "", CALL, True),
    Topic("{c}技术咨询", ("要规格书和材质证明, 已发。", "想找耐高温的型号, 厂家推荐了替代品。"), "资料已发", "", ("message", "call"), True),
    Topic("沟通年初调价", ("不太满意但能理解, 希望以后提前三个月通知。", "对照原材料指数后接受。"), "接受", "", ("call", "meeting")),
    Topic("年度回顾", ("交付准时, 两个小问题都已解决, 对技术支持评价不错。{c}有机会从第二供应商转过来。", "过了去年的数据, 希望非标件交期再短些。"),
          "双方满意", "整理会议纪要并提{c}方案", VISIT),
    Topic("{c}送样", ("先上一台设备试用, {n}周后看结果。",), "样品已寄", "问试用结果"),
    Topic("对账", ("上张发票少打折扣, 财务开红字发票。",), "已开红字", "", ("message", "call"), True),
    Topic("采购换人", ("新来的采购, 下月起负责我们这块, 约了见面。",), "初次沟通顺利", "邀请来展厅参观", CALL),
    Topic("春节前备货提醒", ("告知放假和最后发货日期, 他们提前一周下单。",), "", "", ("message",)),
    Topic("感谢紧急送货", ("产线停机, 我们司机三小时内把{c}送到, 生产经理专门打电话感谢。",), "客户很满意", "", CALL, True),
    Topic("二期厂房项目", ("投资已批, 电气和劳保部分{n}周后招标。",), "已进入名单", "准备二期厂房报价", VISIT),
    Topic("核对未交订单", ("两个型号厂家延期, 如实说明, 客户能周转。",), "", "", CALL),
    Topic("{c}现场演示", ("现场演示三款, 车间更喜欢中档的。",), "有试单意向", "报中档型号价格", VISIT),
    Topic("微信询价{c}", ("要急货, 查了库存当天能发。",), "已报价", "跟进询价", ("message",), True),
)  # fmt: skip

TROUBLE_EN = (
    Topic("Volume is down: what is going on?", ("Says business is fine. A competitor offers {c} at {n} % less and calls every week.",
          "New purchasing director wants three quotations for everything."), "No clear answer", "Prepare a counter-offer for {c}", ("call", "visit")),
    Topic("Presses price of {c}", ("Showed me an offer from an online shop. I explained stock and service; not convinced.",
          "Asks for {n} % off or part of it goes elsewhere."), "Open", "Talk to the team lead about the price", ("call", "meeting"), True),
    Topic("Late delivery again", ("Third late delivery this quarter. Production manager annoyed, took a second supplier for {c}.",),
          "Apologised, cause not yet clear", "Find the cause with the warehouse", CALL, True),
    Topic("Tried to reach purchasing", ("Nobody answers, left a message.", "Contact no longer with the firm, the switchboard gave no name."),
          "Not reached", "Find the new contact", CALL),
)  # fmt: skip
TROUBLE_ZH = (
    Topic("了解采购量下滑原因", ("对方说生意正常, 竞争对手{c}便宜{n}个点, 每周都来。", "新采购总监要求所有品类三家比价。"),
          "没有明确答复", "准备{c}的应对报价", ("call", "visit")),
    Topic("{c}压价", ("拿网上平台的价格来比, 讲了库存和服务, 没被说服。", "要求再降{n}个点, 否则分一部分给别家。"), "待定", "和组长商量价格", ("call", "meeting"), True),
    Topic("又一次晚交", ("本季度第三次晚交, 生产经理很不满, {c}已找第二供应商。",), "已道歉, 原因待查", "和仓库查原因", CALL, True),
    Topic("联系不上采购", ("电话没人接, 已留言。", "原联系人已离职, 总机不肯给新联系人。"), "未联系上", "找到新的联系人", CALL),
)  # fmt: skip

TRIAL_EN = (
    Topic("First order: how did it go?", ("Delivery and packing fine. They test us on {c} before giving more.",
          "Compares us with their present supplier for three months."), "Positive", "Agree on a second trial order", CALL),
    Topic("First visit", ("Family firm, about {n}0 people. Buys {c} from two suppliers today. Decision lies with the owner.",),
          "Interested", "Send references from the same trade", VISIT),
    Topic("Account opened", ("Credit check fine, 30 days net. Web access sent.",), "", "", MAIL),
)  # fmt: skip
TRIAL_ZH = (
    Topic("首单回访", ("交期和包装没问题, 先用{c}试我们。", "要和现供应商对比三个月。"), "评价正面", "约第二次试单", CALL),
    Topic("首次拜访", ("民营企业, 约{n}0人, 目前{c}有两家供应商, 老板拍板。",), "有兴趣", "发同行业案例", VISIT),
    Topic("开户完成", ("信用审核通过, 账期30天。",), "", "", ("message",)),
)  # fmt: skip

HAND_TASKS_EN = ("Check the credit limit", "Plan the next visit", "Update contacts and their roles",
                 "Send the new catalogue", "Ask for a reference", "Prepare the yearly review",
                 "Clear up the open invoice")  # fmt: skip
HAND_TASKS_ZH = ("核对信用额度", "安排下次拜访", "更新联系人和角色", "寄新版样本", "请客户做推荐",
                 "准备年度回顾", "催一下未付发票")  # fmt: skip

# Chinese and English of the same kind of remark in a customer's file.
PROBLEMS = (
    ("付款逾期超过60天，信用部跟进", "Payment overdue by 60 days, credit control is on it"),
    ("对最近两批货质量有异议，待处理", "Disputes the quality of the last two deliveries"),
    ("发票抬头变更，待确认", "Company name on invoices disputed"),
)
NOTES = (
    ("送货须提前一天预约，只收上午到货。", "Deliveries by appointment, mornings only."),
    ("月结60天，对账日每月25日。", "60 days net, statement on the 25th of each month."),
    (
        "采购决策在集团总部，现场只提需求。",
        "Decisions are made at group level, the site only asks.",
    ),
    ("货物须附批次合格证。", "Wants a batch certificate with each delivery."),
    ("2023年从展会认识的客户。", "Found us at a trade fair in 2023."),
    ("老客户介绍来的，重视服务胜过价格。", "Came by recommendation, values service over price."),
    ("计划明年扩产，值得多跑动。", "Plans to expand next year: worth more visits."),
)
