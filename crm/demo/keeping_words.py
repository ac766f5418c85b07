"""What is promised, suggested, needed and asked at the demo company, in both languages.

Each entry is (Chinese, English); which one is taken goes by the customer.
"""

# A table of texts reads better with one entry a line.
# ruff: noqa: E501

PROMISES = (
    ("本周内发出新阀门的技术资料", "Data sheets for the new valves by the end of the week"),
    ("把这批货的交期缩短到十天", "Delivery of this batch within ten days"),
    ("安排工程师到现场培训一次", "A training on site by one of our engineers"),
    ("给出全年框架价格方案", "A proposal for a frame price for the year"),
    ("补齐上一单短缺的密封件", "Send the missing seals of the last order"),
    ("提供三种轴承的样品", "Samples of three bearings"),
    ("每月寄送对账单", "A statement of account each month"),
    ("为安全库存留出两周用量", "Keep two weeks of stock for them"),
    ("更正上月发票的折扣", "Correct the discount on last month's invoice"),
    ("介绍一家做过类似改造的客户", "Introduce a customer who did the same conversion"),
)  # fmt: skip
PROOFS_KEPT = (
    ("客户邮件确认收到", "The customer confirmed by mail"),
    ("送货单已签收", "Delivery note is signed"),
    ("培训签到表已存档", "The list of participants is filed"),
    ("电话确认，对方满意", "Confirmed by phone, they are content"),
)  # fmt: skip
PROOFS_BROKEN = (
    ("工厂交期延误，已提前告知客户", "The factory was late; we told them before"),
    ("工程师档期排不开，改为线上培训", "No engineer was free; we trained by video instead"),
    ("价格未获批准，已向客户说明原因", "The price was not approved; we explained why"),
)  # fmt: skip

NEEDS = (
    ("二期厂房的电气与安全产品", "Electrical and safety products for the second hall"),
    ("全年轴承框架合同", "Frame contract for bearings for a year"),
    ("设备大修用密封件套件", "Seal kits for the yearly overhaul"),
    ("劳保用品统一采购", "One supplier for all protective equipment"),
    ("新生产线的气动元件", "Pneumatics for the new line"),
    ("寄售库存服务", "Consignment stock in their stores"),
    ("润滑油品更换", "Change of all lubricants"),
    ("仓库货架与搬运设备", "Racks and handling equipment for the stores"),
)  # fmt: skip
CRITERIA = (
    ("交期稳定，单一对接人，价格有竞争力", "Steady delivery, one contact, a fair price"),
    ("需要材质证明和本地库存", "Material certificates and stock nearby"),
    ("总拥有成本，不只看单价", "Cost over the whole life, not the price alone"),
    ("能与其采购系统对接", "Works with their purchasing system"),
)  # fmt: skip
WON = (
    ("现场方案比对手详细", "Our plan on site was the more thorough one"),
    ("本地库存打动了生产部门", "Stock nearby convinced production"),
    ("多年服务可靠", "Years of reliable service"),
)  # fmt: skip
LOST = (
    ("价格高出对手百分之八", "Eight per cent above the competitor"),
    ("交期比对手长两周", "Two weeks slower than the competitor"),
    ("集团总部统一指定供应商", "Head office named one supplier for the group"),
    ("项目推迟，预算取消", "The project was put off, the budget is gone"),
)  # fmt: skip

# name, strengths, weaknesses
COMPETITORS = (
    ("华东联供工业", "仓库多，次日达", "技术支持弱"),
    ("粤工优采", "线上下单方便，价格透明", "售后响应慢"),
    ("恒信轴承贸易", "轴承价格低", "品类窄，质量不稳"),
    ("中原劳保", "劳保用品库存足", "只做劳保"),
    ("Brackenhall Supplies", "Large catalogue, next-day delivery", "Little advice, call centre only"),
    ("Nordkai Technik", "Engineers on site, strong in pneumatics", "Expensive, long lead times"),
    ("Ashby & Thorne", "Old ties to the owners, flexible on payment", "Small stock"),
    ("Quickbolt Direct", "Lowest prices online", "No certificates, no returns"),
)  # fmt: skip
CHINESE_COMPETITORS = 4  # the first ones
RIVAL_REMARKS = (
    ("采购部倾向他们，生产部倾向我们", "Purchasing likes them, production likes us"),
    ("去年抢走了紧固件业务", "Took over the fasteners last year"),
    ("正在试用他们的样品", "Their samples are on trial"),
    ("", ""),
)  # fmt: skip

