"""A fixed base for the quality of search, and what it is asked: the expected first hit of each."""

from complaints.tests.factories import CaseFactory
from customers.models import CustomerIdentity, FormerNumber, Source, Transaction
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory

# number, name and other fields; contacts as name, mobile, mail.
CUSTOMERS = [
    ("10001", "Haddham Roofing Ltd", {"phone": "(020) 7946-0958", "email": "info@haddham.example"}),
    ("10002", "Haddenham Timber plc", {"phone": "01632 960 111"}),
    ("10003", "Hampton & Sons Instruments", {"short_name": "HSI", "phone": "+44 161 496 0123"}),
    ("10004", "Campbell Castings Ltd", {"website": "https://www.campbell-castings.example/shop"}),
    ("10005", "Bell & Howell Optics", {"aliases": "Howell Lenses\nB+H Vision"}),
    ("10006", "O'Neil Paper Mills", {"tax_number": "GB 123 4567 89"}),
    ("10007", "Café Riviera", {"phone": "0113 496 0777"}),
    ("10008", "Müller Präzision GmbH", {"phone": "+49 30 901820", "email": "post@mueller.example"}),
    ("00012345", "Everbrook Chemicals Ltd", {}),
    ("12345", "Stanley Controls", {}),
    ("K-88", "Kirkby Automation", {"short_name": "KA 88"}),
    ("AT-2024-001", "Wharfedale Plastics", {"aliases": "AT&T Mouldings"}),
    ("10013", "Northern Pumps & Valves Ltd", {}),
    ("10014", "Northern Light Ltd", {}),
    ("10015", "Johnson Matthews Coatings", {}),
    ("10016", "Jonsson Wire AB", {}),
    ("20001", "华信科技有限公司", {"phone": "0755-26881234", "aliases": "Huaxin Tech"}),
    ("20002", "江苏中华信托设备厂", {"phone": "025-84401111"}),
    ("20003", "宁波翊铠机械有限公司", {"phone": "0574-55531337"}),
    ("20004", "宁波东方日升新能源股份有限公司", {"short_name": "东方日升"}),
    ("20005", "苏州ABC精密模具有限公司", {"phone": "0512 6789 1234"}),
    ("20006", "重庆长安汽车电子有限公司", {"tax_number": "91500000MA5U12345X"}),
    ("20007", "厦门银鹭食品集团", {"aliases": "银鹭\nYinlu Foods"}),
    ("20008", "杭州海康光电有限公司", {"website": "http://haikang.example"}),
    ("20009", "广州恒大建材有限公司", {"phone": "020-38889999"}),
    ("20010", "上海恒达包装有限公司", {"phone": "021-50801234 / 13900001111"}),
    ("20011", "青岛海尔塑料制品厂", {}),
    ("20012", "北京科华生物", {}),
]
CONTACTS = [
    ("10001", "Adam Ainsworth", "07700 900533", "adam.ainsworth@haddham.example"),
    ("10001", "Zoe Bell", "", "zoe@haddham.example"),
    ("10002", "Anna Kowalska", "+44 7700 900123", "anna.k@timber.example"),
    ("10003", "Robert McAllister", "", "r.mcallister@hampton.example"),
    ("10004", "Siobhán O'Brien", "07700 900 777", "sob@campbell.example"),
    ("20001", "王小明", "+86 138 0013 8000", "wang.xm@huaxin.example"),
    ("20001", "李静", "139-1122-3344", "lijing@huaxin.example"),
    ("20003", "欧阳文博", "13612345678", "ouyang@yikai.example"),
    ("20006", "张伟", "0086 18623456789", ""),
    ("20008", "赵敏", "15988887777", "zhaomin@haikang.example"),
]
FORMER = [("OLD-7", "10013"), ("99001", "20005")]
ELSEWHERE = [("ERP778", "10007"), ("KUNDE0042", "10008")]
INVOICES = [("INV-2026-00017", "10001"), ("SI0042", "20003")]

