"""Scorecards as a workbook for people: figures with their formats, and no formula or link, whatever names say."""

from scoring.reports.workbook.frames import NEEDED
from scoring.reports.workbook.whole import MEDIA_TYPE, workbook, write

__all__ = ["MEDIA_TYPE", "NEEDED", "workbook", "write"]
