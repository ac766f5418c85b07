"""Names, phones and mails as a large base of English and Chinese customers has them; by a seed."""

import random
from dataclasses import dataclass


def _listed(words: str) -> list[str]:
    return words.split()


STARTS = _listed(
    "Ash Bram Carl Dun El Fair Gar Hal Ing Kel Lang Mar Nor Oak Pem Quar Ros Stan Thorn Ux Val"
    " West Yar Al Bex Crom Der Ever Flax Gris Had Ivers Jes Kirk Lind Mor Nant Or Pres Rav Shel"
    " Tarn Ul Wad Whar Bir Cot Dal Eb Fos"
)
ENDS = _listed(
    "ford ley ton wick ham bury combe dale field gate hurst kirk low mere ridge shaw stead thorpe"
    " well worth by cliffe den fold grave holme ing land more ness over pool quay rick sham tree"
    " ville wade yard bourne brook castle cross end foot garth head keld"
)
TRADES = _listed(
    "Tools Roofing Foods Logistics Chemicals Instruments Controls Packaging Textiles Glass Timber"
    " Motors Optics Castings Fabrications Printing Paper Plastics Pumps Valves Steel Wire Cables"
    " Automation Bearings Coatings Ceramics Furniture Brewing Dairy"
)
FORMS = ("Ltd", "Ltd", "Ltd", "plc", "Group", "Limited", "LLP", "GmbH", "Inc")
FIRST = _listed(
    "Anna Adam Alice Ben Bella Carl Clara David Diana Emma Ethan Fiona Frank Grace George Helen"
    " Henry Irene Ivan Jack Julia Karen Kevin Laura Liam Maria Martin Nora Oliver Paula Peter"
    " Quentin Rachel Robert Sarah Simon Tanya Thomas Ursula Victor Wendy William Yvonne Zoe"
)
PLACES = _listed(
    "北京 上海 广州 深圳 苏州 杭州 宁波 无锡 南京 成都 重庆 武汉 西安 青岛 大连 厦门 佛山 东莞"
    " 长沙 郑州 合肥 天津 济南 福州 昆明 沈阳 常州 嘉兴 温州 珠海"
)
CHARACTERS = (
    "华信科安博达东方恒瑞嘉诚康联明德宁鹏启荣盛泰维祥新兴亚永裕源远越振志中众卓宝昌创鼎丰福光"
    "国海浩合和宏洪鸿汇惠吉佳建健金津锦晶景久骏凯坤朗乐力立利良龙隆茂美铭能诺欧普齐奇强勤庆仁"
    "润赛三森尚圣世顺硕思腾天通同万旺伟文希先贤翔晓欣鑫星雄旭雅阳怡益毅银英颖悠友宇元云运泽展"
    "正致智忠洲紫翊铠煊岳淼沃莱曼阔衡盈拓睿"
)
INDUSTRIES = _listed(
    "机械 电子 化工 建材 食品 医疗器械 物流 包装 仪器仪表 新能源 自动化 五金 纺织 汽车电子 环保"
    " 精密模具 软件 光电 塑料 家具"
)
COMPANY = ("有限公司", "有限公司", "有限公司", "股份有限公司", "科技有限公司", "集团有限公司")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
AREAS = ("0574", "0512", "0571", "0755", "0757", "0592", "0532", "0411", "010", "021")
UK_AREAS = ("020 7", "020 8", "0161 4", "0121 3", "0113 2", "0117 9", "01632 9")


@dataclass(frozen=True)
class Company:
    """A made customer and its contact."""

    number: str
    name: str
    phone: str
    email: str
    contact: str
    mobile: str
    mail: str


def company(number: int, dice: random.Random) -> Company:
    """The customer with this number; half of them are Chinese."""
    return _chinese(number, dice) if number % 2 else _english(number, dice)


def _english(number: int, dice: random.Random) -> Company:
    first = dice.choice(STARTS) + dice.choice(ENDS)
    second = dice.choice(STARTS) + dice.choice(ENDS)
    trade = dice.choice(TRADES)
    name = f"{first} {second} {trade}" if number % 3 else f"{first} & {second} {trade}"
    person = f"{dice.choice(FIRST)} {dice.choice(STARTS)}{dice.choice(ENDS)}"
    domain = f"{first}-{trade}.example".lower()
    area = dice.choice(UK_AREAS)
    phone = f"{area}{_digits(dice, 3)} {_digits(dice, 4)}"
    return Company(
        number=f"C{number:08d}",
        name=f"{name} {dice.choice(FORMS)}",
        phone=phone if number % 4 else f"+44 {phone[1:]}",
        email=f"office@{domain}",
        contact=person,
        mobile=f"07{_digits(dice, 3)} {_digits(dice, 6)}",
        mail=f"{person.replace(' ', '.').lower()}@{domain}",
    )


def _chinese(number: int, dice: random.Random) -> Company:
    own = "".join(dice.choice(CHARACTERS) for _ in range(2 + number % 3 // 2))
    name = f"{dice.choice(PLACES)}{own}{dice.choice(INDUSTRIES)}{dice.choice(COMPANY)}"
    person = dice.choice(SURNAMES) + "".join(dice.choice(CHARACTERS) for _ in range(1 + number % 2))
    mobile = f"1{dice.choice('35789')}{_digits(dice, 1)} {_digits(dice, 4)} {_digits(dice, 4)}"
    return Company(
        number=f"C{number:08d}",
        name=name,
        phone=f"{dice.choice(AREAS)}-{dice.randint(2, 8)}{_digits(dice, 7)}",
        email="",
        contact=person,
        mobile=mobile if number % 4 > 1 else f"+86 {mobile}",
        mail=f"user{_digits(dice, 7)}@mail.example",
    )


def _digits(dice: random.Random, count: int) -> str:
    return f"{dice.randrange(10**count):0{count}d}"
