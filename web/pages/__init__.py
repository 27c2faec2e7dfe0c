"""The owner's pages: each a module with its views and its ROUTES."""
