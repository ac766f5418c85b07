"""Where the demo company's customers are: regions, cities, streets and telephone numbers.

Telephone numbers can't ring anybody where a country reserves numbers for fiction: Ofcom's drama
ranges (UK), ComReg's (Ireland), the Bundesnetzagentur's (Germany). China reserves none; its
landlines here start with 555 and its mobiles with 142, which no operator gives to people.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class City:
    """A city with what an address in it needs, and how many customers it brings."""

    team: str
    country: str
    region: str
    name: str
    pinyin: str  # for mail domains; empty outside China
    area_code: str
    postcode: str
    weight: float


EAST, SOUTH, EUROPE = "east", "south", "europe"

# region, city, pinyin, area code, first digits of the postcode, weight
_EAST = [
    ("上海", "上海", "shanghai", "021", "2011", 16),
    ("江苏", "苏州", "suzhou", "0512", "2150", 15),
    ("江苏", "无锡", "wuxi", "0510", "2140", 10),
    ("江苏", "常州", "changzhou", "0519", "2130", 7),
    ("江苏", "南京", "nanjing", "025", "2100", 7),
    ("江苏", "南通", "nantong", "0513", "2260", 5),
    ("江苏", "昆山", "kunshan", "0512", "2153", 6),
    ("浙江", "杭州", "hangzhou", "0571", "3100", 9),
    ("浙江", "宁波", "ningbo", "0574", "3150", 9),
    ("浙江", "嘉兴", "jiaxing", "0573", "3140", 4),
    ("浙江", "绍兴", "shaoxing", "0575", "3120", 3),
    ("浙江", "台州", "taizhou", "0576", "3180", 4),
    ("安徽", "合肥", "hefei", "0551", "2300", 5),
    ("安徽", "芜湖", "wuhu", "0553", "2410", 3),
    ("山东", "济南", "jinan", "0531", "2500", 3),
    ("山东", "青岛", "qingdao", "0532", "2660", 4),
    ("山东", "潍坊", "weifang", "0536", "2610", 2),
]
_SOUTH = [
    ("广东", "深圳", "shenzhen", "0755", "5180", 13),
    ("广东", "东莞", "dongguan", "0769", "5230", 13),
    ("广东", "佛山", "foshan", "0757", "5280", 10),
    ("广东", "广州", "guangzhou", "020", "5100", 9),
    ("广东", "中山", "zhongshan", "0760", "5284", 4),
    ("广东", "惠州", "huizhou", "0752", "5160", 4),
    ("福建", "厦门", "xiamen", "0592", "3610", 5),
    ("福建", "泉州", "quanzhou", "0595", "3620", 4),
    ("湖南", "长沙", "changsha", "0731", "4100", 4),
    ("湖南", "株洲", "zhuzhou", "0733", "4120", 2),
    ("湖北", "武汉", "wuhan", "027", "4300", 6),
    ("四川", "成都", "chengdu", "028", "6100", 6),
    ("重庆", "重庆", "chongqing", "023", "4000", 5),
    ("陕西", "西安", "xian", "029", "7100", 3),
]
# country, region, city, area code (a reserved block follows below), postcode area, weight
_EUROPE = [
    ("GB", "Yorkshire and the Humber", "Leeds", "0113", "LS", 7),
    ("GB", "Yorkshire and the Humber", "Sheffield", "0114", "S", 8),
    ("GB", "East Midlands", "Nottingham", "0115", "NG", 5),
    ("GB", "East Midlands", "Leicester", "0116", "LE", 5),
    ("GB", "South West", "Bristol", "0117", "BS", 6),
    ("GB", "South East", "Reading", "0118", "RG", 5),
    ("GB", "West Midlands", "Birmingham", "0121", "B", 10),
    ("GB", "West Midlands", "Wolverhampton", "01632", "WV", 5),
    ("GB", "Scotland", "Edinburgh", "0131", "EH", 3),
    ("GB", "Scotland", "Glasgow", "0141", "G", 5),
    ("GB", "North West", "Liverpool", "0151", "L", 4),
    ("GB", "North West", "Manchester", "0161", "M", 9),
    ("GB", "North West", "Preston", "01632", "PR", 3),
    ("GB", "North East", "Newcastle upon Tyne", "0191", "NE", 5),
    ("GB", "London", "London", "020", "SE", 6),
    ("GB", "Wales", "Cardiff", "029", "CF", 4),
    ("GB", "Northern Ireland", "Belfast", "028", "BT", 3),
    ("GB", "East of England", "Peterborough", "01632", "PE", 4),
    ("IE", "Ireland", "Dublin", "020", "D", 4),
    ("IE", "Ireland", "Cork", "020", "T", 2),
    ("DE", "Hessen", "Frankfurt am Main", "069", "60", 3),
    ("DE", "Bayern", "München", "089", "80", 3),
    ("DE", "Nordrhein-Westfalen", "Köln", "0221", "50", 3),
    ("DE", "Hamburg", "Hamburg", "040", "20", 2),
]
# Reserved for fiction: area code -> (printed stem, digits left to fill)
_UK_BLOCKS = {
    "0113": ("0113 496 0", 3),
    "0114": ("0114 496 0", 3),
    "0115": ("0115 496 0", 3),
    "0116": ("0116 496 0", 3),
    "0117": ("0117 496 0", 3),
    "0118": ("0118 496 0", 3),
    "0121": ("0121 496 0", 3),
    "0131": ("0131 496 0", 3),
    "0141": ("0141 496 0", 3),
    "0151": ("0151 496 0", 3),
    "0161": ("0161 496 0", 3),
    "0191": ("0191 498 0", 3),
    "020": ("020 7946 0", 3),
    "029": ("029 2018 0", 3),
    "028": ("028 9649 6", 3),
    "01632": ("01632 960", 3),
}
_DE_BLOCKS = {
    "069": ("+49 69 90009 ", 3),
    "089": ("+49 89 99998 ", 3),
    "0221": ("+49 221 4710 ", 3),
    "040": ("+49 40 66969 ", 3),
}
_IE_BLOCK = ("+353 20 91", 5)

_CHINESE_STREETS = [
    "工业园路",
    "科技大道",
    "创新路",
    "兴业路",
    "长江路",
    "建设东路",
    "滨河路",
    "星湖街",
    "金鸡路",
    "振兴路",
    "迎宾大道",
    "人民东路",
    "新华路",
    "高新四路",
    "工业三路",
    "东环路",
    "城南大道",
    "开发大道",
    "富民路",
    "港城路",
    "钱江路",
    "望江路",
    "朝阳路",
    "凤凰路",
    "龙城大道",
    "锦绣路",
    "前进路",
    "华兴路",
    "通港路",
    "明珠大道",
]
_CHINESE_ZONES = [
    "高新区",
    "经济技术开发区",
    "工业园区",
    "新区",
    "新城区",
    "滨江区",
    "临港产业园",
    "科技园",
]
_UK_STREETS = [
    "Foundry Lane", "Canal Road", "Station Approach", "Mill Street", "Riverside Way",
    "Whitehouse Industrial Estate", "Kingfisher Court", "Northgate Business Park", "Forge Lane",
    "Tanyard Road", "Wharf Street", "Old Quarry Road", "Junction Road", "Meadow Lane",
    "Bessemer Way", "Brunel Close", "Telford Drive", "Enterprise Way", "Halfpenny Lane",
    "Kiln Road", "Newlands Park", "Priory Road", "Sidings Way", "Viaduct Street",
]  # fmt: skip
_GERMAN_STREETS = [
    "Industriestraße", "Gewerbering", "Hafenstraße", "Am Güterbahnhof", "Werkstraße",
    "Daimlerring", "Siemensstraße", "Ziegeleiweg", "Feldstraße", "Mühlenweg",
]  # fmt: skip
_POSTCODE_LETTERS = list("ABDEFGHJLNPQRSTUWXYZ")


def cities() -> list[City]:
    """Every city of the demo company, the teams' weights 38 : 34 : 28."""
    east = [City(EAST, "CN", *row) for row in _EAST]
    south = [City(SOUTH, "CN", *row) for row in _SOUTH]
    europe = [
        City(EUROPE, country, region, name, "", code, postcode, weight)
        for country, region, name, code, postcode, weight in _EUROPE
    ]
    return _weighted(east, 0.38) + _weighted(south, 0.34) + _weighted(europe, 0.28)


