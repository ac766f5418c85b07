"""What the demo company sells: about 120 products in ten categories.

Names are bilingual, as in the item master of a firm that invoices in two languages. Costs of some
families are not known to the ERP (bought ad hoc, or work of our own people).
"""

# A table of texts reads better with one entry a line.
# ruff: noqa: E501

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Family:
    """Products that differ by size: the price grows by `step` from one to the next."""

    category: str
    prefix: str
    english: str
    chinese: str
    sizes: str
    price: float
    step: float
    pack: int  # sold in multiples of
    margin: float | None  # of the list price; None: cost not known


FASTENERS = "Fasteners 紧固件"
BEARINGS = "Bearings 轴承"
SENSORS = "Sensors 传感器"
SAFETY = "Safety equipment 劳保安全"
CUTTING = "Cutting tools 切削刀具"
LUBRICANTS = "Lubricants 润滑化学品"
MEASURING = "Measuring instruments 测量仪器"
ELECTRICAL = "Electrical 电气元件"
PACKAGING = "Packaging 包装耗材"
SERVICE = "Service contracts 服务合同"
CATEGORIES = (
    FASTENERS, BEARINGS, SENSORS, SAFETY, CUTTING, LUBRICANTS, MEASURING, ELECTRICAL, PACKAGING,
    SERVICE,
)  # fmt: skip

_FAMILIES = [
    Family(FASTENERS, "FS-HB", "Hex bolt A2, box of 100", "不锈钢六角螺栓（100只/盒）",
           "M5x20 M6x25 M8x30 M10x40 M12x50 M16x60", 11.8, 1.52, 5, 0.34),
    Family(FASTENERS, "FS-SC", "Socket cap screw 12.9, box of 200", "内六角圆柱头螺钉（200只/盒）",
           "M4x16 M5x20 M6x20 M8x25 M10x30", 14.5, 1.38, 5, 0.36),
    Family(FASTENERS, "FS-NL", "Lock nut DIN 985, box of 500", "尼龙锁紧螺母（500只/盒）",
           "M5 M6 M8 M10", 16.0, 1.45, 5, 0.38),
    Family(FASTENERS, "FS-AN", "Chemical anchor set", "化学锚栓套装", "M10 M12 M16", 38.0, 1.4, 1, 0.31),
    Family(BEARINGS, "BR-DG", "Deep groove ball bearing", "深沟球轴承",
           "6203-2RS 6204-2RS 6205-2RS 6206-2RS 6208-2Z 6310-2Z", 3.9, 1.46, 10, 0.29),
    Family(BEARINGS, "BR-AC", "Angular contact bearing", "角接触球轴承",
           "7204B 7206B 7208B 7210C", 24.0, 1.5, 2, 0.31),
    Family(BEARINGS, "BR-LG", "Linear guide block", "直线导轨滑块", "HG15 HG20 HG25 HG35", 31.0, 1.42, 2, 0.27),
    Family(BEARINGS, "BR-TB", "Timing belt HTD", "同步带 HTD", "5M-450 5M-600 8M-800 8M-1200", 12.5, 1.55, 1, 0.36),
    Family(SENSORS, "SN-IP", "Inductive proximity switch", "电感式接近开关",
           "M8-PNP M12-PNP M18-PNP M30-NPN", 36.0, 1.28, 1, 0.41),
    Family(SENSORS, "SN-PH", "Photoelectric sensor", "光电传感器",
           "300mm 1m 5m 20m", 62.0, 1.35, 1, 0.42),
    Family(SENSORS, "SN-PT", "Pressure transmitter 4-20 mA", "压力变送器 4-20 mA",
           "10bar 40bar 250bar", 148.0, 1.3, 1, 0.39),
    Family(SENSORS, "SN-TC", "Thermocouple type K", "K型热电偶", "1.5mm 3mm 6mm", 27.0, 1.3, 1, 0.45),
    Family(SAFETY, "SF-GL", "Cut-resistant gloves, 12 pairs", "防割手套（12双）", "S M L XL", 41.0, 1.02, 1, 0.37),
    Family(SAFETY, "SF-HE", "Safety helmet EN 397", "安全帽", "white yellow blue", 13.5, 1.0, 10, 0.33),
    Family(SAFETY, "SF-SH", "Safety shoes S3", "防砸安全鞋", "39 41 43 45", 54.0, 1.01, 1, 0.30),
    Family(SAFETY, "SF-EY", "Safety glasses, box of 10", "护目镜（10副）", "clear tinted", 29.0, 1.12, 1, 0.44),
    Family(CUTTING, "CT-EM", "Carbide end mill, 4 flutes", "硬质合金立铣刀 四刃",
           "D4 D6 D8 D10 D12 D16", 17.5, 1.42, 1, 0.35),
    Family(CUTTING, "CT-IN", "Turning insert, box of 10", "车削刀片（10片/盒）",
           "CNMG120408 DNMG150608 WNMG080408 TNMG160404", 58.0, 1.08, 1, 0.32),
    Family(CUTTING, "CT-DR", "Solid carbide drill", "整体硬质合金钻头", "5.0 6.8 8.5 10.2 12.0", 32.0, 1.3, 1, 0.34),
    Family(CUTTING, "CT-GW", "Grinding wheel", "砂轮", "150x20 200x25 300x40", 19.0, 1.7, 2, 0.40),
    Family(LUBRICANTS, "LU-HY", "Hydraulic oil HLP 46", "46号抗磨液压油", "20L 60L 208L", 78.0, 2.7, 1, 0.22),
    Family(LUBRICANTS, "LU-GR", "Lithium grease EP2", "锂基润滑脂 EP2", "400g 5kg 18kg", 6.2, 5.1, 4, 0.30),
    Family(LUBRICANTS, "LU-CU", "Cutting fluid concentrate", "切削液浓缩液", "20L 208L", 118.0, 8.6, 1, 0.28),
    Family(LUBRICANTS, "LU-CL", "Industrial cleaner", "工业清洗剂", "5L 20L", 24.0, 3.2, 2, 0.42),
    Family(MEASURING, "MI-CA", "Digital caliper", "数显卡尺", "150mm 200mm 300mm", 89.0, 1.34, 1, 0.36),
    Family(MEASURING, "MI-MM", "Micrometer", "外径千分尺", "0-25 25-50 50-75", 112.0, 1.22, 1, 0.37),
    Family(MEASURING, "MI-HG", "Height gauge", "高度规", "300mm 600mm", 640.0, 1.6, 1, 0.29),
    Family(MEASURING, "MI-RT", "Surface roughness tester", "表面粗糙度仪", "R100 R220", 1480.0, 1.7, 1, 0.26),
    Family(MEASURING, "MI-GB", "Gauge block set", "量块套装", "32pc 87pc 112pc", 420.0, 1.65, 1, None),
    Family(ELECTRICAL, "EL-CT", "Contactor", "交流接触器", "9A 18A 32A 65A", 21.0, 1.55, 1, 0.30),
    Family(ELECTRICAL, "EL-VF", "Frequency inverter", "变频器", "0.75kW 1.5kW 4kW 7.5kW", 165.0, 1.42, 1, 0.24),
    Family(ELECTRICAL, "EL-PS", "DIN rail power supply 24 V", "导轨开关电源 24V", "60W 120W 240W", 38.0, 1.5, 1, 0.33),
    Family(ELECTRICAL, "EL-CB", "Control cable, 100 m", "控制电缆（100米）", "2x0.75 4x1.0 12x1.0", 84.0, 1.75, 1, 0.19),
    Family(PACKAGING, "PK-SF", "Stretch film 23 my, 6 rolls", "缠绕膜（6卷）", "450mm 500mm", 46.0, 1.1, 1, 0.21),
    Family(PACKAGING, "PK-TP", "Packing tape, 36 rolls", "封箱胶带（36卷）", "48mm 72mm", 52.0, 1.35, 1, 0.24),
    Family(PACKAGING, "PK-CT", "Carton, double wall, 20 pieces", "双瓦楞纸箱（20只）",
           "300x200 400x300 600x400", 22.0, 1.45, 5, None),
    Family(PACKAGING, "PK-PL", "Pallet, heat-treated", "熏蒸托盘", "800x1200 1000x1200", 19.5, 1.15, 10, 0.17),
    Family(SERVICE, "SV-CA", "Calibration service, a year", "年度校准服务", "basic plus full", 980.0, 1.85, 1, None),
    Family(SERVICE, "SV-MT", "Maintenance contract, a year", "年度维护合同", "basic full", 2400.0, 1.9, 1, None),
]  # fmt: skip

