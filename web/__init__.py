"""The server: its door, the webhooks, the owner's pages and the command line."""
