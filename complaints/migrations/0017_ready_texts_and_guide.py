"""Ready texts and a handling guide to begin with; managers change them later."""

from django.db import migrations

# Code, form that offers it, severity, kind, names and texts in English and Chinese.
TEXTS = [
    (
        "received",
        "acknowledge",
        "",
        "complaint",
        ("We have it", "已收到"),
        (
            "Dear {contact},\n\nthank you for telling us. Your complaint about “{title}” is with us"
            " as {reference}. {owner} looks after it and will come back to you. We mean to have it"
            " settled by {deadline}.\n\n{company}",
            "{contact}，您好！\n\n感谢您告诉我们。您关于“{title}”的投诉已受理，编号 {reference}。"
            "负责人为 {owner}，会与您联系。我们计划在 {deadline} 之前解决。\n\n{company}",
        ),
    ),
    (
        "received-grave",
        "acknowledge",
        "critical",
        "complaint",
        ("We have it: critical", "已收到：紧急"),
        (
            "Dear {contact},\n\nwe know how serious this is. {reference} has gone to our managers at"
            " once, and {owner} works on it now. Please leave everything as it is where people could"
            " be hurt; you hear from us today.\n\n{company}",
            "{contact}，您好！\n\n我们明白此事的严重性。{reference} 已立即上报管理层，"
            "{owner} 正在处理。如有可能伤及人员，请保持现场原状；我们今天就会与您联系。\n\n{company}",
        ),
    ),
    (
        "request-received",
        "acknowledge",
        "",
        "request",
        ("Your request is with us", "请求已收到"),
        (
            "Dear {contact},\n\nyour request “{title}” is with us as {reference}. {owner} takes care"
            " of it by {deadline}.\n\n{company}",
            "{contact}，您好！\n\n您的请求“{title}”已收到，编号 {reference}。"
            "{owner} 将在 {deadline} 之前办理。\n\n{company}",
        ),
    ),
    (
        "more-needed",
        "reply",
        "",
        "",
        ("We need something from you", "需要您提供资料"),
        (
            "Dear {contact},\n\nto find out what went wrong with {reference} we need your help:"
            " please send us a picture and the number on the label. As soon as it is here we go on"
            " at once.\n\n{owner}",
            "{contact}，您好！\n\n为查明 {reference} 的原因，需要您的协助："
            "请发来照片以及标签上的编号。收到后我们立即继续处理。\n\n{owner}",
        ),
    ),
    (
        "still-at-it",
        "reply",
        "",
        "",
        ("We are still at it", "仍在处理"),
        (
            "Dear {contact},\n\nwe have not forgotten {reference}. We are still looking for the cause"
            " and will tell you by {deadline} what we have found and what we do about it.\n\n{owner}",
            "{contact}，您好！\n\n我们没有忘记 {reference}。原因仍在查找之中，"
            "我们会在 {deadline} 之前告诉您查到了什么、怎么处理。\n\n{owner}",
        ),
    ),
    (
        "our-proposal",
        "propose",
        "",
        "complaint",
        ("What we propose", "我们的方案"),
        (
            "Dear {contact},\n\nwe are sorry for what happened with {order}. We propose to put it"
            " right by: {remedy}. Does this settle it for you? A word is enough; if not, tell us"
            " what would.\n\n{owner}",
            "{contact}，您好！\n\n对于 {order} 发生的问题，我们深表歉意。"
            "我们建议的补救措施：{remedy}。这样能否解决您的问题？请回复一声；"
            "如果不能，请告诉我们怎样才行。\n\n{owner}",
        ),
    ),
    (
        "settled",
        "resolve",
        "",
        "complaint",
        ("It is settled", "已解决"),
        (
            "Dear {contact},\n\n{reference} is settled: {remedy}. We are sorry for the trouble, and"
            " we change what led to it. If anything is left open, answer this message and we go"
            " on.\n\n{owner}, {company}",
            "{contact}，您好！\n\n{reference} 已解决：{remedy}。给您添了麻烦，我们深表歉意，"
            "并会改正造成问题的原因。如还有未尽之处，请直接回复，我们会继续处理。\n\n{owner}，{company}",
        ),
    ),
    (
        "done",
        "resolve",
        "",
        "request",
        ("It is done", "已办妥"),
        (
            "Dear {contact},\n\nwhat you asked for in {reference} is done. If anything is missing,"
            " answer this message.\n\n{owner}, {company}",
            "{contact}，您好！\n\n您在 {reference} 中的请求已办妥。如有遗漏，请直接回复。"
            "\n\n{owner}，{company}",
        ),
    ),
    (
        "not-ours",
        "reject",
        "",
        "complaint",
        ("We can't agree", "无法同意"),
        (
            "Dear {contact},\n\nwe have looked into {reference} with care. We can't take it on us,"
            " and we owe you the reason: … We know that this is not what you hoped for. Below you"
            " find what you can do if you see it otherwise.\n\n{owner}, {company}",
            "{contact}，您好！\n\n我们认真核查了 {reference}。我们无法承担责任，理由如下：……"
            "我们知道这不是您期望的答复。如果您有不同意见，可以采取的办法见下文。"
            "\n\n{owner}，{company}",
        ),
    ),
]
GUIDE = [
    (
        "principles",
        ("Principles", "原则"),
        (
            "A complaint is a gift: of many who are unhappy, one speaks. Thank for it and mean it.\n\n"
            "One person stays with the customer to the end. Nobody has to tell the story twice.\n\n"
            "First the person, then the matter, then the money.\n\n"
            "Say what happens next and by when, and say it before they ask. If it gets later, call"
            " before the day, not after it.\n\n"
            "Decide on the spot what you may decide. What you may not, pass on with your own"
            " proposal.\n\n"
            "Look for the cause, not for the guilty.",
            "投诉是礼物：许多人不满意，只有一个人开口。感谢他，而且是真心的。\n\n"
            "由一个人陪客户到底，不让客户把同一件事讲两遍。\n\n"
            "先顾人，再顾事，最后才谈钱。\n\n"
            "主动告诉客户下一步做什么、什么时候做。如要推迟，在期限之前打电话，而不是之后。\n\n"
            "权限之内的，当场决定；权限之外的，带着自己的建议上报。\n\n"
            "找原因，不找替罪羊。",
        ),
    ),
    (
        "prepare",
        ("How to prepare oneself", "如何做好准备"),
        (
            "Read the case, the earlier ones and the last contacts before you call.\n\n"
            "Know three things: what was promised, what was delivered, what you may offer.\n\n"
            "Sit or stand upright, breathe out once, and slow down. A calm voice is half of it.\n\n"
            "Have pen, order and calendar at hand. Choose a time at which you won't be"
            " interrupted.\n\n"
            "Afterwards take two minutes for yourself before the next call.",
            "打电话之前，先看这个个案、以往的个案和最近的往来记录。\n\n"
            "心中有三件事：承诺了什么，交付了什么，我能给什么。\n\n"
            "坐直或站直，深呼一口气，放慢语速。平静的声音就解决了一半。\n\n"
            "笔、订单、日历放在手边，选一个不会被打断的时间。\n\n"
            "结束后给自己两分钟，再接下一个电话。",
        ),
    ),
    (
        "never",
        ("What never to say or do", "绝不能说、不能做"),
        (
            "Never: “That can't be.” – “You are the first to complain.” – “That is not my"
            " department.” – “You should have read the instructions.” – “Calm down.”\n\n"
            "Never blame a colleague, a supplier or the customer.\n\n"
            "Never promise what somebody else has to keep without asking that person first.\n\n"
            "Never interrupt, never argue about feelings, never type while somebody is crying.\n\n"
            "Never admit liability for injury or great damage on the phone: help at once, write down"
            " the facts, and get a manager.",
            "不说：“不可能。”“您是第一个投诉的。”“这不归我管。”“您应该先看说明书。”“您冷静点。”\n\n"
            "不把责任推给同事、供应商或客户。\n\n"
            "没有问过别人，不替别人许诺。\n\n"
            "不打断，不争论感受，对方难过时不敲键盘。\n\n"
            "涉及人身伤害或重大损失，不在电话里承认法律责任：先帮忙，记下事实，请经理出面。",
        ),
    ),
    (
        "angry",
        ("How to meet the angry", "如何面对愤怒的客户"),
        (
            "Let them finish. Anger needs about two minutes; every interruption starts it anew.\n\n"
            "Name it without judging: “I hear that this has cost you a day, and that you are angry"
            " about it.”\n\n"
            "Say you are sorry for what they went through. That is no admission of guilt.\n\n"
            "Then ask one small question of fact. Facts bring people back to the ground.\n\n"
            "End with one step that you take yourself, today, with a time.",
            "让对方说完。怒气大约需要两分钟，每打断一次就重新开始。\n\n"
            "说出来而不评判：“我听到了，这件事耽误了您一天，您很生气。”\n\n"
            "为对方的遭遇表示歉意，这并不等于认错。\n\n"
            "然后问一个很小的事实问题，事实能让人平静下来。\n\n"
            "最后给出一个自己今天就做的步骤，并说明时间。",
        ),
    ),
    (
        "talkative",
        ("How to meet the talkative", "如何面对健谈的客户"),
        (
            "Give a minute of real attention; it saves ten.\n\n"
            "Take the next pause, say the name and sum up: “Mr Hill, so two pallets were wet and you"
            " need them by Friday. Is that it?”\n\n"
            "Ask questions that can be answered with a number, a day or yes.\n\n"
            "Say at the start how much time you have, and close with what you do next.",
            "给一分钟真正的倾听，可以省下十分钟。\n\n"
            "抓住下一个停顿，称呼对方并小结：“张先生，也就是两托货受潮，周五前要用，对吗？”\n\n"
            "问可以用数字、日期或“是”来回答的问题。\n\n"
            "一开始就说明自己有多少时间，最后说明下一步做什么。",
        ),
    ),
    (
        "threatening",
        ("How to meet the threatening", "如何面对威胁的客户"),
        (
            "Stay polite and short. Neither give in nor strike back.\n\n"
            "With press, lawyer or authority: “That is your right. Here is what I can do for you"
            " now.” Treat the case no better and no worse for it, and tell your manager the same"
            " hour.\n\n"
            "With violence or insult: say once that you end the talk if it goes on; then end it."
            " Write down time and words, and tell a manager at once. Nobody has to bear this"
            " alone.",
            "礼貌而简短，既不屈服，也不反击。\n\n"
            "对方提到媒体、律师或主管部门：“这是您的权利。我现在能为您做的是……”"
            "不因此厚待，也不因此亏待，并在一小时之内告诉经理。\n\n"
            "对方以暴力相威胁或辱骂：说明一次，如继续就结束谈话；然后就结束。"
            "记下时间和原话，立即告诉经理。没有人需要独自承受。",
        ),
    ),
    (
        "expert",
        ("How to meet the expert complainer", "如何面对专业投诉者"),
        (
            "They know the rules, the law and your last three answers. Take them as the best test"
            " that your case can get.\n\n"
            "Only facts, in writing, with dates and numbers. Promise nothing that you would not give"
            " to everybody.\n\n"
            "Look at the earlier cases: is it the same again? Then the cause is ours. Is it a"
            " pattern of claims? Then tell a manager and show both side by side.\n\n"
            "One person, one file, one line of argument; answer every point once.",
            "他们熟悉规则、法律，也记得你上三次的答复。把他们当作对个案最好的检验。\n\n"
            "只讲事实，书面写明日期和数字。不给别人给不了的承诺。\n\n"
            "看看以往的个案：是同样的问题再次发生吗？那原因在我们。"
            "是一连串的索赔吗？那就告诉经理，并把它们放在一起看。\n\n"
            "一个人、一份档案、一个口径；每一点只回答一次。",
        ),
    ),
]


def in_both(pair: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("en", "zh-hans"), pair, strict=True))


def add(apps, schema_editor):
    canned = apps.get_model("complaints", "CannedText")
    canned.objects.bulk_create(
        canned(
            code=code,
            use=use,
            severity=severity,
            kind=kind,
            names=in_both(names),
            texts=in_both(texts),
            position=place,
        )
        for place, (code, use, severity, kind, names, texts) in enumerate(TEXTS, start=1)
    )
    guide = apps.get_model("complaints", "GuideEntry")
    guide.objects.bulk_create(
        guide(code=code, names=in_both(names), texts=in_both(texts), position=place)
        for place, (code, names, texts) in enumerate(GUIDE, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0016_next_response_and_changes_of_terms")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
