"""The care that each tier is owed, to begin with; managers change it later."""

from django.db import migrations
from django.utils import timezone

# Action, days, ahead, sample in %, who, names. C has its own, B those of C too, A those of B too.
C = [
    ("file", 365, 30, None, "owner", "Complete the file", "补全客户资料"),
    ("news", 91, 14, None, "owner", "News mailing each quarter", "每季度发送资讯邮件"),
    ("call", 30, 10, 5, "owner", "Call in the monthly sample", "月度抽样回访电话"),
]
B = [
    *C,
    ("club", 180, 30, None, "owner", "Invite into the customer club", "邀请加入客户俱乐部"),
    ("contact", 60, 14, None, "owner", "Contact each 60 days", "每 60 天联系一次"),
]
A = [
    *B,
    ("representative", 30, 14, None, "owner", "Name a service representative", "指定客户服务代表"),
    ("visit", 91, 21, None, "owner", "Visit each quarter", "每季度拜访"),
    (
        "executive",
        365,
        45,
        None,
        "executive",
        "Visit by an executive each year",
        "每年一次高层拜访",
    ),
    (
        "report",
        182,
        30,
        None,
        "owner",
        "Business review report each half-year",
        "每半年业务回顾报告",
    ),
]


def add(apps, schema_editor):
    rule = apps.get_model("customers", "CareRule")
    rule.objects.bulk_create(
        rule(
            names={"en": english, "zh-hans": chinese},
            tier=tier,
            action=action,
            trigger="every",
            days=days,
            ahead_days=ahead,
            sample_percent=sample,
            who=who,
            position=place,
            since=timezone.localdate(),
        )
        for tier, rules in (("A", A), ("B", B), ("C", C))
        for place, (action, days, ahead, sample, who, english, chinese) in enumerate(rules, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_changes_by_triggers")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
