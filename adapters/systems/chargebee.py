"""Chargebee: the zip of an export, one CSV a kind of record, with names of two parts."""

from itertools import product

from adapters.known.export import OF_NO_PERSON, Columns, Export, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, JoinOf, LastOf, Lookup
from adapters.mapping.terms import EMPTY, FILLED, Requirement

_STATUSES = {
    "Active": "active",
    "Future": "active",
    "Non Renewing": "cancelled",
    "In Trial": "trial",
    "Paused": "paused",
    "Cancelled": "ended",
    "non_renewing": "cancelled",
    "future": "active",
    "in_trial": "trial",
    "cancelled": "ended",
}
_RESTS = {"Paused": "ended", "paused": "ended"}
_NON_RENEWING = Requirement(like="(?i)^non.renewing$")
_PAUSED = Requirement(like="(?i)^paused$")
_LASTING = Requirement(**{"not": ["Transferred", "transferred"]})
_NO_OWNER = "names no owners; take them from the CRM, or from a custom field by sources.yaml"

_NAME = FirstOf(
    first=["customers.company", JoinOf(join=["customers.first_name", "customers.last_name"]), "customers.email"]
)
_CRM_ID = rf"~^(?:customers|subscriptions)\.cf_{OF_NO_PERSON}.*(?:crm|salesforce|hubspot|account|company)"
_CUSTOMER: Columns = {
    "account_id": "customers.id",
    "name": _NAME,
    "region": ("customers.billing_country", "addresses.country"),
    "created_on": "customers.created_at",
}

_OF_SUBSCRIPTION = {
    "its customer": "customers.id",
    "its status": "subscriptions.status",
    "its start": "subscriptions.started_at",
    "its first day": "subscriptions.start_date",
    "its trial": "subscriptions.trial_end",
    "its end": "subscriptions.cancelled_at",
    "its term": "subscriptions.current_term_end",
    "its pause": "subscriptions.pause_date",
    "its request": "subscriptions.cancel_schedule_created_at",
    "its count": "subscriptions.billing_period",
    "its unit": "subscriptions.billing_period_unit",
    "its currency": "subscriptions.currency_code",
    "its plan": "subscriptions.plan_id",
}
_SUBSCRIPTION = Lookup(
    file="@chargebee.subscriptions", on={"Subscription Id": "subscriptions.id"}, take=_OF_SUBSCRIPTION
)


def _plan(column: str) -> Lookup:
    """How often is billed, from the price list."""
    taken = {"plan count": "plans.period", "plan unit": "plans.period_unit", "plan currency": "plans.currency_code"}
    return Lookup(file="@chargebee.plans", on={column: "plans.id"}, take=taken, may_miss=True)


def _price(units: tuple[str, ...], quantities: tuple[str, ...], wholes: tuple[str, ...] = ()) -> FirstOf:
    """The whole, as only that knows of tiers and free units; else what all units cost, or what is not counted."""
    pairs = [*product(units, quantities)]
    all_units = [FormulaOf(formula=f"`{unit}` * `{quantity}`") for unit, quantity in pairs]
    uncounted = [ColumnOf(column=unit, where={quantity: EMPTY}) for unit, quantity in pairs]
    return FirstOf(first=[*wholes, *all_units, *uncounted])


def _life(started: str, first_day: str, trial: str, ended: str, *, term: str, pause: str, status: str) -> Columns:
    """From the end of a trial to the day of cancellation, which for those that will not renew lies ahead.

    What was cancelled before it began holds for no day. What is paused was paid until then, so it has ended; a line
    that is paused for us was never paid.
    """
    is_paused = {status: _PAUSED}
    ends = [ended, ColumnOf(column=pause, where=is_paused), ColumnOf(column=term, where={status: _NON_RENEWING})]
    rests = ColumnOf(column=status, words=_RESTS, where={**is_paused, pause: FILLED})
    return {
        "starts_on": LastOf(last=[FirstOf(first=[started, first_day]), trial]),
        "ends_on": LastOf(
            last=[
                FirstOf(first=ends),
                ColumnOf(column=trial, where={ended: FILLED}),
                ColumnOf(column=first_day, where={ended: FILLED, started: EMPTY}),
            ]
        ),
        "status": FirstOf(first=[rests, ColumnOf(column=status, words=_STATUSES)]),
    }