# What each industry buys: weights of the categories in their order above, service apart.
AFFINITY = {
    "machinery": [5, 8, 6, 2, 7, 4, 4, 5, 1],
    "automotive": [7, 6, 4, 3, 6, 4, 3, 3, 2],
    "electronics": [3, 2, 8, 3, 1, 2, 6, 8, 4],
    "metal": [4, 3, 1, 5, 9, 6, 5, 2, 2],
    "food": [1, 4, 3, 6, 0.3, 5, 1, 3, 8],
    "chemicals": [2, 3, 5, 7, 0.5, 4, 3, 4, 4],
    "packaging": [2, 5, 4, 3, 1, 4, 1, 4, 6],
    "textiles": [1, 7, 3, 3, 0.5, 6, 1, 5, 5],
    "medical": [2, 1, 5, 6, 3, 1, 8, 3, 5],
    "energy": [5, 4, 6, 5, 1, 4, 4, 8, 1],
    "construction": [9, 1, 0.5, 9, 3, 2, 2, 5, 1],
    "logistics": [1, 2, 2, 6, 0.3, 3, 0.5, 2, 9],
}


COLUMNS = ["code", "name", "category", "price", "pack", "cost", "english", "chinese"]


def products() -> pd.DataFrame:
    """One row a product: code, name, category, price, pack, cost (NaN where not known), spoken names."""
    rows = []
    for family in _FAMILIES:
        for place, size in enumerate(family.sizes.split()):
            price = _tidy(family.price * family.step**place)
            cost = np.nan if family.margin is None else round(price * (1 - family.margin), 4)
            name = f"{family.english} {size} {family.chinese}"
            code = f"{family.prefix}-{size.upper().replace('.', '')}"
            # As people say them: without the pack.
            words = (
                f"{family.english.split(',')[0]} {size}",
                f"{family.chinese.split('（')[0]} {size}",
            )
            rows.append((code, name, family.category, price, family.pack, cost, *words))
    return pd.DataFrame(rows, columns=COLUMNS)


def _tidy(price: float) -> float:
    """Prices as price lists have them: three figures, ending in 0, 5 or 9."""
    magnitude = 10 ** (np.floor(np.log10(price)) - 1)
    unit = magnitude / 2
    return round(float(np.ceil(price / unit) * unit - (0.01 if price < 100 else 0)), 2)
