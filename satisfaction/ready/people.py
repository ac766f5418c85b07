"""Our own staff, the inner links of the service-profit chain; and customers who left."""

from satisfaction.ready.building import AGREE, asks, if_answered, option, texts, words

# (measure, item, English, Chinese)
STAFF = [
    (
        "capability",
        "tools",
        "I have the tools and systems that I need to serve customers well.",
        "我具备服务好客户所需的工具和系统。",
    ),
    (
        "capability",
        "training",
        "I was trained for what customers ask of me.",
        "我接受过应对客户需求的培训。",
    ),
    (
        "capability",
        "latitude",
        "I may decide on the spot what puts a customer’s problem right.",
        "我有权当场决定如何解决客户的问题。",
    ),
    (
        "capability",
        "knowledge",
        "I get to know in time what I need to know about customers.",
        "我能及时了解客户的必要情况。",
    ),
    (
        "staff_satisfaction",
        "work",
        "I like my work here.",
        "我喜欢在这里的工作。",
    ),
    (
        "staff_satisfaction",
        "recognition",
        "Good service is noticed and appreciated here.",
        "在这里，优质的服务会得到认可和赞赏。",
    ),
    (
        "staff_satisfaction",
        "support",
        "My colleagues and my manager support me.",
        "同事和上级支持我。",
    ),
    (
        "staff_satisfaction",
        "stay",
        "I want to go on working here.",
        "我愿意继续在这里工作。",
    ),
    (
        "productivity",
        "flow",
        "I get my work done without needless detours.",
        "我能顺畅地完成工作，不走无谓的弯路。",
    ),
    (
        "productivity",
        "quality",
        "Little of my work has to be done twice.",
        "我的工作很少需要返工。",
    ),
    (
        "productivity",
        "teamwork",
        "Other departments give me in time what I need.",
        "其他部门能及时提供我所需要的支持。",
    ),
    (
        "delivering",
        "promises",
        "We can keep what we promise customers.",
        "我们能兑现对客户的承诺。",
    ),
    (
        "delivering",
        "solutions",
        "I can offer customers what really helps them.",
        "我能为客户提供真正有帮助的方案。",
    ),
    (
        "delivering",
        "worth",
        "Our customers get their money’s worth from us.",
        "客户从我们这里得到的物有所值。",
    ),
]
PAGES = {"capability": 1, "staff_satisfaction": 2, "productivity": 3, "delivering": 3}

EMPLOYEES = {
    "code": "employees",
    "names": texts("Employee survey", "员工调查"),
    "audience": "staff",
    "introduction": texts(
        "Can you serve customers the way you would like to? About four minutes. Please answer as"
        " you see it.",
        "您能按自己希望的方式服务客户吗？大约需要四分钟，请按您的真实感受作答。",
    ),
    "thanks": texts(
        "Thank you. What keeps you from serving customers well is ours to change.",
        "谢谢您！妨碍您服务好客户的地方，应由我们来改变。",
    ),
    "source": texts(
        "The inner links of the service-profit chain: capability, satisfaction, productivity,"
        " ability to deliver value.\n"
        "J. L. Heskett, T. O. Jones, G. W. Loveman, W. E. Sasser, L. A. Schlesinger: Putting the"
        " service-profit chain to work. Harvard Business Review 72 (2), 1994.\n"
        "The words are our own.",
        "服务利润链的内部环节：员工能力、员工满意、生产率、提供价值的能力。\n"
        "J. L. Heskett, T. O. Jones, G. W. Loveman, W. E. Sasser, L. A. Schlesinger: Putting the"
        " service-profit chain to work. Harvard Business Review 72 (2), 1994。\n"
        "措辞为自行拟定。",
    ),
    "questions": [
        *(
            asks(
                f"{measure.replace('_', '-')}-{item}",
                "scale_5",
                english,
                chinese,
                measure=measure,
                weight=1,
                ends=AGREE,
                page=PAGES[measure],
            )
            for measure, item, english, chinese in STAFF
        ),
        words(
            "hinders",
            "What most keeps you from serving customers well?",
            "最妨碍您服务好客户的是什么？",
            page=4,
        ),
    ],
}

# The values are those of the loss review (lifecycle), so that both can be held side by side.
REASONS = [
    option(
        "product",
        "Product: quality, range or price did not suit us",
        "产品：质量、品种或价格不合适",
    ),
    option(
        "service",
        "Service: delivery, advice or help after the sale",
        "服务：交付、咨询或售后支持",
    ),
    option("staff", "Staff: the people we dealt with", "员工：与我们打交道的人员"),
    option("image", "Image: how you are seen, and trust", "企业形象：声誉与信任"),
    option(
        "customer",
        "Customer: our own needs or our business changed",
        "顾客：我们自身的需求或业务发生了变化",
    ),
    option(
        "competitor",
        "Competitor: someone else offers us more",
        "竞争者：其他供应商给的条件更好",
    ),
    option(
        "social",
        "Social: laws, economy, or other circumstances",
        "社会：法规、经济形势等外部环境",
    ),
    option("other", "Other", "其他"),
]
OURS = ("product", "service", "staff", "image")

LEAVING = {
    "code": "leaving",
    "names": texts("Why did you leave?", "您为什么离开？"),
    "audience": "leavers",
    "introduction": texts(
        "You no longer buy from us. We would like to learn from it, and not to sell you anything."
        " Two minutes.",
        "您已不再向我们购买。我们想从中吸取教训，并非推销。只需两分钟。",
    ),
    "thanks": texts(
        "Thank you for your frankness, and for the time with us.",
        "感谢您的坦率，也感谢您曾与我们合作。",
    ),
    "source": texts(
        "F. F. Reichheld: Learning from customer defections. Harvard Business Review 74 (2),"
        " 1996.\nThe reasons are those of our own review of losses; the words are our own.",
        "F. F. Reichheld: Learning from customer defections. Harvard Business Review 74 (2),"
        " 1996。\n原因分类与本系统的流失分析一致，措辞为自行拟定。",
    ),
    "questions": [
        asks(
            "reasons",
            "several",
            "Why did you stop buying from us?",
            "您为什么不再向我们购买？",
            measure="leaving",
            options=REASONS,
            is_required=True,
        ),
        words(
            "fault",
            "What went wrong with us?",
            "我们哪里没有做好？",
            page=2,
            condition=if_answered("reasons", *OURS),
        ),
        words(
            "offered",
            "What do you get there that we did not offer?",
            "那里有什么是我们没有提供的？",
            page=2,
            condition=if_answered("reasons", "competitor"),
        ),
        asks(
            "back",
            "several",
            "What would bring you back?",
            "怎样才能让您回来？",
            page=2,
            options=[
                option("products", "Other or better products", "不同的或更好的产品"),
                option("price", "A better price", "更优惠的价格"),
                option("service", "Better service", "更好的服务"),
                option("contact", "Someone else to deal with", "换一位联系人"),
                option("mistake", "That a mistake is put right", "纠正曾经的失误"),
                option("nothing", "Nothing, for now", "暂时没有"),
            ],
        ),
        words(
            "return",
            "What would have to be different?",
            "具体需要有哪些不同？",
            page=2,
            condition=if_answered("back", "products", "price", "service", "contact", "mistake"),
        ),
    ],
}