BENEFITS = (
    ("密封件改型后停机时间减少", "Fewer stops after the change of seals"),
    ("最低最高库存法减少库存占用", "Less capital in stock by a min-max list"),
    ("统一品类后采购单减半", "Half as many orders after bundling"),
    ("润滑方案延长轴承寿命", "Bearings last longer with the new lubrication"),
    ("可循环包装节省废料处理", "Less waste with returnable boxes"),
)  # fmt: skip
BENEFIT_PROOFS = (
    ("季度回顾会议纪要", "Minutes of the quarterly review"),
    ("客户维修部的停机统计", "Their maintenance statistics"),
    ("双方签字的计算表", "A calculation that both signed"),
)  # fmt: skip

IDEAS = (
    ("希望包装上印二维码，扫码即可再订", "A code on each box to order again by scanning"),
    ("小包装规格，减少开封浪费", "Smaller packs, so that less is thrown away"),
    ("送货前半小时短信通知", "A message half an hour before delivery"),
    ("愿意让其他客户来参观其库房", "Other customers may visit their stores"),
    ("共同开发耐高温密封件", "Develop a seal for higher temperatures together"),
    ("发票按成本中心分列", "Invoices split by cost centre"),
    ("旧电机以旧换新", "Take back old motors"),
)  # fmt: skip
IDEA_KINDS = (
    *("improvement", "product", "improvement", "reference"),
    *("development", "improvement", "product"),
)
IDEA_ANSWERS = (
    ("下季度起试行，已告知客户", "On trial from next quarter; they know"),
    ("感谢建议，目前量不够，明年再议", "Thanked; too few need it yet, we look again next year"),
    ("技术部正在评估，两周内答复", "Our engineers look into it and answer within two weeks"),
)  # fmt: skip

REFERRALS = (
    ("隔壁园区的一家注塑厂", "A moulding shop on the next estate"),
    ("其供应商，做钣金加工", "One of its suppliers, sheet metal"),
    ("行业协会里认识的同行", "A firm from its trade association"),
    ("集团另一子公司", "A sister company"),
)  # fmt: skip

TEAM = (
    (("技术部", "选型与现场支持"), ("Engineering", "Choice of products and help on site")),
    (("客户服务", "日常订单与投诉"), ("Customer service", "Daily orders and complaints")),
    (("物流部", "寄售库存与补货"), ("Logistics", "Consignment stock and refills")),
    (("财务部", "信用与对账"), ("Finance", "Credit and statements")),
)  # fmt: skip
HELP = (
    ("请核实这家客户的信用额度能否提高", "Please check whether its credit limit can rise"),
    ("需要材质证明的英文版", "Needs the material certificates in English"),
    ("能否为其预留两周库存", "Can we keep two weeks of stock for it?"),
    ("请派人一起拜访，谈售后流程", "Please come along: they want to talk about service"),
    ("查一下上月三次延误的原因", "Why were three deliveries late last month?"),
)  # fmt: skip
HELP_ANSWERS = (
    ("已办妥，明细见邮件", "Done, the details are in my mail"),
    ("周四可以一起去", "I can come along on Thursday"),
    ("已与仓库确认，从下周起预留", "Agreed with the stores, from next week on"),
)  # fmt: skip
HELP_REFUSALS = (
    ("本月额度已满，下月再议", "Not this month: the limit is reached; next month"),
)  # fmt: skip
THANKS = (
    ("帮了大忙，客户当天就下单了！", "That helped a lot: they ordered the same day!"),
    ("多谢，客户很满意。", "Thank you, they were delighted."),
)  # fmt: skip

# names, what for, levels (names, benefits), events (name, place)
CLUBS = (
    (
        {"zh-hans": "蕨溪伙伴会", "en": "Fernbrook Partners China"},
        "核心客户的交流平台：技术、库存与安全。",
        (
            ({"zh-hans": "金卡", "en": "Gold"}, "专属客户服务代表\n两周安全库存\n每年一次现场诊断"),
            ({"zh-hans": "银卡", "en": "Silver"}, "新品优先试用\n每季度技术沙龙"),
        ),
        (("春季技术沙龙：密封与节能", "苏州"), ("仓储与寄售经验交流", "佛山"), ("年度伙伴大会", "杭州")),
    ),
    (
        {"en": "Fernbrook Circle", "zh-hans": "蕨溪之友"},
        "Where our best customers meet: maintenance, safety, stock.",
        (
            ({"en": "Oak", "zh-hans": "橡树级"}, "A service representative of your own\nTwo weeks of stock kept for you\nOne walk through your plant a year"),
            ({"en": "Birch", "zh-hans": "白桦级"}, "New products first\nWorkshops each quarter"),
        ),
        (("Workshop: seals that last", "Leeds"), ("Walk through a model store", "Dublin"), ("Yearly meeting", "Manchester")),
    ),
)  # fmt: skip
