"""What stands in the files of the demo company's customers, in both languages.

Each entry is (Chinese, English); which one is taken goes by the customer.
"""

# A table of texts reads better with one entry a line.

FORMS = (
    ("有限责任公司", "Limited company"),
    ("股份有限公司", "Public limited company"),
    ("民营企业", "Family-owned"),
    ("中外合资企业", "Joint venture"),
)
STAFF = (
    (
        "生产约七成，技术一成半，其余为销售和管理",
        "Seven in ten in production, the rest in engineering and sales",
    ),
    ("平均年龄三十五岁，大专以上占四成", "Many with thirty years of service; few apprentices"),
    ("旺季有季节工", "Seasonal staff in the summer months"),
)
PRODUCTS = (
    ("泵类与阀门，自有品牌，部分出口", "Pumps and valves under its own brand"),
    ("汽车零部件，为两家主机厂配套", "Parts for two car makers"),
    ("食品加工设备及备件", "Food machinery with spare parts"),
    ("金属结构件，按图加工", "Steel structures to drawing"),
)
MARKETS = (
    ("华东、华南，出口东南亚", "Home market, some export to Ireland"),
    ("全国，以工程项目为主", "Projects all over the country"),
    ("本省为主", "Mostly its own region"),
)
MARKETING = (
    ("销售团队二十人，靠老客户介绍", "Twenty in sales; lives on recommendations"),
    ("主要靠展会和招标", "Trade fairs and tenders, little online"),
)
FINANCES = (
    ("现金流稳定，负债率低", "Solid, hardly any debt"),
    ("扩产期，资金偏紧", "Tight while the new hall is being built"),
    ("利润逐年改善", "Margins better each year"),
)
STAFF_QUALITY = (
    ("技术骨干稳定，采购人员更换较频繁", "Strong engineers; buyers change often"),
    ("车间主任经验丰富", "Very able foremen"),
)
TECHNOLOGY = (
    ("两条自动化产线，去年上了 MES", "Two automated lines, a new control system since last year"),
    ("设备以二〇一〇年前后为主，计划更新", "Machines from around 2010; renewal is planned"),
)
PHILOSOPHY = (
    ("质量优先，供应商少而精", "Quality first, few suppliers"),
    ("成本导向，每年比价", "Counts every penny, compares prices each year"),
    ("重视长期合作", "Thinks in decades"),
)
IMAGES = (
    ("行业内口碑好，交货准", "Known for keeping its dates"),
    ("在本地是知名雇主", "The employer of the town"),
)
COOPERATION = (
    ("愿意联合开发，愿意做参观样板", "Gladly a reference, open to joint development"),
    ("配合度一般，需高层推动", "Friendly, but little happens without the head office"),
)
PROBLEMS = (
    ("备件库存高，急件多", "Too much stock and still too many rush orders"),
    ("停机损失大，维修人手不足", "Stoppages are dear, fitters are few"),
    ("原材料涨价，压价明显", "Material got dearer; presses us on price"),
)
STRENGTHS = (
    ("产能大，响应快", "Large capacity, quick to decide"),
    ("在细分市场排名前三", "Among the first three of its niche"),
)
STRATEGIES = (
    ("三年内建第二工厂，推进自动化", "A second site within three years"),
    ("向服务和备件延伸", "Wants to earn more with service and spares"),
    ("减少供应商数量，签框架协议", "Fewer suppliers, on frame contracts"),
)
TERMS = (
    (
        "月结 30 天，含运费，年度返利 1.5%",
        "30 days net, carriage paid, yearly bonus of 1.5 per cent",
    ),
    ("款到发货，旺季可月结", "Payment in advance; monthly in the high season"),
    ("框架协议价，季度调整", "Frame prices, adjusted each quarter"),
)
BANKS = (
    ("中国工商银行", "Barclays"),
    ("中国建设银行", "HSBC"),
    ("招商银行", "Lloyds"),
)

WHO = (
    ("设备部提需求，采购部下单", "Maintenance asks, purchasing orders"),
    ("各车间自行申请，月底汇总", "Each hall asks for itself; collected at month-end"),
)
DECIDES = (
    (
        "十万以上由总经理批，其余采购经理定",
        "The managing director above 10,000, else the head of purchasing",
    ),
    ("技术负责人有否决权", "The chief engineer can say no to anything"),
)
WHAT = (
    (
        "轴承、密封件、气动元件；劳保另找供应商",
        "Bearings, seals and pneumatics; protective wear from others",
    ),
    ("电气元件和工具，偏好有库存的品牌", "Electrical parts and tools, brands that are in stock"),
)
WHY = (
    ("计划检修和突发停机", "Planned overhauls and sudden stoppages"),
    ("新线建设，扩产", "New lines and growth"),
)
HOW = (
    ("年度框架加零星订单，邮件下单", "Frame contract with call-offs by mail"),
    ("三家比价，周五统一下单", "Three quotes, orders go out on Fridays"),
)
WHEN = (
    (
        "每月二十五日前后做计划，春节前备货",
        "Plans around the 25th; stocks up before the summer stop",
    ),
    ("预算十一月定", "Budget is set in November"),
)
WHERE = (
    ("总厂收货，周末不收", "One gate for all deliveries, none at weekends"),
    ("两个厂区分别下单", "Both sites order for themselves"),
)
CRITERIA = (
    ("交期第一，其次质量证明，再次价格", "Delivery first, then certificates, then price"),
    ("总成本，寄售库存加分", "Cost over the whole life; consignment stock helps"),
    ("价格，但要求两小时内答复", "Price, and an answer within two hours"),
)

SEGMENTS = (("战略客户", "Strategic"), ("重点客户", "Key industry"), ("成长客户", "Growing"))
FORMER = ("{name}集团", "{name} Holdings")
# Tags with how often a customer has them; the last one is out of use.
TAGS = (
    ("Trade fair 2026", 0.10),
    ("Consignment stock", 0.08),
    ("Reference customer", 0.06),
    ("节能改造", 0.07),
    ("新厂建设", 0.05),
    ("Campaign 2024", 0.04),
)
FIELDS = (
    ("machines", "number", {"en": "Machines on site", "zh-hans": "现场设备台数"}, ""),
    ("frame", "date", {"en": "Frame contract ends", "zh-hans": "框架协议到期日"}, ""),
    (
        "system",
        "choice",
        {"en": "Purchasing system", "zh-hans": "采购系统"},
        "SAP\nOracle\n用友\n金蝶\nExcel",
    ),
    ("gate", "text", {"en": "How to find the gate", "zh-hans": "收货须知"}, ""),
    ("fax", "text", {"en": "Fax", "zh-hans": "传真"}, ""),
)
GATES = (
    ("西门，需提前登记车牌", "Gate 3, safety shoes needed"),
    ("下午四点后不收货", "No goods after four"),
)
