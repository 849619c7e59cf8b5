"""What do coupons take off subscriptions? A part or an amount of each bill while they last.

https://docs.stripe.com/api/discounts/object and https://docs.stripe.com/billing/subscriptions/coupons
"""

from collections.abc import Mapping

from adapters.known.export import Columns, Export
from adapters.mapping.sources import ColumnOf, FirstOf, Lookup
from adapters.mapping.terms import EMPTY, FILLED, Condition, Requirement
from adapters.systems.stripe.tables import SUBSCRIPTION_KEYS, day

_LASTS = Requirement(**{"not": ["once"]})
"""A coupon for one bill changes no price."""

_COUPON = ("coupon_id", "coupon", "coupon.id", "source.coupon")

OF_SUBSCRIPTION = {
    "its coupon": "discount.coupon.id",
    "its percent": "discount.coupon.percent_off",
    "its amount off": "discount.coupon.amount_off",
    "its off currency": "discount.coupon.currency",
    "its duration": "discount.coupon.duration",
    "its discount start": "discount.start",
    "its discount end": "discount.end",
    "its discount": "discount",
    "its discounts": "discounts",
}
"""Where the discount stands in the subscription itself, as columns, as an object, or by its id."""

_OF_COUPON = {
    "percent": "percent_off",
    "amount off": "amount_off",
    "off currency": "currency",
    "duration": "duration",
    "limits": "applies_to.products",
}


def _of_coupon(whose: str) -> Lookup:
    taken = {f"{whose} {ours}": theirs for ours, theirs in _OF_COUPON.items()}
    return Lookup(file="@stripe.api_coupons", on={f"{whose} coupon": "id"}, take=taken, may_miss=True)


def _found(file: str, on: Mapping[str, str], whose: str, where: Mapping[str, Condition]) -> tuple[Lookup, ...]:
    """The coupon of a discount and its days, from a table of them, each of several."""
    days = {f"{whose} discount start": "start", f"{whose} discount end": "end"}
    return tuple(
        Lookup(
            file=file,
            on=dict(on),
            take={f"{whose} coupon": coupon, **days},
            where=dict(where),
            may_miss=True,
            each=True,
        )
        for coupon in _COUPON
    )


_OF_NO_INVOICE: tuple[dict[str, Condition], ...] = (
    {"invoice_id": EMPTY, "invoice_item_id": EMPTY},
    {"invoice": EMPTY, "invoice_item": EMPTY},
    {},
)
"""A discount of one invoice or of an item of it, where columns say so, is none of the subscription."""

_CUSTOMERS = (("customer_id", "subscription_id"), ("customer", "subscription"))


def _of_customer(whose: str) -> tuple[Lookup, ...]:
    return tuple(
        found
        for customer, subscription in _CUSTOMERS
        for invoices in _OF_NO_INVOICE
        for found in _found(
            "@stripe.api_discounts", {"its customer": customer}, whose, {subscription: EMPTY, **invoices}
        )
    )


LOOKUPS = (
    *(
        found
        for file in ("@stripe.api_subscription_discounts", "@stripe.api_discounts")
        for invoices in _OF_NO_INVOICE
        for key in SUBSCRIPTION_KEYS
        for theirs in SUBSCRIPTION_KEYS
        for found in _found(file, {key: theirs}, "its", invoices)
    ),
    *_of_customer("its"),
    *_of_customer("customer"),
    Lookup(
        file="@stripe.api_customers", on={"its customer": "id"}, take={"customer discount": "discount"}, may_miss=True
    ),
    _of_coupon("its"),
    _of_coupon("customer"),
)
"""Discounts of subscriptions, and those of customers, which hold for subscriptions that have none of their own."""

_ITS: dict[str, Condition] = {"its duration": _LASTS}
_OF_ITS_CUSTOMER: dict[str, Condition] = {"its coupon": EMPTY, "customer duration": _LASTS}
_ENDS: tuple[dict[str, Condition], ...] = (
    {"its duration": Requirement(like="^once$")},
    {"its discount end": FILLED},
)
"""A discount of the subscription's own that leaves it again, to one of its customer if there is any."""
_QUOTE, _THEN = "[\"']", r"[\s\S]*"
_IN_OBJECT = rf"{_QUOTE}duration{_QUOTE}: ?{_QUOTE}(?:forever|repeating){_QUOTE}"


