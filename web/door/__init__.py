"""The front door: who is let in, how long each may take, and what is spoken there."""
