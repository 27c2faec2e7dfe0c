"""One call: its two peers, who speaks when, and how it ends. Knows no vendor outside `peers`."""
