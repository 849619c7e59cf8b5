"""Exports of systems that are known by their headers: what an export is, which a file is, how it is read."""
