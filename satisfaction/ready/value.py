"""What customers get against what it costs them; and how that compares with other suppliers."""

from satisfaction.ready.building import HIGH, asks, ends, if_answered, option, texts, words

# (code and measure, English, Chinese)
BENEFITS = [
    (
        "of_product",
        "What our products do for your business: quality, function, fit",
        "我们的产品给贵公司带来的利益：质量、功能、适用性",
    ),
    (
        "of_service",
        "What our service does for you: advice, delivery, help after the sale",
        "我们的服务给您带来的利益：咨询、交付、售后支持",
    ),
    (
        "of_staff",
        "What our people do for you: competence, friendliness, reliability",
        "我们的员工给您带来的利益：专业、友善、可靠",
    ),
    (
        "of_image",
        "What our name does for you: trust, standing with your own customers",
        "我们的企业形象给您带来的利益：信任感，以及在贵公司客户眼中的声誉",
    ),
]
# (code, measure, touchpoint, what has to have happened, English, Chinese)
COSTS = [
    ("money-price", "money", "", "", "The price of the goods themselves", "商品本身的价格"),
    (
        "money-transport",
        "money",
        "delivery",
        "transport",
        "The money that transport costs you: freight, insurance, unloading",
        "运输花费的资金：运费、保险、装卸",
    ),
    (
        "money-installation",
        "money",
        "installation",
        "installation",
        "The money that installation costs you: fitters, changes, first use",
        "安装花费的资金：人工、改造、调试",
    ),
    (
        "money-repair",
        "money",
        "repair",
        "repair",
        "The money that repair and upkeep cost you",
        "维修和保养花费的资金",
    ),
    (
        "money-breakdown",
        "money",
        "repair",
        "breakdown",
        "The money that breakdowns cost you: standstill, lost orders",
        "故障造成的资金损失：停工、订单流失",
    ),
    ("time-ordering", "time", "order", "", "The time it takes to order", "订货花费的时间"),
    (
        "time-transport",
        "time",
        "delivery",
        "transport",
        "The time until the goods arrive",
        "等待到货花费的时间",
    ),
    (
        "time-installation",
        "time",
        "installation",
        "installation",
        "The time until all is installed and works",
        "安装到正常使用花费的时间",
    ),
    (
        "time-repair",
        "time",
        "repair",
        "repair",
        "The time until a repair is done",
        "等待维修完成花费的时间",
    ),
    (
        "toil-ordering",
        "toil",
        "order",
        "",
        "The effort of ordering: enquiries, papers, approvals",
        "订货耗费的精力：询价、单据、审批",
    ),
    (
        "toil-transport",
        "toil",
        "delivery",
        "transport",
        "The effort around transport: arranging, receiving, checking",
        "运输耗费的精力：安排、收货、验货",
    ),
    (
        "toil-installation",
        "toil",
        "installation",
        "installation",
        "The effort that installation takes of your own people",
        "安装占用贵公司员工的精力",
    ),
    (
        "toil-breakdown",
        "toil",
        "repair",
        "breakdown",
        "The effort to get things running again after a breakdown",
        "故障后恢复运行耗费的精力",
    ),
    (
        "mind-ordering",
        "mind",
        "order",
        "",
        "The worry whether what was ordered is right, and comes in time",
        "对订货是否正确、能否按时到货的担心",
    ),
    (
        "mind-breakdown",
        "mind",
        "repair",
        "breakdown",
        "The worry that something breaks down again",
        "对再次发生故障的担心",
    ),
]
HAPPENED = [
    option("transport", "Goods were transported to us", "商品运输"),
    option("installation", "Something was installed", "安装"),
    option("repair", "Something was repaired or serviced", "维修或保养"),
    option("breakdown", "Something broke down", "故障"),
]


def _benefits(page: int) -> list[dict]:
    return [
        asks(code, "scale_7", english, chinese, measure=code, weight=1, ends=HIGH, page=page)
        for code, english, chinese in BENEFITS
    ]


def _costs(page: int) -> list[dict]:
    """Costs never count in the index: high is bad, and they are held against the benefits."""
    return [
        asks(
            code,
            "scale_7",
            english,
            chinese,
            measure=measure,
            touchpoint=touchpoint,
            ends=HIGH,
            page=page,
            condition=if_answered("happened", happened) if happened else {},
        )
        for code, measure, touchpoint, happened, english, chinese in COSTS
    ]


DELIVERED_VALUE = {
    "code": "delivered-value",
    "names": texts("Delivered value: benefits against costs", "客户让渡价值：总价值与总成本"),
    "audience": "customers",
    "introduction": texts(
        "What do you get from us, and what does it cost you – not in money alone? About five"
        " minutes.",
        "您从我们这里得到什么，又付出了什么（不只是金钱）？大约需要五分钟。",
    ),
    "thanks": texts(
        "Thank you. We will look for what costs you most, and make it less.",
        "谢谢您！我们会找出让您付出最多的地方，并设法减少。",
    ),
    "source": texts(
        "After the delivered value of Ph. Kotler: Marketing Management, 8th edition, 1994: benefits"
        " of product, service, staff and image against costs of money, time, effort and mind.\n"
        "The words are our own.",
        "参照菲利普·科特勒的客户让渡价值（Ph. Kotler: Marketing Management, 第 8 版，1994）："
        "产品、服务、人员、形象价值，对货币、时间、体力、精神成本。\n"
        "措辞为自行拟定。",
    ),
    "questions": [
        *_benefits(page=1),
        asks(
            "overall",
            "scale_7",
            "All in all, how satisfied are you with what you get from us?",
            "总体而言，您对从我们这里得到的满意吗？",
            measure="overall",
            weight=1,
            is_required=True,
            page=1,
        ),
        asks(
            "happened",
            "several",
            "Which of these did you have with us in the last twelve months?",
            "过去十二个月，您与我们之间有过以下哪些情况？",
            options=HAPPENED,
            page=2,
        ),
        *_costs(page=3),
        words(
            "save",
            "Which of these costs could we most easily spare you?",
            "其中哪些付出是我们最容易为您省去的？",
            page=4,
        ),
    ],
}