SUBSCRIPTIONS = Export(
    name="chargebee.subscriptions",
    what="Chargebee subscriptions",
    tells=("subscriptions.id", "customers.id", "subscriptions.status"),
    never=("invoices.id", "credit_notes.id", "transactions.id"),
    fills=(
        Fills(
            "accounts",
            _CUSTOMER,
            required=("account_id",),
            attributes={"domain": "customers.email", "crm_id": _CRM_ID},
            distinct=True,
            unless=("chargebee.customers",),
        ),
        Fills(
            "contracts",
            {
                "line_id": "subscriptions.id",
                "account_id": "customers.id",
                "product": "subscriptions.plan_id",
                "quantity": ("subscriptions.plan_quantity",),
                "amount": _price(
                    ("subscriptions.plan_unit_price",), ("subscriptions.plan_quantity",), ("subscriptions.plan_amount",)
                ),
                "currency": (ColumnOf(column="subscriptions.currency_code", capitals=True), "plan currency"),
                "every": FirstOf(
                    first=[
                        JoinOf(join=["subscriptions.billing_period", "subscriptions.billing_period_unit"], small=True),
                        JoinOf(join=["plan count", "plan unit"], small=True),
                    ]
                ),
                **_life(
                    "subscriptions.started_at",
                    "subscriptions.start_date",
                    "subscriptions.trial_end",
                    "subscriptions.cancelled_at",
                    term="subscriptions.current_term_end",
                    pause="subscriptions.pause_date",
                    status="subscriptions.status",
                ),
                "cancelled_on": "subscriptions.cancel_schedule_created_at",
                "end_reason": ("subscriptions.cancel_reason_code", "subscriptions.cancel_reason"),
            },
            required=("account_id", "amount", "every", "starts_on"),
            where={"subscriptions.status": _LASTING},
            lookups=(_plan("subscriptions.plan_id"),),
            unless=("chargebee.subscription_items",),
        ),
    ),
    lacks=(
        _NO_OWNER,
        "amounts are taken as they are written, in whole units of the currency",
        "earlier prices and discounts are not in it",
    ),
)


def _of_items(item: str, quantity: tuple[str, ...], amount: FirstOf) -> Columns:
    return {
        "line_id": JoinOf.model_validate({"join": ["Subscription Id", item], "with": ":"}),
        "account_id": "its customer",
        "product": item,
        "quantity": quantity,
        "amount": amount,
        "currency": (ColumnOf(column="its currency", capitals=True), "plan currency"),
        "every": FirstOf(
            first=[
                JoinOf(join=["its count", "its unit"], small=True),
                JoinOf(join=["plan count", "plan unit"], small=True),
            ],
        ),
        **_life(
            "its start",
            "its first day",
            "its trial",
            "its end",
            term="its term",
            pause="its pause",
            status="its status",
        ),
        "cancelled_on": "its request",
    }


ADD_ONS = Export(
    name="chargebee.subscription_addons",
    what="Chargebee add-ons of subscriptions",
    tells=("Subscription Id", "Addon Id", "Addon Quantity", "Addon Unit Price"),
    fills=(
        Fills(
            "contracts",
            _of_items("Addon Id", ("Addon Quantity",), _price(("Addon Unit Price",), ("Addon Quantity",))),
            required=("account_id", "amount", "every", "starts_on"),
            lookups=(_SUBSCRIPTION, _plan("its plan")),
            unless=("chargebee.subscription_items",),
        ),
    ),
    lacks=("add-ons that were removed are not in it",),
)

_QUANTITY, _UNIT_PRICE = ("Quantity", "Item Quantity"), ("Unit Price", "Item Unit Price")

