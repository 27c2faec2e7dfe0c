"""Ids of a business's rows: counted up, and never given again. Plain functions of a connection.

What was erased leaves its number unused. So a form, a link or a message under way that names a row by its id
never means another that has come in its place.
"""

import sqlite3


def new(conn: sqlite3.Connection, business_id: int, table: str) -> int:
    """Return an id that no row of the business in this table has, or ever had."""
    (given,) = conn.execute(
        "INSERT INTO last_ids (business_id, of_table, id)"  # noqa: S608 - the names of tables are constants
        " SELECT :business_id, :table, coalesce(max(id), 0) + 1"
        f" FROM {table} WHERE business_id = :business_id"
        " ON CONFLICT (business_id, of_table) DO UPDATE SET id = max(id + 1, excluded.id) RETURNING id",
        {"business_id": business_id, "table": table},
    ).fetchone()
    return int(given)
