"""The business behind the telephone: what its calls may do, say and leave. Knows no web framework."""
