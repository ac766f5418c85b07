"""What is heard of the demo company beside complaints and questionnaires, in its two languages."""

# (source, tone, measure, touchpoint, words in English, words in Chinese, origin)
OF_CUSTOMERS = (
    (
        "talk",
        "bad",
        "responsiveness",
        "hotline",
        "I wait too long.",
        "电话等太久。",
        "",
    ),
    ("talk", "good", "empathy", "visit", "You know our plant by now.", "你们很了解我们工厂。", ""),
    ("talk", "mixed", "reliability", "delivery", "Mostly on time, not always.", "大多准时。", ""),
    ("talk", "bad", "price", "quote", "Two others were cheaper.", "另外两家报价更低。", ""),
    ("talk", "good", "assurance", "repair", "The fitter knew his trade.", "维修师傅很专业。", ""),
    ("talk", "bad", "toil", "invoice", "Invoices need mending by hand.", "发票总要人工更正。", ""),
    ("talk", "good", "of_product", "", "The new gloves last longer.", "新手套更耐用。", ""),
    ("talk", "mixed", "time", "order", "Ordering takes too many steps.", "下单步骤太多。", ""),
)
OF_MARKET = (
    *(
        (
            "groups",
            "bad",
            "responsiveness",
            "quote",
            "Eight buyers: quotes come too late.",
            "八位采购：报价太慢。",
            "Focus group, spring 春季座谈",
        ),
        (
            "groups",
            "good",
            "of_staff",
            "visit",
            "Buyers like visits that are prepared.",
            "采购喜欢有准备的拜访。",
            "Focus group, autumn 秋季座谈",
        ),
        (
            "research",
            "mixed",
            "overall",
            "",
            "Third of six suppliers in satisfaction.",
            "六家供应商中满意度第三。",
            "Marlow Market Research",
        ),
        (
            "research",
            "bad",
            "responsiveness",
            "hotline",
            "Slowest to answer among six.",
            "六家中答复最慢。",
            "Marlow Market Research",
        ),
        (
            "consumers",
            "bad",
            "of_product",
            "",
            "Two of our hoses failed their test.",
            "两款软管未通过测试。",
            "Buyers’ Association 采购协会",
        ),
        (
            "media",
            "good",
            "of_image",
            "",
            "Named for its safety training.",
            "因安全培训受到报道。",
            "Trade Weekly 行业周刊",
        ),
        (
            "media",
            "bad",
            "reliability",
            "delivery",
            "Letters to the editor on late pallets.",
            "读者来信：托盘送货延迟。",
            "Trade Weekly 行业周刊",
        ),
        (
            "studies",
            "mixed",
            "price",
            "",
            "Prices rose by 4 per cent in the branch.",
            "行业价格上涨百分之四。",
            "Industry study 行业研究",
        ),
    ),
)
# (source, who, how often, how analysed, how acted on, how verified, newest is so many days old)
PLANS = (
    ("complaints", "grace.okoye", "monthly", "By category and cause 按类别和原因"),
    ("talk", "emma.whitfield", "steadily", "By touchpoint in team meetings 团队会议按接触点"),
    ("surveys", "helen.zhao", "half_year", "Index, gaps, importance 指数、差距、重要性"),
    ("research", "helen.zhao", "yearly", "Against five others 与五家同行比较"),
    ("groups", "emma.whitfield", "half_year", "What recurs in both groups 两组的共同点"),
    ("consumers", "helen.zhao", "quarterly", "Tests of our products 产品测试"),
    ("media", "xu.min", "monthly", "Clippings by theme 按主题剪报"),
    ("studies", "helen.zhao", "yearly", "Prices and growth 价格与增长"),
)
ACTED_ON = "Improvement actions with owner and date 改进措施，定人定期"
VERIFIED = "The same measure in the next wave 下一批次的同一指标"
# How long ago each source was last heard; consumer organisations are overdue.
SILENT = {"consumers": 160, "media": 9, "research": 120, "groups": 70, "studies": 200}
STANDARDS = {
    "quote": ("emma.whitfield", "Within one business day 一个工作日内"),
    "order": ("xu.min", "Confirmed within two hours 两小时内确认"),
    "delivery": ("helen.zhao", "On the day that was promised 承诺之日送达"),
    "installation": ("gu.yifan", "Running when we leave 离开前运行正常"),
    "invoice": ("grace.okoye", "Right the first time 一次开对"),
    "hotline": ("grace.okoye", "Answered within 30 seconds 30 秒内接听"),
    "repair": ("liang.zhihao", "Begun within 24 hours 24 小时内开始"),
    "visit": ("emma.whitfield", "Prepared, and followed by a note 有准备有纪要"),
}
# Our own judgement of the eight items of the Baldrige criteria: in %, a year ago and lately.
JUDGED = {
    "knowledge": (
        (40, "Visits tell much, nobody sums them up. 拜访所得不少，无人汇总。"),
        (
            60,
            "Eight sources are read on fixed days; users are still seldom asked. "
            "八个来源定期分析；使用者仍少有机会表达。",
        ),
    ),
    "relationships": (
        (60, "Key accounts have plans, the others have luck. 大客户有计划，其余凭运气。"),
        (
            70,
            "Care by tier works; B customers of the south are still called late. "
            "分层关怀已运转；华南 B 级客户联系仍偏晚。",
        ),
    ),
    "standards": (
        (30, "Each team has its own. 各团队各行其是。"),
        (
            70,
            "A standard and an owner for each touchpoint; quotes do not keep theirs. "
            "每个接触点有标准、有负责人；报价尚未达标。",
        ),
    ),
    "commitments": (
        (50, "Promises are noted, not followed. 承诺有记录，无跟踪。"),
        (
            60,
            "Open promises stand on Today; some days of delivery are promised lightly. "
            "未兑现的承诺列在今日页；交货日期有时许得轻率。",
        ),
    ),
    "resolution": (
        (40, "Answers take days. 答复要好几天。"),
        (
            70,
            "A rota answers within two hours; causes come back, packing above all. "
            "轮班两小时内答复；原因仍会重现，尤其是包装。",
        ),
    ),
    "determining": (
        (50, "One survey a year. 每年一次调查。"),
        (
            80,
            "Waves by tier with their margins, each low answer called; staff asked too. "
            "分层调查并给出误差，低分必回访；员工也参与。",
        ),
    ),
    "results": (
        (50, "Level, not rising. 持平，没有上升。"),
        (
            60,
            "Responsiveness rose and the later survey confirms it; price has not moved. "
            "响应性上升，并经后一批次证实；价格评价未变。",
        ),
    ),
    "comparison": (
        (20, "Hearsay. 道听途说。"),
        (
            50,
            "Asked of our customers twice a year; studies of the branch are thin. "
            "每年两次询问客户；行业研究尚少。",
        ),
    ),
}
