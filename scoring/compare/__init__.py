"""Why has the same company two numbers? Definitions exchanged one by one, each with its effect and its accounts."""

from scoring.compare.bridging import Bridge, Moved, Step, bridges
from scoring.compare.folder import Company, Comparison, compare, of_folder

__all__ = ["Bridge", "Company", "Comparison", "Moved", "Step", "bridges", "compare", "of_folder"]
