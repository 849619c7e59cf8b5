"""Who is credited for what: ownership in time, shares of accounts, and money split without residue."""