VALUE_EQUATION = {
    "code": "value-equation",
    "names": texts("Value equation", "客户价值等式"),
    "audience": "customers",
    "introduction": texts(
        "Is it worth it? Six short questions, about one minute.",
        "物有所值吗？共六个简短的问题，大约需要一分钟。",
    ),
    "thanks": texts(
        "Thank you. It tells us whether we are worth what we cost you.",
        "谢谢您！您的回答让我们知道自己是否物有所值。",
    ),
    "source": texts(
        "After the customer value equation: (results + quality of the process) ÷ (price + cost of"
        " obtaining).\n"
        "J. L. Heskett, W. E. Sasser, L. A. Schlesinger: The Service Profit Chain. Free Press,"
        " 1997.\nThe words are our own.",
        "参照客户价值等式：（结果 + 过程质量）÷（价格 + 获得成本）。\n"
        "J. L. Heskett, W. E. Sasser, L. A. Schlesinger: The Service Profit Chain. Free Press,"
        " 1997。\n措辞为自行拟定。",
    ),
    "questions": [
        asks(
            "result",
            "scale_7",
            "The results that our products and services bring your business",
            "我们的产品和服务给贵公司带来的成效",
            measure="result",
            weight=1,
            ends=HIGH,
        ),
        asks(
            "process",
            "scale_7",
            "The quality of the way there: how we advise, deliver and treat you",
            "过程的质量：我们如何为您提供咨询、交付和接待",
            measure="process",
            weight=1,
            ends=HIGH,
        ),
        asks(
            "price",
            "scale_7",
            "The price that you pay us",
            "您付给我们的价格",
            measure="price",
            ends=HIGH,
        ),
        asks(
            "obtaining",
            "scale_7",
            "What it costs you besides to get it: time, effort, trouble",
            "除价格以外，您为获得它付出的代价：时间、精力、麻烦",
            measure="obtaining",
            ends=HIGH,
        ),
        asks(
            "overall",
            "scale_7",
            "All in all, how satisfied are you with us?",
            "总体而言，您对我们满意吗？",
            measure="overall",
            weight=1,
            is_required=True,
            page=2,
        ),
        words(
            "worth",
            "What would make it worth more to you?",
            "怎样做会让您觉得更值？",
            page=2,
        ),
    ],
}

AGAINST = ends(("much worse", "差很多"), ("much better", "好很多"))
COMPARED_IN = [
    ("products", "The quality of the products", "产品质量", ""),
    ("delivery", "Delivery: in time, complete", "交付：准时、完整", "delivery"),
    ("service", "Service and advice", "服务与咨询", ""),
    ("people", "The people you deal with", "与您打交道的人员", "visit"),
    ("worth", "What you get for your money", "性价比", ""),
]
COMPARED = {
    "code": "compared",
    "names": texts("Compared with your other suppliers", "与其他供应商比较"),
    "audience": "customers",
    "introduction": texts(
        "You know others too. How do we do beside them? About two minutes.",
        "您也了解其他供应商。与他们相比，我们做得怎么样？大约需要两分钟。",
    ),
    "thanks": texts(
        "Thank you. Only you can tell us how we do beside others.",
        "谢谢您！与同行相比我们做得如何，只有您能告诉我们。",
    ),
    "source": texts(
        "After relative perceived quality.\n"
        "B. T. Gale: Managing Customer Value. Free Press, 1994.\nThe words are our own.",
        "参照相对感知质量的方法。\n"
        "B. T. Gale: Managing Customer Value. Free Press, 1994。\n措辞为自行拟定。",
    ),
    "questions": [
        asks(
            "others",
            "one",
            "Do you buy from other suppliers what you could buy from us?",
            "我们能供应的商品，您是否也向其他供应商购买？",
            options=[
                option("mostly", "Mostly from others", "主要向其他供应商购买"),
                option("some", "Some of it from others", "部分向其他供应商购买"),
                option("none", "No, only from you", "不，只向你们购买"),
            ],
            is_required=True,
        ),
        *(
            asks(
                f"compared-{code}",
                "scale_5",
                english,
                chinese,
                measure="compared",
                weight=1,
                touchpoint=touchpoint,
                ends=AGAINST,
                page=2,
                condition=if_answered("others", "mostly", "some"),
            )
            for code, english, chinese, touchpoint in COMPARED_IN
        ),
        words(
            "best",
            "Who does best, and what can we learn there?",
            "哪家做得最好？我们可以向他们学习什么？",
            page=3,
            condition=if_answered("others", "mostly", "some"),
        ),
        words(
            "only",
            "Why do you buy from us alone?",
            "您为什么只向我们购买？",
            page=3,
            condition=if_answered("others", "none"),
        ),
    ],
}
