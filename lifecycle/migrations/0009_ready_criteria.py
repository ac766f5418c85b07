"""A scorecard to begin with; managers change texts and weights, add criteria and retire them.

Whatever is asked, 5 is the better for us. Purchase volume stands twice: much of it is potential,
and little of it a good bargaining position.
"""

from django.db import migrations

# A table of texts reads better with one entry a line.
# ruff: noqa: E501

# code, weight, computed from, English name, 1, 5, Chinese name, 1, 5
CRITERIA = {
    "attractiveness": [
        ("difference", 2, "", "Difference from other customers", "Like all others", "Stands out: a name, a need or a use of its own", "与其他客户的差异性", "与众多客户无异", "独特：知名度、需求或用途突出"),
        ("value-and-price", 2, "", "Value and price", "Buys by price alone", "Pays for value", "价值与价格", "只看价格", "愿为价值付费"),
        ("preferences", 1, "", "Preferences", "Wants what we don't have", "Wants just what we do best", "偏好", "想要的我们没有", "想要的正是我们的强项"),
        ("key-people", 2, "", "Access to key people", "Deciders unknown or closed to us", "Deciders see us when we ask", "接触关键人物", "决策者不明或不见我们", "决策者随时愿见我们"),
        ("buying-rules", 1, "", "Buying rules", "Rigid tenders, many gates", "Quick, open, few gates", "采购规则", "僵化招标、环节多", "快捷、公开、环节少"),
        ("ability", 3, "", "Our ability to meet its needs, against competitors'", "Competitors serve it better", "Nobody serves it as well as we", "相对竞争者满足其需求的能力", "竞争者做得更好", "没有人比我们做得更好"),
        ("industry-growth", 2, "", "Growth of its industry", "Shrinks", "Grows by more than 10 % a year", "所在行业的增长", "萎缩", "年增长超过 10 %"),
        ("segment-growth", 1, "", "Growth of its segment", "Shrinks", "Grows by more than 10 % a year", "所在细分市场的增长", "萎缩", "年增长超过 10 %"),
        ("share-change", 2, "", "Change of its share in its segment", "Loses share fast", "Gains share fast", "其市场份额的变化", "份额快速下降", "份额快速上升"),
    ],
    "potential": [
        ("volume", 3, "volume", "Volume", "12-month revenue in the lowest fifth of all customers", "12-month revenue in the top fifth", "采购量", "近 12 个月收入处于全部客户最低五分之一", "处于最高五分之一"),
        ("margin", 3, "margin", "Margin", "Margin in the lowest fifth", "Margin in the top fifth", "毛利率", "毛利率处于最低五分之一", "处于最高五分之一"),
    ],
    "relationship": [
        ("development-so-far", 2, "growth", "Development so far", "Its purchases from us fell most", "Its purchases from us grew most", "迄今的发展", "向我们的采购下降最多", "向我们的采购增长最多"),
        ("rhythm", 1, "rhythm", "Rhythm of purchases", "Buys now and then, without pattern", "Buys like a clockwork", "采购节奏", "时买时不买，无规律", "采购极有规律"),
        ("development-possible", 2, "", "Development possible", "As far as it can go", "Common projects, more sites or categories within reach", "未来发展的可能", "已到极限", "共同项目、更多网点或品类触手可及"),
    ],
    "bargaining": [
        ("purchase-volume", 2, "volume", "Purchase volume", "So large that it sets the terms", "Small beside our other customers", "采购规模", "规模大到由其定条件", "与其他客户相比较小"),
        ("alternatives", 2, "", "Alternatives", "Many suppliers offer the same", "Hardly anybody else can supply it", "可替代来源", "许多供应商可提供相同产品", "几乎没有别人能供货"),
        ("cost-of-a-deal", 1, "", "Cost of a deal", "Each order costs long talks", "Orders come by themselves", "交易成本", "每笔订单都要反复谈判", "订单自动而来"),
        ("switching-cost", 2, "", "Switching cost", "Changes supplier from one day to the next", "A change would cost it much", "转换成本", "可随时更换供应商", "更换供应商代价很大"),
        ("cost-to-serve", 2, "", "Cost to serve", "Far above the usual", "Far below the usual", "服务成本", "远高于一般", "远低于一般"),
        ("price-pressure", 2, "", "Inclination to press the price", "Presses at every order", "Hardly talks about price", "压价倾向", "每次订单都压价", "很少谈价格"),
    ],
    "fit": [
        ("complementary", 2, "", "Complementary", "Strengths of both are the same", "Each has what the other lacks", "互补", "双方优势雷同", "各有对方所缺"),
        ("cohesive", 1, "", "Cohesive", "Aims pull apart", "Aims pull together", "内聚", "目标相背", "目标一致"),
        ("win-win", 2, "", "Win-win", "One gains what the other loses", "Both gain", "双赢", "一方所得即另一方所失", "双方都获益"),
        ("balanced", 1, "", "Balanced", "One depends on the other", "Equals who need each other", "平衡", "一方依附于另一方", "平等且互相需要"),
        ("compatible", 1, "", "Compatible", "Ways of working clash", "Ways of working match", "相容", "工作方式冲突", "工作方式合拍"),
        ("consistent", 1, "", "Consistent", "Says one thing and does another", "Keeps to what it says", "一致", "言行不一", "言行一致"),
        ("willing", 2, "", "Willing to cooperate", "Wants a supplier, no partner", "Seeks cooperation itself", "合作意愿", "只要供应商，不要伙伴", "主动寻求合作"),
        ("channel-coverage", 1, "", "Channel coverage", "Reaches no market that matters to us", "Opens markets that we don't reach", "渠道覆盖", "不覆盖我们看重的市场", "能打开我们到不了的市场"),
        ("business-capability", 1, "", "Business capability", "Poorly run", "Very well run", "经营能力", "经营不善", "经营出色"),
        ("finance-and-logistics", 1, "", "Finance and logistics", "Pays late, takes goods badly", "Pays early, takes goods smoothly", "财务与物流", "付款拖延、收货不畅", "付款及时、收货顺畅"),
        ("local-relations", 1, "", "Local relations", "Unknown where it works", "Well connected where it works", "当地关系", "在当地无人脉", "在当地人脉深厚"),
    ],
}  # fmt: skip


def add(apps, schema_editor):
    criterion = apps.get_model("lifecycle", "Criterion")
    criterion.objects.bulk_create(
        criterion(
            code=f"{part}-{code}"[:40],
            part=part,
            position=place,
            weight=weight,
            computed=computed,
            names={"en": english, "zh-hans": chinese},
            helps={"en": {"1": low, "5": high}, "zh-hans": {"1": low_zh, "5": high_zh}},
        )
        for part, rows in CRITERIA.items()
        for place, (code, weight, computed, english, low, high, chinese, low_zh, high_zh)
        in enumerate(rows, start=1)
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0008_assessment_total")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
