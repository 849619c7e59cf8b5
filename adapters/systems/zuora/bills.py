"""What do invoices and credit memos of Zuora's API bill or give back beside what recurs?"""

from collections.abc import Sequence

from adapters.known.export import Export, Fills
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


_MEMO = {"credit_memo_id": "id"}

CREDIT_MEMO_ITEMS = Export(
    name="zuora.api_credit_memo_items",
    what="Zuora credit memo items",
    tells=("id", "credit_memo_id", "amount", "rate_plan_charge_id"),
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "id",
                "account_id": ("account_id", "its account"),
                "dated_on": FirstOf(first=["memo day", "charge_date", "service_start_date"]),
                "amount": FirstOf(first=[FormulaOf(formula="-amount_without_tax"), FormulaOf(formula="-amount")]),
                "currency": ("transaction_currency", "memo currency"),
                "product": FirstOf(first=["charge_name", "sku_name"]),
                "quantity": "quantity",
            },
            required=("account_id", "dated_on", "amount", "charge kind", "memo status"),
            constants={"kind": "credit"},
            where={
                "_fivetran_deleted": NOT_DELETED,
                "memo status": "Posted",
                "charge kind": [*_ONCE],
                "processing_type": _NO_TAX,
            },
            lookups=(
                Lookup(
                    file="@zuora.api_credit_memos",
                    on=_MEMO,
                    take={"its account": "account_id", "memo status": "status"},
                    may_miss=True,
                ),
                *_looked_up("@zuora.api_credit_memos", _MEMO, "memo day", ("memo_date", "credit_memo_date")),
                *_looked_up("@zuora.api_credit_memos", _MEMO, "memo currency", ("currency", "transaction_currency")),
                *_looked_up(
                    "@zuora.api_rate_plan_charges", {"rate_plan_charge_id": "id"}, "charge kind", ("charge_type",)
                ),
            ),
        ),
    ),
    lacks=(
        "what is given back of charges that recur is left out, as it changes no price, and so is what is of no charge",
        "a memo that is not posted counts for nothing",
    ),
)

CREDIT_MEMOS = Export(
    name="zuora.api_credit_memos",
    what="Zuora credit memos",
    tells=("id", "account_id", ("memo_number", "credit_memo_number"), "status", ("applied_amount", "refund_amount")),
    never=("due_date",),
    lacks=("is read by its items only; export them, too",),
)

EXPORTS = (INVOICE_ITEMS, CREDIT_MEMO_ITEMS, CREDIT_MEMOS)
