"""What things cost: each module prints its tables, and judges nothing."""
