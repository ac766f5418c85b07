"""Where customers meet us, to begin with; managers change it later."""

from django.db import migrations

TOUCHPOINTS = [
    ("quote", "Quote", "报价"),
    ("order", "Order", "订单"),
    ("delivery", "Delivery", "交付"),
    ("installation", "Installation", "安装"),
    ("invoice", "Invoice", "发票"),
    ("hotline", "Hotline", "服务热线"),
    ("repair", "Repair", "维修"),
    ("visit", "Visit", "拜访"),
    ("website", "Website", "网站"),
]


def add(apps, schema_editor):
    touchpoint = apps.get_model("customers", "Touchpoint")
    touchpoint.objects.bulk_create(
        touchpoint(code=code, names={"en": english, "zh-hans": chinese}, position=place)
        for place, (code, english, chinese) in enumerate(TOUCHPOINTS, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_touchpoints_and_new_origins")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
