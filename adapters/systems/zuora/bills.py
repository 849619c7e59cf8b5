"""What do invoices and memos of Zuora's API bill or give back beside what recurs?"""

from collections.abc import Sequence

from adapters.known.export import Columns, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, Lookup
from adapters.mapping.terms import Requirement
from adapters.systems.zuora.words import NOT_DELETED, PRODUCT_NAME

_ONCE = {"OneTime": "one_off", "One-Time": "one_off", "One Time": "one_off", "Usage": "usage"}
_NO_TAX = Requirement(**{"not": ["3", "Tax"]})


INVOICE_ITEMS = Export(
    name="zuora.api_invoice_items",
    what="Zuora invoice items",
    tells=("id", "invoice_id", "charge_amount", "rate_plan_charge_id", "service_start_date"),
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": "account_id",
                "dated_on": FirstOf(first=["invoice day", "charge_date", "service_start_date"]),
                "amount": "charge_amount",
                "currency": "transaction_currency",
                "product": FirstOf(first=["product name", "charge_name"]),
                "quantity": "quantity",
                "kind": ColumnOf(column="charge kind", words=_ONCE),
            },
            required=("account_id", "dated_on", "amount", "kind"),
            where={
                "_fivetran_deleted": NOT_DELETED,
                "charge kind": [*_ONCE],
                "processing_type": _NO_TAX,
                "invoice status": Requirement(**{"not": ["Draft", "Canceled", "Cancelled", "Error", "Reversed"]}),
            },
            lookups=(
                Lookup(
                    file="@zuora.api_rate_plan_charges",
                    on={"rate_plan_charge_id": "id"},
                    take={"charge kind": "charge_type"},
                ),
                Lookup(
                    file="@zuora.api_invoices",
                    on={"invoice_id": "id"},
                    take={"invoice day": "invoice_date", "invoice status": "status"},
                    may_miss=True,
                ),
                PRODUCT_NAME,
            ),
        ),
    ),
    lacks=("what recurs is left out, as rate plan charges tell what it is worth",),
)


def _looked_up(file: str, keys: dict[str, str], ours: str, theirs: Sequence[str]) -> list[Lookup]:
    """One column of another table, under the first of its names that is there."""
    return [Lookup(file=file, on=keys, take={ours: name}, may_miss=True) for name in theirs]


def _memo_items(sort: str, *, sign: str, kind: Columns, lacks: Sequence[str]) -> Export:
    """The items of memos of a sort, which lower what a customer owes, or raise it."""
    memos, key = f"@zuora.api_{sort}_memos", {f"{sort}_memo_id": "id"}
    return Export(
        name=f"zuora.api_{sort}_memo_items",
        what=f"Zuora {sort} memo items",
        tells=("id", f"{sort}_memo_id", "amount", "rate_plan_charge_id"),
        fills=(
            Fills(
                "invoices",
                {
                    "line_id": "id",
                    "account_id": ("account_id", "its account"),
                    "dated_on": FirstOf(first=["memo day", "charge_date", "service_start_date"]),
                    "amount": FirstOf(
                        first=[FormulaOf(formula=f"{sign}{amount}") for amount in ("amount_without_tax", "amount")]
                    ),
                    "currency": ("transaction_currency", "memo currency"),
                    "product": FirstOf(first=["charge_name", "sku_name"]),
                    "quantity": "quantity",
                    **kind,
                },
                required=("account_id", "dated_on", "amount", "charge kind", "memo status"),
                constants={} if kind else {"kind": sort},
                where={
                    "_fivetran_deleted": NOT_DELETED,
                    "memo status": "Posted",
                    "charge kind": [*_ONCE],
                    "processing_type": _NO_TAX,
                },
                lookups=(
                    Lookup(
                        file=memos, on=key, take={"its account": "account_id", "memo status": "status"}, may_miss=True
                    ),
                    *_looked_up(memos, key, "memo day", ("memo_date", f"{sort}_memo_date")),
                    *_looked_up(memos, key, "memo currency", ("currency", "transaction_currency")),
                    *_looked_up(
                        "@zuora.api_rate_plan_charges", {"rate_plan_charge_id": "id"}, "charge kind", ("charge_type",)
                    ),
                ),
            ),
        ),
        lacks=(*lacks, "a memo that is not posted counts for nothing"),
    )


CREDIT_MEMO_ITEMS = _memo_items(
    "credit",
    sign="-",
    kind={},
    lacks=(
        "what is given back of charges that recur is left out, as it changes no price, and so is what is of no charge",
    ),
)
DEBIT_MEMO_ITEMS = _memo_items(
    "debit",
    sign="",
    kind={"kind": ColumnOf(column="charge kind", words=_ONCE)},
    lacks=("what is of charges that recur is left out, as it changes no price, and so is what is of no charge",),
)

_NUMBER_OF_MEMO = ("memo_number", "credit_memo_number", "debit_memo_number")
_BY_ITEMS = ("is read by its items only; export them, too",)
MEMOS = (
    Export(
        name="zuora.api_credit_memos",
        what="Zuora credit memos",
        tells=("id", "account_id", _NUMBER_OF_MEMO, "status", ("applied_amount", "refund_amount")),
        never=("due_date",),
        lacks=_BY_ITEMS,
    ),
    Export(
        name="zuora.api_debit_memos",
        what="Zuora debit memos",
        tells=("id", "account_id", _NUMBER_OF_MEMO, "status", "due_date"),
        lacks=_BY_ITEMS,
    ),
)

EXPORTS = (INVOICE_ITEMS, CREDIT_MEMO_ITEMS, DEBIT_MEMO_ITEMS, *MEMOS)
