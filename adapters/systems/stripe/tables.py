"""How do tables of Stripe's API find each other? By ids, under the names of a warehouse or of the API itself."""

from collections.abc import Mapping, Sequence

from adapters.mapping.sources import ColumnOf, Lookup
from adapters.mapping.terms import Condition

SUBSCRIPTION_KEYS = ("subscription_id", "subscription")

_RAW = {
    "customer_id": "customer",
    "product_id": "product",
    "cancellation_details_reason": "cancellation_details.reason",
    "transform_quantity_divide_by": "transform_quantity.divide_by",
    "transform_usage_divide_by": "transform_usage.divide_by",
}
_RAW |= {f"recurring_{n}": f"recurring.{n}" for n in ("interval", "interval_count", "usage_type")}
"""The names of a warehouse, and those of the API itself where they differ."""


def looked_up(file: str, keys: Sequence[str], take: Mapping[str, str], *, may_miss: bool = False) -> tuple[Lookup, ...]:
    """The lookup by whichever key is there, in the names of a warehouse and of the API itself."""
    both = (dict(take), {ours: _RAW.get(theirs, theirs) for ours, theirs in take.items()})
    active = {"_fivetran_active": True} if file.endswith("history") else {}
    return tuple(
        Lookup(file=file, on={key: "id"}, take=names, prefer=active, may_miss=may_miss)
        for key in keys
        for names in both
    )


def day(column: str, where: Mapping[str, Condition] | None = None) -> ColumnOf:
    """The day of an instant in seconds, where the conditions hold."""
    return ColumnOf.model_validate({"column": column, "seconds": True, "where": dict(where or {})})
