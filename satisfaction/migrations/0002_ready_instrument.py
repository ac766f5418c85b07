"""A questionnaire to begin with: satisfaction with service quality, and recommendation.

The five dimensions are those of SERVQUAL (A. Parasuraman, V. A. Zeithaml, L. L. Berry, "SERVQUAL:
a multiple-item scale for measuring consumer perceptions of service quality", Journal of Retailing
64 (1), 1988), one question of our own words each; the question on recommendation has the form of
F. F. Reichheld, "The one number you need to grow", Harvard Business Review 81 (12), 2003.
"""

from django.db import migrations

CODE = "service-quality"
NAMES = {"en": "Satisfaction with service quality", "zh-hans": "服务质量满意度"}
INTRODUCTION = {
    "en": (
        "How satisfied are you with us? Eight short questions, about two minutes. Please answer"
        " for your company, as you see it: there is no right or wrong."
    ),
    "zh-hans": (
        "您对我们满意吗？共八个简短的问题，大约需要两分钟。"
        "请按您所在公司的实际感受作答，答案没有对错之分。"
    ),
}
THANKS = {
    "en": "Thank you. Your answers go to the people who can change something.",
    "zh-hans": "谢谢您！您的意见会送达能够做出改进的人。",
}
# (code and measure, English, Chinese), all on 5 points, of the same weight.
SATISFACTION = [
    ("overall", "All in all, how satisfied are you with us?", "总体而言，您对我们满意吗？"),
    (
        "reliability",
        "How satisfied are you with our reliability: promises kept, right the first time?",
        "您对我们的可靠性（信守承诺，一次就把事情做对）满意吗？",
    ),
    (
        "responsiveness",
        "How satisfied are you with our responsiveness: quick answers, willing help?",
        "您对我们的响应性（迅速回应，乐于帮助）满意吗？",
    ),
    (
        "assurance",
        "How satisfied are you with our assurance: people who know their work, whose word holds?",
        "您对我们的保证性（权威性），即员工是否专业、说话是否可信，满意吗？",
    ),
    (
        "empathy",
        "How satisfied are you with our empathy: knowing your business, caring what you need?",
        "您对我们的移情性（共鸣性），即是否了解贵公司的业务、关心您的需要，满意吗？",
    ),
    (
        "tangibles",
        "How satisfied are you with what can be seen and touched: goods, packaging, documents,"
        " premises?",
        "您对我们的有形性（确凿的证据），即商品、包装、单据、场所等看得见摸得着的方面，满意吗？",
    ),
]
RECOMMEND = {
    "en": "How likely is it that you would recommend us to a colleague or business partner?",
    "zh-hans": "您有多大可能把我们推荐给同事或业务伙伴？",
}
RECOMMEND_ENDS = {
    "low": {"en": "not at all likely", "zh-hans": "完全不可能"},
    "high": {"en": "extremely likely", "zh-hans": "极有可能"},
}
BETTER = {"en": "What should we do better?", "zh-hans": "我们哪些方面应当做得更好？"}


def questions() -> list[dict]:
    scales = [
        {
            "code": code,
            "kind": "scale_5",
            "measure": code,
            "weight": 1,
            "is_required": code == "overall",
            "page": 1,
            "texts": {"en": english, "zh-hans": chinese},
        }
        for code, english, chinese in SATISFACTION
    ]
    recommend = {
        "code": "recommend",
        "kind": "scale_10",
        "measure": "recommend",
        "page": 2,
        "texts": RECOMMEND,
        "ends": RECOMMEND_ENDS,
    }
    return [*scales, recommend, {"code": "better", "kind": "text", "page": 2, "texts": BETTER}]


def add(apps, schema_editor):
    instrument = apps.get_model("satisfaction", "Instrument").objects.create(
        code=CODE, names=NAMES, position=1
    )
    version = apps.get_model("satisfaction", "InstrumentVersion").objects.create(
        instrument=instrument, number=1, introduction=INTRODUCTION, thanks=THANKS
    )
    question = apps.get_model("satisfaction", "Question")
    question.objects.bulk_create(
        question(version=version, position=place, **values)
        for place, values in enumerate(questions(), start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("satisfaction", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
