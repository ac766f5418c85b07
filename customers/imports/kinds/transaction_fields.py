"""The fields of a transaction and the headers that ERPs give them."""

from django.utils.translation import gettext_lazy as _

from customers.imports.fields import Date, Field, Number, Text

MONEY = Number(18, 4)

FIELDS = (
    Field(
        "customer",
        _("customer"),
        Text(120),
        "customer id, customer no, customer number, customer key, client, account, "
        "account no, debtor, 客户, 客户编号, 客户号, 客户代码, 客户编码",
        required=True,
        help=_("The customer's key in the source; without a source, its number here."),
    ),
    Field(
        "reference",
        _("invoice"),
        Text(60),
        "invoice, invoice no, invoice number, invoice id, document no, order no, order number, "
        "order id, 发票号, 发票号码, 发票, 单据号, 单号, 订单号",
        required=True,
        help=_("The number of the invoice, credit note or order."),
    ),
    Field(
        "line",
        _("line"),
        Text(20),
        "line no, line number, invoice line, position, 行号, 行",
        help=_("The line's number on its invoice, where the source numbers its lines."),
    ),
    Field(
        "date",
        _("date"),
        Date(),
        "invoice date, order date, posting date, document date, transaction date, "
        "日期, 发票日期, 开票日期, 单据日期, 订单日期, 交易日期",
        required=True,
        help=_("The day of the sale; a time beside it is left out."),
    ),
    Field(
        "quantity",
        _("quantity"),
        Number(16, 4),
        "qty, units, 数量",
        help=_("Negative for returns. 1 where it is empty and an amount is given."),
    ),
    Field(
        "unit_price",
        _("unit price"),
        Number(18, 6),
        "price, price each, 单价",
    ),
    Field(
        "amount",
        _("amount"),
        MONEY,
        "line amount, line total, net amount, net, sales, revenue, 金额, 销售额",
        help=_("Of the line; where it is empty, quantity × unit price. Negative for returns."),
    ),
    Field(
        "cost",
        _("cost"),
        MONEY,
        "line cost, cost of sales, cogs, 成本, 成本金额",
        help=_("What the line cost us."),
    ),
    Field(
        "discount",
        _("discount"),
        MONEY,
        "discount amount, 折扣, 折扣额, 折扣金额",
        help=_("Already taken off the amount; kept for information."),
    ),
    Field(
        "product",
        _("product"),
        Text(120),
        "stock code, product code, product id, product no, item, item no, item code, sku, "
        "article, 产品, 产品编号, 产品代码, 商品编号, 商品编码, 物料编码, 货号",
        help=_("The product's code in the source."),
    ),
    Field(
        "description",
        _("description"),
        Text(200, cut=True),
        "product name, item name, 产品名称, 商品名称, 品名, 描述, 说明",
        help=_("Names a product that is new; not compared."),
    ),
    Field(
        "category",
        _("category"),
        Text(100, cut=True),
        "product category, product group, 类别, 产品类别, 品类, 分类",
        help=_("Of a product that is new; not compared."),
    ),
    Field(
        "region",
        _("region"),
        Text(60, cut=True),
        "country, state, province, area, 地区, 区域, 国家, 省份",
        help=_("Of a customer that is created; not compared."),
    ),
    Field(
        "customer_name",
        _("customer's name"),
        Text(200, cut=True),
        "client name, account name, 客户名称, 客户名",
        help=_("Of a customer that is created; without it, its key. Not compared."),
    ),
    Field("contract", _("contract"), Text(60), "contract no, 合同, 合同号, 合同编号"),
    Field("period_start", _("period start"), Date(), "period from, 开始日期, 期间开始"),
    Field("period_end", _("period end"), Date(), "period to, 结束日期, 期间结束"),
)
