"""Service quality by expectation and perception: the gap of each of the five dimensions."""

from satisfaction.ready.building import AGREE, asks, texts, words

# (dimension, item, expected and met in English, expected and met in Chinese)
ITEMS = [
    (
        "reliability",
        "promise",
        "An excellent supplier does what it promised, on the day it promised.",
        "We do what we promised, on the day we promised.",
        "优秀的供应商会在承诺的日期兑现承诺。",
        "我们在承诺的日期兑现了承诺。",
    ),
    (
        "reliability",
        "right-first",
        "An excellent supplier does its work right the first time.",
        "We do our work right the first time.",
        "优秀的供应商第一次就把事情做对。",
        "我们第一次就把事情做对。",
    ),
    (
        "responsiveness",
        "prompt",
        "An excellent supplier answers questions and requests promptly.",
        "We answer your questions and requests promptly.",
        "优秀的供应商会迅速答复客户的询问和请求。",
        "我们迅速答复您的询问和请求。",
    ),
    (
        "responsiveness",
        "willing",
        "The people of an excellent supplier are never too busy to help.",
        "Our people are never too busy to help you.",
        "优秀供应商的员工再忙也乐意帮助客户。",
        "我们的员工再忙也乐意帮助您。",
    ),
    (
        "assurance",
        "knowledge",
        "The people of an excellent supplier know their trade and can answer what is asked.",
        "Our people know their trade and can answer what you ask.",
        "优秀供应商的员工精通业务，能解答客户的问题。",
        "我们的员工精通业务，能解答您的问题。",
    ),
    (
        "assurance",
        "trust",
        "One can rely on the word of an excellent supplier, and feel safe in dealing with it.",
        "You can rely on our word, and feel safe in dealing with us.",
        "优秀的供应商言而有信，与其交易令人放心。",
        "我们言而有信，与我们交易令您放心。",
    ),
    (
        "empathy",
        "needs",
        "An excellent supplier understands the particular needs of each customer.",
        "We understand the particular needs of your company.",
        "优秀的供应商了解每位客户的特殊需要。",
        "我们了解贵公司的特殊需要。",
    ),
    (
        "empathy",
        "interest",
        "An excellent supplier has its customers’ best interests at heart.",
        "We have your best interests at heart.",
        "优秀的供应商把客户的利益放在心上。",
        "我们把您的利益放在心上。",
    ),
    (
        "tangibles",
        "goods",
        "Goods, packaging and vehicles of an excellent supplier look cared for.",
        "Our goods, packaging and vehicles look cared for.",
        "优秀供应商的商品、包装和车辆整洁美观。",
        "我们的商品、包装和车辆整洁美观。",
    ),
    (
        "tangibles",
        "papers",
        "Quotes, delivery notes and invoices of an excellent supplier are clear and complete.",
        "Our quotes, delivery notes and invoices are clear and complete.",
        "优秀供应商的报价单、送货单和发票清楚、完整。",
        "我们的报价单、送货单和发票清楚、完整。",
    ),
]


def _expected(page: int) -> list[dict]:
    return [
        asks(
            f"{item}-expected",
            "scale_7",
            expected,
            expected_zh,
            measure=dimension,
            aspect="expectation",
            ends=AGREE,
            page=page,
        )
        for dimension, item, expected, _met, expected_zh, _met_zh in ITEMS
    ]


def _met(page: int) -> list[dict]:
    return [
        asks(item, "scale_7", met, met_zh, measure=dimension, ends=AGREE, weight=1, page=page)
        for dimension, item, _expected, met, _expected_zh, met_zh in ITEMS
    ]


SERVQUAL = {
    "code": "servqual",
    "names": texts("Service quality: hoped for and met", "服务质量：期望与感知"),
    "audience": "customers",
    "introduction": texts(
        "First: what do you expect of an excellent supplier? Then: how do you find us? About five"
        " minutes.",
        "首先，您对优秀的供应商有什么期望？然后，您觉得我们做得怎么样？大约需要五分钟。",
    ),
    "thanks": texts(
        "Thank you. Where we fall short of what you expect, we will begin.",
        "谢谢您！我们将从尚未达到您期望的地方着手改进。",
    ),
    "source": texts(
        "Form after SERVQUAL: pairs of expectation and perception in five dimensions.\n"
        "A. Parasuraman, V. A. Zeithaml, L. L. Berry: SERVQUAL: a multiple-item scale for measuring"
        " consumer perceptions of service quality. Journal of Retailing 64 (1), 1988.\n"
        "Two pairs a dimension instead of 22 in all; the words are our own.",
        "形式参照 SERVQUAL：在五个维度上成对询问期望与感知。\n"
        "A. Parasuraman, V. A. Zeithaml, L. L. Berry: SERVQUAL: a multiple-item scale for measuring"
        " consumer perceptions of service quality. Journal of Retailing 64 (1), 1988。\n"
        "每个维度两对问题（原量表共二十二对），措辞为自行拟定。",
    ),
    "questions": [
        *_expected(page=1),
        *_met(page=2),
        asks(
            "overall",
            "scale_7",
            "All in all, how satisfied are you with our service?",
            "总体而言，您对我们的服务满意吗？",
            measure="overall",
            weight=1,
            is_required=True,
            page=3,
        ),
        words("better", "What should we do better?", "我们哪些方面应当做得更好？", page=3),
    ],
}