# What is typed, and the number of the customer that is to come first ("case", "invoice": the kind).
QUESTIONS = [
    # Names, whole and in part
    ("Haddham Roofing Ltd", "10001"),
    ("haddham", "10001"),
    ("HADDHAM ROOF", "10001"),
    ("roofing haddham", "10001"),
    ("hadden", "10002"),
    ("instruments", "10003"),
    ("HSI", "10003"),
    ("sons hampton", "10003"),
    ("campbell", "10004"),
    ("mpbell", "10004"),
    ("howell lenses", "10005"),
    ("b+h vision", "10005"),
    ("bell", "10005"),
    ("oneil", "10006"),
    ("o'neil paper", "10006"),
    ("cafe riviera", "10007"),
    ("Café", "10007"),
    ("muller", "10008"),
    ("prazision", "10008"),
    ("everbrook", "00012345"),
    ("northern pumps", "10013"),
    ("valves northern", "10013"),
    ("northern light", "10014"),
    ("jonsson", "10016"),
    ("at&t", "AT-2024-001"),
    # Numbers
    ("10003", "10003"),
    ("00012345", "00012345"),
    ("12345", "12345"),
    ("0012345", "00012345"),
    ("K-88", "K-88"),
    ("k88", "K-88"),
    ("Ｋ－８８", "K-88"),
    ("at-2024-001", "AT-2024-001"),
    ("2024-001", "AT-2024-001"),
    ("OLD-7", "10013"),
    ("old7", "10013"),
    ("99001", "20005"),
    ("erp778", "10007"),
    ("kunde0042", "10008"),
    ("GB 123 4567 89", "10006"),
    ("91500000MA5U12345X", "20006"),
    # Phones
    ("020 7946 0958", "10001"),
    ("02079460958", "10001"),
    ("+44 20 7946 0958", "10001"),
    ("0044 (0)20-7946.0958", "10001"),
    ("０２０ ７９４６ ０９５８", "10001"),
    ("0161 496 0123", "10003"),
    ("7946 0958", "10001"),
    ("0958", "10001"),
    ("07700900533", "10001"),
    ("+447700900123", "10002"),
    ("13800138000", "20001"),
    ("+86 138 0013 8000", "20001"),
    ("0086-138-0013-8000", "20001"),
    ("１３８００１３８０００", "20001"),
    ("138 0013", "20001"),
    ("+86 186 2345 6789", "20006"),
    ("18623456789", "20006"),
    ("055 531337", "20003"),
    ("0574 5553 1337", "20003"),
    ("+86 574 55531337", "20003"),
    ("13900001111", "20010"),
    ("50801234", "20010"),
    ("7777", "20008"),
    # Chinese, pinyin and initials
    ("华信", "20001"),
    ("华信科技", "20001"),
    ("科技有限", "20001"),
    ("翊铠", "20003"),
    ("宁波翊铠机械", "20003"),
    ("东方日升", "20004"),
    ("新能源", "20004"),
    ("ABC精密", "20005"),
    ("苏州abc", "20005"),
    ("长安汽车", "20006"),
    ("银鹭", "20007"),
    ("yinlu", "20007"),
    ("huaxin", "20001"),
    ("hua xin ke ji", "20001"),
    ("hxkj", "20001"),
    ("HXKJ", "20001"),
    ("nbykjx", "20003"),
    ("yikaijixie", "20003"),
    ("chongqing changan", "20006"),
    ("dfrs", "20004"),
    ("海康光电", "20008"),
    ("haikang", "20008"),
    ("恒大", "20009"),
    ("hengda jiancai", "20009"),
    ("bjkh", "20012"),
    # People and mails
    ("adam ainsworth", "10001"),
    ("ainsworth", "10001"),
    ("zoe bell", "10001"),
    ("kowalska anna", "10002"),
    ("anna timber", "10002"),
    ("siobhan", "10004"),
    ("obrien", "10004"),
    ("王小明", "20001"),
    ("小明", "20001"),
    ("wangxiaoming", "20001"),
    ("wxm", "20001"),
    ("李静 华信", "20001"),
    ("ouyang", "20003"),
    ("欧阳", "20003"),
    ("anna.k@timber.example", "10002"),
    ("lijing@", "20001"),
    ("info@haddham.example", "10001"),
    ("campbell-castings.example", "10004"),
    ("haikang.example", "20008"),
    # One letter missing, doubled, swapped, wrong
    ("hadham", "10001"),
    ("haddhham", "10001"),
    ("hadhdam", "10001"),
    ("haddhan", "10001"),
    ("cambell", "10004"),
    ("campbelll", "10004"),
    ("instrumenst hampton", "10003"),
    ("evrebrook chem", "00012345"),
    ("jonhson", "10015"),
    ("mcalister", "10003"),
    ("kowalskaa", "10002"),
    ("wharfdale", "AT-2024-001"),
    ("kirkbi automation", "K-88"),
    ("huaxn", "20001"),
    ("yikajixie", "20003"),
    ("华新科技", "20001"),
    ("东方日生", "20004"),
    ("重庆常安", "20006"),
    ("宁波翊凯机械", "20003"),
    ("长安汽车店子", "20006"),
    # Cases and invoices
    ("leaking pump", "case"),
    ("泵 漏水", "case"),
    ("漏水", "case"),
    ("PO-7781", "case"),
    ("leakng", "case"),
    ("INV-2026-00017", "invoice"),
    ("si0042", "invoice"),
]


def make_base(dealt) -> None:
    """The base; `dealt` are the fields that a transaction needs beside its invoice."""
    source = Source.objects.create(code="erp")
    made = {
        number: CustomerFactory(**{"number": number, "name": name, "phone": "", **fields})
        for number, name, fields in CUSTOMERS
    }
    for number, name, mobile, mail in CONTACTS:
        ContactFactory(customer=made[number], name=name, mobile=mobile, email=mail, phone="")
    for old, number in FORMER:
        FormerNumber.objects.create(number=old, customer=made[number])
    for key, number in ELSEWHERE:
        CustomerIdentity.objects.create(customer=made[number], source=source, key=key)
    for reference, number in INVOICES:
        Transaction.objects.create(
            customer=made[number], source=source, reference=reference, **dealt
        )
    CaseFactory(customer=made["10013"], title="Leaking pump", order_reference="PO-7781")
    CaseFactory(customer=made["20003"], title="泵漏水，要求更换")
    refresh_derived([customer.pk for customer in made.values()])
