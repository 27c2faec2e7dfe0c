"""What real rooms and real people do: a panel of rows and tables for each kind."""
