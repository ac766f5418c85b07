"""What plans, assessments and nominations say, in English and Chinese. `{n}` is a number."""

# A table of texts reads better with one entry a line.
# ruff: noqa: E501

STRENGTHS = (
    ("Stock two hours away, same-day delivery\nTechnical advice that production trusts", "仓库两小时可达，当日送货\n生产部门信任我们的技术支持"),
    ("Twelve years without a line stopped for lack of parts\nOne contact for all categories", "十二年来未因缺件停线\n全部品类一个窗口"),
    ("Frame contract with fixed prices\nConsignment store runs well", "有框架合同，价格固定\n寄售仓运转良好"),
)  # fmt: skip
WEAKNESSES = (
    ("Lead time of specials twice that of the second supplier", "非标件交期是第二供应商的两倍"),
    ("Known in maintenance only; purchasing sees us as dear", "只有设备部门熟悉我们，采购认为我们偏贵"),
    ("Two late deliveries last quarter are not forgotten", "上季度两次晚交，对方仍记得"),
)  # fmt: skip
OPPORTUNITIES = (
    ("Second hall from next summer: safety and electrical packages\nSister plant buys elsewhere", "明年夏天二期厂房：电气与劳保打包\n兄弟工厂仍在别处采购"),
    ("Wants to halve the number of suppliers", "打算把供应商数量减半"),
    ("Digital ordering is being introduced; nobody is connected yet", "正在上线电子采购，尚无供应商接入"),
)  # fmt: skip
THREATS = (
    ("New purchasing director compares everything online", "新采购总监凡事上网比价"),
    ("A local competitor opens a store on the same estate", "本地竞争对手将在同一园区开店"),
    ("Group purchasing may centralise the category", "集团可能集中采购该品类"),
)  # fmt: skip
COMPETITION = (
    ("The second supplier has fasteners and half of the safety wear; cheaper by {n} %, slower.", "第二供应商供紧固件和一半劳保用品，便宜{n}%，但慢。"),
    ("An online shop takes the small orders under 200.", "200元以下的小单走网上平台。"),
)  # fmt: skip
POSITIONS = (
    ("First in tools, third in safety. The works manager speaks for us; finance does not know us.", "工具类第一，劳保类第三。厂长支持我们，财务不了解我们。"),
    ("Preferred for urgent needs, one of four for the rest.", "急件首选，其余四家之一。"),
)  # fmt: skip
OBJECTIVES = (
    ("Raise our share from a third to a half", "份额从三分之一提高到一半", "Share of wallet", "客户份额"),
    ("Become the only supplier of safety wear", "成为劳保用品独家供应商", "No order to others in a quarter", "一个季度内无他家订单"),
    ("Answer complaints within a day", "投诉一天内答复", "Clock of the service queue", "服务时限"),
    ("Know the three who decide", "认识三位决策者", "Met each of them", "与每位见过面"),
    ("Win the package of the new hall", "拿下新厂房打包项目", "Order signed", "合同签订"),
)  # fmt: skip
ACTIONS = (
    ("Present the consignment store to finance", "向财务介绍寄售仓方案"),
    ("Invite the works manager to the reference customer", "邀请厂长参观标杆客户"),
    ("Agree on lead times of specials with the factory", "与工厂谈定非标件交期"),
    ("Prepare the offer for the second hall", "准备二期厂房报价"),
    ("Introduce our executive to their director", "安排双方高层会面"),
)  # fmt: skip
FINDINGS = (
    ("Two of three objectives on their way. Delivery is no subject any more; price is.", "三个目标中两个进展顺利。交期不再是问题，价格是。"),
    ("The competitor lost the tools. We go on with the plan and add the sister plant.", "竞争对手丢了工具类。计划继续，并加上兄弟工厂。"),
    ("No progress with purchasing; the works manager will open the door.", "采购方面没有进展，厂长答应引荐。"),
)  # fmt: skip
REMARKS = (
    ("", ""),
    ("", ""),
    ("After the visit in spring; new people in purchasing.", "春季拜访之后；采购换了人。"),
    ("Marked together with service.", "与客服一起评的。"),
)  # fmt: skip
NOMINATED = (
    ("Opens the packaging industry to us; two of its plants still buy elsewhere.", "为我们打开包装行业；还有两家工厂在别处采购。"),
    ("Grew by half in a year and asks for joint development.", "一年增长一半，并希望联合开发。"),
    ("A reference that others of its trade look at.", "同行都看的标杆客户。"),
)  # fmt: skip
CONFIRMED = (
    ("A good year: volume up, two new categories.", "这一年不错：采购量上升，新增两个品类。"),
    ("Flat, but the project of next year justifies the effort.", "持平，但明年的项目值得投入。"),
)  # fmt: skip
DROPPED = (
    ("Sold to a group that buys centrally.", "被集团收购，改为集中采购。"),
    ("Two years of effort without growth.", "投入两年，没有增长。"),
)  # fmt: skip
PURSUE = (
    ("Buys what we do best, decides quickly, and is an hour away.", "采购的正是我们的强项，决策快，一小时车程。"),
    ("Small today, but its market doubles; pays on time.", "现在规模小，但市场翻倍增长，付款及时。"),
)  # fmt: skip
LEAVE = (
    ("Compares the price of every screw and needs none of our service.", "每颗螺丝都比价，不需要我们的服务。"),
    ("Too far from any of our stores; freight eats the margin.", "离我们的仓库太远，运费吃掉毛利。"),
)  # fmt: skip
