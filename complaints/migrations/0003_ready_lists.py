"""Categories, root causes and policies to begin with; managers change them later."""

from django.db import migrations

CATEGORIES = [
    ("product", "Product", "产品"),
    ("service", "Service", "服务"),
    ("staff", "Staff", "员工"),
    ("image", "Image", "企业形象"),
    ("price", "Price and terms", "价格与条款"),
    ("delivery", "Delivery and installation", "交付与安装"),
    ("order", "Order handling and invoice", "订单处理与发票"),
    ("repair", "Repair and breakdown", "维修与故障"),
    ("other", "Other", "其他"),
]
ROOT_CAUSES = [
    ("design", "Design or specification", "设计或规格"),
    ("material", "Material or supplier", "材料或供应商"),
    ("making", "Manufacturing or picking", "生产或拣货"),
    ("transport", "Transport or carrier", "运输或承运商"),
    ("process", "Our process", "流程"),
    ("people", "Training or attention", "培训或疏忽"),
    ("information", "Wrong or missing information", "信息错误或缺失"),
    ("capacity", "Too little capacity or stock", "产能或库存不足"),
    ("system", "Computer system", "信息系统"),
    ("use", "Use by the customer", "客户使用方式"),
    ("unknown", "Not found", "未查明"),
]
HOUR = 60
FIRST_RESPONSE = {"A": 2, "B": 4, "C": 8}
RESOLUTION = {"critical": 8, "major": 24, "moderate": 40, "minor": 80}


def policies() -> list[dict]:
    """Business hours by tier and severity; tier A halves the resolution."""
    return [
        {
            "tier": tier,
            "severity": severity,
            "acknowledge": 2 * HOUR,
            "first_response": response * HOUR,
            "resolution": resolution * HOUR // (2 if tier == "A" else 1),
        }
        for tier, response in FIRST_RESPONSE.items()
        for severity, resolution in RESOLUTION.items()
    ]


def add(apps, schema_editor):
    for model, rows in (("Category", CATEGORIES), ("RootCause", ROOT_CAUSES)):
        apps.get_model("complaints", model).objects.bulk_create(
            apps.get_model("complaints", model)(
                code=code, names={"en": english, "zh-hans": chinese}, position=place
            )
            for place, (code, english, chinese) in enumerate(rows, start=1)
        )
    policy = apps.get_model("complaints", "Policy")
    policy.objects.bulk_create(
        policy(position=place, **row) for place, row in enumerate(policies(), start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_chain_of_events")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