ITEMS = Export(
    name="chargebee.subscription_items",
    what="Chargebee items of subscriptions",
    tells=("Subscription Id", "Item Price Id", _QUANTITY, _UNIT_PRICE),
    fills=(
        Fills(
            "contracts",
            _of_items("Item Price Id", _QUANTITY, _price(_UNIT_PRICE, _QUANTITY, ("Amount", "Item Amount"))),
            required=("account_id", "amount", "every", "starts_on"),
            where={"Item Type": Requirement(**{"not": ["Charge", "charge"]})},
            lookups=(_SUBSCRIPTION,),
        ),
    ),
    lacks=("items that were removed and earlier prices are not in it",),
)

CUSTOMERS = Export(
    name="chargebee.customers",
    what="Chargebee customers",
    tells=("customers.id", "customers.email"),
    never=("subscriptions.id", "invoices.id", "credit_notes.id", "transactions.id"),
    fills=(
        Fills(
            "accounts",
            _CUSTOMER,
            required=("account_id",),
            attributes={"domain": "customers.email", "crm_id": _CRM_ID},
            where={"customers.deleted": Requirement(**{"not": True})},
        ),
    ),
    lacks=(_NO_OWNER,),
)

INVOICES = Export(
    name="chargebee.invoices",
    what="Chargebee invoices",
    tells=("invoices.id", "invoices.total", "invoices.status", "customers.id"),
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "invoices.id",
                "account_id": "customers.id",
                "dated_on": "invoices.date",
                "amount": (
                    FirstOf(first=[FormulaOf(formula="`invoices.total` - `invoices.tax`"), "invoices.total"]),
                    "invoices.total",
                ),
                "currency": ColumnOf(column="invoices.currency_code", capitals=True),
            },
            required=("account_id", "dated_on", "amount"),
            either=(("subscriptions.id", EMPTY), ("invoices.subscription_id", EMPTY)),
            constants={"kind": "one_off"},
            where={"invoices.status": Requirement(**{"not": ["Voided", "Pending", "voided", "pending"]})},
        ),
    ),
    lacks=(
        "what was billed for subscriptions is left out, as subscriptions tell what they are worth",
        ("has no column invoices.tax, so taxes are in its amounts", "invoices.tax"),
    ),
)

CREDIT_NOTES = Export(
    name="chargebee.credit_notes",
    what="Chargebee credit notes",
    tells=("credit_notes.id", "credit_notes.total", "credit_notes.status", "customers.id"),
    fills=(
        Fills(
            "invoices",
            {
                "line_id": "credit_notes.id",
                "account_id": "customers.id",
                "dated_on": "credit_notes.date",
                "amount": FirstOf(
                    first=[
                        FormulaOf(formula="`credit_notes.tax` - `credit_notes.total`"),
                        FormulaOf(formula="-`credit_notes.total`"),
                    ]
                ),
                "currency": ColumnOf(column="credit_notes.currency_code", capitals=True),
            },
            required=("account_id", "dated_on", "amount"),
            either=(("subscriptions.id", EMPTY), ("credit_notes.subscription_id", EMPTY)),
            constants={"kind": "credit"},
            where={"credit_notes.status": Requirement(**{"not": ["Voided", "voided"]})},
        ),
    ),
    lacks=(
        "credits for subscriptions are left out, as they change no price",
        ("has no column credit_notes.tax, so taxes are in its amounts", "credit_notes.tax"),
    ),
)

PLANS = Export(name="chargebee.plans", what="Chargebee plans", tells=("plans.id", "plans.period", "plans.period_unit"))

COUPONS = Export(
    name="chargebee.subscription_coupons",
    what="Chargebee coupons of subscriptions",
    tells=("Subscription Id", "Coupon Id"),
    lacks=("discounts of coupons are not taken off",),
)

EXPORTS = (SUBSCRIPTIONS, ADD_ONS, ITEMS, CUSTOMERS, INVOICES, CREDIT_NOTES, PLANS, COUPONS)