def _weighted(rows: list[City], share: float) -> list[City]:
    total = sum(city.weight for city in rows)
    return [City(**{**city.__dict__, "weight": city.weight / total * share}) for city in rows]


def address(city: City, rng: np.random.Generator) -> str:
    """A postal address, written as in its country."""
    number = int(rng.integers(1, 900))
    if city.country == "CN":
        street = rng.choice(_CHINESE_STREETS)
        town = city.name if city.name == city.region else f"{city.region}省{city.name}"
        zone = rng.choice(_CHINESE_ZONES)
        postcode = f"{city.postcode}{int(rng.integers(0, 100)):02d}"
        return f"{town}市{zone}{street}{number}号 {postcode}"
    if city.country == "DE":
        street = rng.choice(_GERMAN_STREETS)
        return f"{street} {number % 120 + 1}, {city.postcode}{number + 100:03d} {city.name}"
    street = rng.choice(_UK_STREETS)
    unit = f"Unit {number % 40 + 1}, " if rng.random() < 0.4 else f"{number % 140 + 1} "
    if city.country == "IE":
        return f"{unit}{street}, {city.name}, Ireland"
    letters = "".join(rng.choice(_POSTCODE_LETTERS, 2))
    postcode = f"{city.postcode}{number % 19 + 1} {number % 9 + 1}{letters}"
    return f"{unit}{street}, {city.name} {postcode}"


def landline(city: City, serial: int) -> str:
    """The `serial`-th number of the city; the same serial gives the same number."""
    if city.country == "CN":
        # A full-period step through 0..99999, so that neighbours don't look like neighbours.
        digits = (serial * 7919 + 31_337) % 100_000
        return f"{city.area_code}-555{digits:05d}"
    if city.country == "DE":
        stem, width = _DE_BLOCKS[city.area_code]
    elif city.country == "IE":
        stem, width = _IE_BLOCK
    else:
        stem, width = _UK_BLOCKS[city.area_code]
    return f"{stem}{(serial * 377 + 101) % 10**width:0{width}d}"


def mobile(country: str, serial: int) -> str:
    """The `serial`-th mobile number of the country; empty when its reserved range is used up."""
    if country == "CN":
        digits = f"{(serial * 61_051 + 20_260_101) % 10**8:08d}"
        return f"142 {digits[:4]} {digits[4:]}"
    if country == "GB" and serial < 1_000:
        return f"07700 900{(serial * 377 + 11) % 1_000:03d}"
    return ""
