"""The tariff engine over arrays: a whole population priced at once, each household as `engine.decide` would.

Pure functions over int64 arrays of cents: no database, clock, tenant or float. What the engine tells
of one household, step by step, is not told here: only the amounts, and they are the same to the cent.
"""

from billing.tariffs.batch.population import UNKNOWN, BoolArray, IntArray, Population
from billing.tariffs.batch.pricing import price_all

__all__ = ["UNKNOWN", "BoolArray", "IntArray", "Population", "price_all"]
