"""Short ones: the overall index, recommendation, effort, and after a complaint."""

from satisfaction.ready.building import AGREE, asks, ends, if_answered, option, texts, words

OVERALL_INDEX = {
    "code": "overall-index",
    "names": texts("Overall satisfaction index", "总体满意度指数"),
    "audience": "customers",
    "introduction": texts(
        "Three questions about all that you have had from us so far.",
        "关于您迄今为止与我们往来的全部体验，只有三个问题。",
    ),
    "thanks": texts(
        "Thank you. From these three comes the index by which we measure ourselves.",
        "谢谢您！这三个问题构成我们衡量自己的指数。",
    ),
    "source": texts(
        "Form of the American Customer Satisfaction Index: overall, against expectation, against"
        " the ideal; here the plain mean of the three, brought to 0–100.\n"
        "C. Fornell, M. D. Johnson, E. W. Anderson, J. Cha, B. E. Bryant: The American Customer"
        " Satisfaction Index: nature, purpose, and findings. Journal of Marketing 60 (4), 1996.\n"
        "The words are our own.",
        "采用美国顾客满意度指数（ACSI）的形式：总体、与期望相比、与理想相比；"
        "此处取三者的简单平均，换算为 0–100。\n"
        "C. Fornell, M. D. Johnson, E. W. Anderson, J. Cha, B. E. Bryant: The American Customer"
        " Satisfaction Index: nature, purpose, and findings. Journal of Marketing 60 (4), 1996。\n"
        "措辞为自行拟定。",
    ),
    "questions": [
        asks(
            "overall",
            "scale_10",
            "All in all, how satisfied are you with us?",
            "总体而言，您对我们满意吗？",
            measure="overall",
            weight=1,
            is_required=True,
            ends=ends(("very dissatisfied", "非常不满意"), ("very satisfied", "非常满意")),
        ),
        asks(
            "expected",
            "scale_10",
            "How far have we met your expectations?",
            "与您的期望相比，我们做得怎么样？",
            measure="expected",
            weight=1,
            ends=ends(("fallen far short", "远低于期望"), ("exceeded by far", "远超过期望")),
        ),
        asks(
            "ideal",
            "scale_10",
            "Imagine the ideal supplier. How close do we come to it?",
            "设想一家理想的供应商，我们离它有多近？",
            measure="ideal",
            weight=1,
            ends=ends(("very far from it", "相差很远"), ("very close to it", "非常接近")),
        ),
    ],
}

RECOMMENDATION = {
    "code": "recommendation",
    "names": texts("Recommendation (NPS)", "推荐意愿（NPS）"),
    "audience": "customers",
    "introduction": texts(
        "One question, and why. Half a minute.", "一个问题，以及原因。只需半分钟。"
    ),
    "thanks": texts(
        "Thank you. Your reasons go to those who can change something.",
        "谢谢您！您的理由会送达能够做出改进的人。",
    ),
    "source": texts(
        "F. F. Reichheld: The one number you need to grow. Harvard Business Review 81 (12), 2003.",
        "F. F. Reichheld: The one number you need to grow. Harvard Business Review 81 (12), 2003。",
    ),
    "questions": [
        asks(
            "recommend",
            "scale_10",
            "How likely is it that you would recommend us to a colleague or business partner?",
            "您有多大可能把我们推荐给同事或业务伙伴？",
            measure="recommend",
            is_required=True,
            ends=ends(("not at all likely", "完全不可能"), ("extremely likely", "极有可能")),
        ),
        words("why", "What is the main reason?", "主要原因是什么？", page=2),
        words(
            "better",
            "What would we have to do for a 9 or 10?",
            "我们要怎样做，您才会给出 9 分或 10 分？",
            page=2,
            condition=if_answered("recommend", *range(9)),
        ),
    ],
}

EFFORT = {
    "code": "effort",
    "names": texts("Customer effort (CES)", "客户费力度（CES）"),
    "audience": "customers",
    "introduction": texts(
        "How easy is it to deal with us? Less than a minute.",
        "与我们打交道容易吗？不到一分钟。",
    ),
    "thanks": texts(
        "Thank you. We will make easier what costs you effort.",
        "谢谢您！让您费力的地方，我们会设法变得更容易。",
    ),
    "source": texts(
        "M. Dixon, K. Freeman, N. Toman: Stop trying to delight your customers. Harvard Business"
        " Review 88 (7/8), 2010; on 7 points as in M. Dixon, N. Toman, R. DeLisi: The Effortless"
        " Experience. Portfolio, 2013.\nThe words are our own.",
        "M. Dixon, K. Freeman, N. Toman: Stop trying to delight your customers. Harvard Business"
        " Review 88 (7/8), 2010；七点量表参照 M. Dixon, N. Toman, R. DeLisi: The Effortless"
        " Experience. Portfolio, 2013。\n措辞为自行拟定。",
    ),
    "questions": [
        asks(
            "effort",
            "scale_7",
            "We make it easy for you to get done what you want from us.",
            "我们让您轻松办成想办的事。",
            measure="effort",
            weight=1,
            is_required=True,
            ends=AGREE,
        ),
        asks(
            "hard",
            "several",
            "What costs you effort?",
            "哪些环节让您费力？",
            options=[
                option("reach", "To reach the right person", "找到对的人"),
                option("order", "To order", "订货"),
                option("delivery", "Delivery and receipt", "交付与收货"),
                option("invoice", "Invoices and papers", "发票与单据"),
                option("complaint", "To have something put right", "解决出错的问题"),
                option("repeat", "To say the same more than once", "同一件事要反复说明"),
                option("other", "Something else", "其他"),
            ],
            page=2,
            condition=if_answered("effort", 1, 2, 3, 4, 5),
        ),
        words("easier", "What should be easier?", "哪些方面应当更容易？", page=2),
    ],
}

AFTER_COMPLAINT = {
    "code": "after-complaint",
    "names": texts("After a complaint", "投诉处理后回访"),
    "audience": "complainants",
    "introduction": texts(
        "You complained, and we have answered. Did we put it right? Three questions.",
        "您向我们投诉，我们已作出答复。问题解决得好吗？只有三个问题。",
    ),
    "thanks": texts(
        "Thank you. Where it is not right yet, we will get in touch.",
        "谢谢您！如果问题还没有解决好，我们会与您联系。",
    ),
    "source": texts(
        "That the handling of a complaint and satisfaction with the company are two things:"
        " S. S. Tax, S. W. Brown, M. Chandrashekaran: Customer evaluations of service complaint"
        " experiences. Journal of Marketing 62 (2), 1998; asked as ISO 10002:2018, 8.3 wants it.\n"
        "The words are our own.",
        "对投诉处理的满意与对企业的满意是两回事："
        "S. S. Tax, S. W. Brown, M. Chandrashekaran: Customer evaluations of service complaint"
        " experiences. Journal of Marketing 62 (2), 1998；"
        "按 ISO 10002:2018 第 8.3 条的要求询问。\n措辞为自行拟定。",
    ),
    "questions": [
        asks(
            "handling",
            "scale_5",
            "How satisfied are you with the way we handled your complaint?",
            "您对我们处理投诉的方式满意吗？",
            measure="handling",
            weight=1,
            is_required=True,
        ),
        asks(
            "overall",
            "scale_5",
            "And with us all in all, after that?",
            "经过这件事，总体而言您对我们满意吗？",
            measure="overall",
            weight=1,
        ),
        words(
            "better",
            "What should we have done better?",
            "我们本应在哪些方面做得更好？",
        ),
    ],
}
