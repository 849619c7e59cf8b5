"""Which words do the exports of Salesforce share? Names in two spellings, what is deleted, merged or empty."""

import re
from collections.abc import Mapping

from adapters.known.export import Export
from adapters.mapping.sources import Merged
from adapters.mapping.terms import EMPTY, Condition, Requirement

EMPTY_ID = "000000000000000AAA"
"""How the weekly export writes a lookup that is empty."""


def both(*names: str) -> tuple[str, ...]:
    """Each name as the API writes it, and as warehouses do: `OwnerId`, `owner_id`."""
    return tuple(n for name in names for n in (name, re.sub("(?<=[a-z0-9])(?=[A-Z])|__", "_", name).lower()))


OBJECT = {"nulls": [EMPTY_ID, EMPTY_ID.removesuffix("AAA")], "whole_ids": True, "marks": True, "utc": True}
"""Objects as the Data Export and the Data Loader write them; the one does not say that its times are in UTC."""
REPORT = {"footer": True, "whole_ids": True}
NOT_TRUE, NOT_FALSE = Requirement.model_validate({"not": True}), Requirement.model_validate({"not": False})
NOT_DELETED: Mapping[str, Condition] = {
    **dict.fromkeys((*both("IsDeleted"), "_fivetran_deleted"), NOT_TRUE),
    "_fivetran_active": NOT_FALSE,
}
NOT_MERGED: Mapping[str, Condition] = {**NOT_DELETED, **dict.fromkeys(both("MasterRecordId"), EMPTY)}
OWNER_CHANGED: Mapping[str, Condition] = {
    "Field": ["Owner", "OwnerId", "ownerId"],
    "NewValue": Requirement(starts_with="005"),
    "IsDeleted": NOT_TRUE,
}
NO_CURRENCY = "names no currency, so all amounts count as the reporting currency"
IN_WAREHOUSE = "a warehouse knows of changes since it was set up; owners of earlier times are not known"


def into_master(*columns: str) -> list[Merged]:
    """Those columns follow accounts that were merged."""
    into = zip(both("Id"), both("MasterRecordId"), strict=True)
    return [Merged(file="@salesforce.accounts", of=c, gone=g, into=m) for g, m in into for c in columns]


def known(name: str, what: str, *tells: str | tuple[str, ...], settings: Mapping[str, bool] | None = None) -> Export:
    """An export that others look things up in, or that is not needed."""
    return Export(f"salesforce.{name}", f"Salesforce {what}", tells, settings=settings or {})
