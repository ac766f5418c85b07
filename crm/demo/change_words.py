"""What is changed after grave complaints, by category: (Chinese, English), by who does it."""

from dataclasses import dataclass

Text = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """What is changed, when it counts as done, and what was done."""

    what: Text
    aim: Text
    result: Text


# A table of texts reads better with one text a line.
# ruff: noqa: E501
CHANGES: dict[str, tuple[Change, ...]] = {
    "product": (
        Change(
            ("来料按批次抽检硬度，不合格整批退回", "Test the hardness of each incoming batch and send back what fails"),
            ("连续三个月没有不合格批次流入仓库", "No failing batch reaches the store for three months"),
            ("检验规程已修订，两名检验员完成培训", "The test plan is revised and two inspectors are trained"),
        ),
        Change(
            ("出厂检验增加密封性测试", "Add a leak test before shipping"),
            ("每件产品都有测试记录", "Each piece has its test record"),
            ("测试台已投用，记录随货附上", "The test bench is in use, the record goes with the goods"),
        ),
    ),
    "delivery": (
        Change(
            ("雨季改用防水托盘罩，司机签收时拍照", "Cover pallets against rain, and photograph them on delivery"),
            ("三个月内没有受潮投诉", "No complaint of wet goods for three months"),
            ("防水罩已配到每辆车，拍照写进了送货单", "Each truck carries covers, the picture is part of the delivery note"),
        ),
        Change(
            ("发货前由第二个人核对数量和型号", "A second person checks number and type before shipping"),
            ("错发率降到千分之二以下", "Fewer than two wrong deliveries in a thousand"),
            ("核对表已启用，仓库每周抽查", "The check sheet is in use, the store samples it each week"),
        ),
    ),
    "order": (
        Change(
            ("订单确认里写明客户自己的料号", "Print the customer's own part numbers on order confirmations"),
            ("所有重点客户的料号都已录入", "The numbers of all large customers are entered"),
            ("料号已录入系统，模板已更换", "The numbers are entered and the template is changed"),
        ),
    ),
    "service": (
        Change(
            ("节假日前排好值班表，每条来电当天有回音", "Plan duty before holidays, so that each call gets an answer the same day"),
            ("当天回复率达到九成五", "95 of 100 calls are answered the same day"),
            ("值班表已公布，代理人已指定", "The duty plan is out and deputies are named"),
        ),
    ),
    "staff": (
        Change(
            ("与承运司机做一次待客培训，每半年重复", "Train the drivers in dealing with customers, again each half-year"),
            ("全部司机参加，现场评分合格", "All drivers took part and passed"),
            ("两场培训已完成，缺席者下月补上", "Two trainings are held, who was absent follows next month"),
        ),
    ),
    "price": (
        Change(
            ("报价单上的附加费逐项列出", "List each surcharge on the offer"),
            ("新报价单全部使用新模板", "All new offers use the new template"),
            ("模板已更换，销售已通知", "The template is changed and sales are told"),
        ),
    ),
    "repair": (
        Change(
            ("常用备件在区域仓保持最低库存", "Keep a least stock of common spare parts in each region"),
            ("八成维修不用等备件", "Four of five repairs need not wait for parts"),
            ("最低库存已设定，每周自动补货", "The least stock is set and filled up each week"),
        ),
        Change(
            ("返修设备出厂前满载试运行四小时", "Run repaired devices four hours under full load before they leave"),
            ("三个月内同一故障不再返修", "No device comes back with the same fault for three months"),
            ("试运行已写进维修单", "The test run is part of the repair sheet"),
        ),
    ),
}  # fmt: skip
OTHERWISE = "service"

HELPED: tuple[Text, ...] = (
    ("此后两个月没有同样的投诉", "No such complaint for two months"),
    ("同类投诉从每月三起降到零", "From three of the kind a month down to none"),
)
FAILED: tuple[Text, ...] = (
    ("上月又有两起同样的投诉，原因更深", "Two of the same last month: the cause lies deeper"),
    ("只在一个团队执行，别处照旧", "Done in one team only, elsewhere all is as before"),
)  # fmt: skip
DROPPED: Text = ("另一项措施已经解决", "Another change has settled it")
