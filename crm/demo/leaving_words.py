"""What the demo company learned from customers who left, in both languages.

Each entry is (Chinese, English); which one is taken goes by the customer.
"""

# A table of texts reads better with one entry a line.
# ruff: noqa: E501

# By reason, with how often it is the reason, in percent.
LEARNED = {
    "staff": (32, (
        ("三个月没有人联系，换了采购之后对方不知道找谁", "Nobody called for three months; after their buyer changed they did not know whom to ask"),
        ("两次报价都晚了一周才回，对方觉得我们不在乎", "Two offers came a week late: they felt that we did not care"),
        ("客户经理更换时没有当面交接", "When the account manager changed, nobody introduced the new one"),
    )),
    "service": (22, (
        ("投诉拖了四十天才解决，对方在第二周就询了别家", "A complaint took forty days; they asked elsewhere in the second week"),
        ("交期说了又改，生产线停了半天", "The delivery day was moved twice, and their line stood for half a day"),
    )),
    "competitor": (16, (
        ("对手给出全年框架价，低百分之六", "A frame price for the year, six percent below ours"),
        ("对手派工程师驻场三周", "The other supplier had an engineer on site for three weeks"),
    )),
    "product": (10, (
        ("新规格我们没有货，也没有说什么时候有", "We did not have the new size, nor did we say when"),
        ("一批轴承返工两次", "One batch of bearings came back twice"),
    )),
    "customer": (9, (
        ("工厂搬到外省，采购归总部", "The plant moved to another region; headquarters buys now"),
        ("停产，厂房出租", "Production ended and the hall is let"),
    )),
    "social": (4, (
        ("新厂长与另一家供应商是同学", "The new plant manager went to school with another supplier"),
    )),
    "image": (3, (
        ("听说我们要退出这个品类，其实没有", "Had heard that we leave this range, which is not true"),
    )),
    "other": (4, (
        ("没有说明原因", "Gave no reason"),
    )),
}  # fmt: skip
MARKED = (
    ("采购经理电话里说合同不再续签", "The purchasing manager said on the phone that the contract is not renewed"),
    ("来信通知已更换供应商", "Wrote that they have changed the supplier"),
    ("走访时看到仓库里全是别家的货", "On a visit the store was full of other suppliers' goods"),
)  # fmt: skip
NO_DANGER = (
    ("在搬仓库，下月恢复订货", "Moves its store; orders again next month"),
    ("年度大修已提前备货", "Stocked up before the yearly overhaul"),
    ("采购休产假，代理人已联系上", "Their buyer is on leave; we know who stands in"),
)  # fmt: skip
# Measure, what is done (Chinese, English), what it should change, days until due, the result.
ACTIONS = (
    ("staff", ("客户经理更换时，新旧两人一起上门交接", "Old and new account manager call on the customer together"), ("交接后三个月内不再流失客户", "No customer is lost within three months of a handover"), 35, ""),
    ("service", ("报价两个工作日内回复，超时提醒组长", "Offers within two business days; the team lead is told when one is late"), ("报价慢不再成为流失原因", "Late offers are a reason of losses no more"), -12, ""),
    ("staff", ("甲类客户每月至少一次主动联系", "Call every customer of tier A at least once a month"), ("无人联系的预警减半", "Half as many signals of no contact"), -60, "执行四个月，无人联系的预警减少三分之一 / After four months a third fewer signals"),
    ("product", ("补齐常用规格轴承的安全库存", "Safety stock of the usual sizes of bearings"), ("不再因缺货丢单", "No order is lost for want of stock"), 70, ""),
    ("management", ("每月复盘流失客户，部门经理参加", "Review lost customers each month, with the heads of department"), ("每个流失都有原因", "Every loss has a reason"), -90, "已形成例会 / A meeting each first Monday"),
    ("alliance", ("邀请三家核心客户参与新品选型", "Ask three key customers to choose new products with us"), ("核心客户提前半年告知需求", "Key customers tell their needs half a year ahead"), 110, ""),
    ("innovation", ("网上查看订单进度", "Show the progress of orders online"), ("催货电话减半", "Half as many calls about deliveries"), 20, ""),
)  # fmt: skip
