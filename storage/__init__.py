"""The rows: one SQLite file, one writer, and plain functions of a connection. Knows nobody."""