def _value(name: str) -> str:
    """What stands under a name in an object: the pattern of a number."""
    return rf"{_QUOTE}{name}{_QUOTE}: ?([0-9]+(?:\.[0-9]+)?)"


def _in_object(name: str, like: str, *, seconds: bool = False, minor_of: str | None = None) -> ColumnOf:
    """A number of the discount that stands as an object in the cell of the subscription."""
    return ColumnOf(
        column="its discount",
        part=f"{_value(name)}",
        where={"its discount": Requirement(like=like)},
        seconds=seconds,
        minor_of=minor_of,
    )


def _of_either(name: str, **settings: str) -> list[ColumnOf]:
    """A column of the subscription's coupon, and of the customer's where the subscription has none."""
    named = {"its": _ITS, "customer": _OF_ITS_CUSTOMER}
    minor = {whose: f"{whose} {settings['minor_of']}" if "minor_of" in settings else None for whose in named}
    return [ColumnOf(column=f"{w} {name}", where=where, minor_of=minor[w]) for w, where in named.items()]


_NAMED = Requirement(like=rf"{_IN_OBJECT}|^di_|{_QUOTE}coupon{_QUOTE}: ?{_QUOTE}")
_ONE, _SEVERAL = Requirement(like="di_"), Requirement(like=f"di_{_THEN}di_")

DISCOUNT: Columns = {
    "percent": FirstOf(
        first=[*_of_either("percent"), _in_object("percent_off", rf"{_IN_OBJECT}{_THEN}{_value('percent_off')}")]
    ),
    "off": FirstOf(
        first=[
            *_of_either("amount off", minor_of="off currency"),
            *(
                _in_object("amount_off", rf"{_value('amount_off')}{_THEN}{_IN_OBJECT}", minor_of=f"{price} currency")
                for price in ("price", "plan")
            ),
        ]
    ),
    "currency": FirstOf(
        first=[ColumnOf(column=f"{whose} off currency", capitals=True) for whose in ("its", "customer")]
    ),
    "shared_by": SUBSCRIPTION_KEYS,
    "starts": FirstOf(
        first=[
            day("its discount start", _ITS),
            day("customer discount start", _OF_ITS_CUSTOMER),
            _in_object("start", rf"{_value('start')}", seconds=True),
        ]
    ),
    "ends": FirstOf(
        first=[
            day("its discount end", _ITS),
            day("customer discount end", _OF_ITS_CUSTOMER),
            _in_object("end", rf"{_value('end')}", seconds=True),
        ]
    ),
    "billed": day("its anchor"),
    "named": (
        FirstOf(
            first=[
                *_of_either("coupon"),
                ColumnOf(column="its discount", where={"its discount": _NAMED}),
                ColumnOf(column="its discounts", where={"its discounts": _ONE, "its coupon": EMPTY}),
            ]
        ),
        FirstOf(
            first=[
                "its coupon",
                "customer coupon",
                ColumnOf(column="its discounts", where={"its discounts": _ONE}),
                ColumnOf(column="customer discount", where={"customer discount": _NAMED}),
            ]
        ),
    ),
    "further": FirstOf(
        first=[
            ColumnOf(column="discounts", where={"discounts": _ONE}),
            ColumnOf(column="its discounts", where={"its discounts": _SEVERAL}),
            ColumnOf(column="its limits", where={"its limits": Requirement(like="prod_")}),
            *(ColumnOf(column="customer coupon", where={**ends, "customer duration": _LASTS}) for ends in _ENDS),
        ]
    ),
}
"""What is taken off an item, of the price that it had without."""

EXPORTS = (
    Export("stripe.api_coupons", "Stripe coupons", ("id", "duration", "percent_off", "amount_off", "redeem_by")),
    Export(
        "stripe.api_discounts",
        "Stripe discounts",
        ("id", _COUPON, ("customer_id", "customer"), "start", "end", "promotion_code"),
    ),
    Export(
        "stripe.api_subscription_discounts",
        "Stripe discounts of subscriptions",
        ("id", _COUPON, SUBSCRIPTION_KEYS, "start", "end"),
    ),
)
