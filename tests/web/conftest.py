# The same open file and business as for the office.
from tests.office.conftest import business, database

__all__ = ["business", "database"]
