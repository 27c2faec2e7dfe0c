"""The commands of `frontdesk` that work on the file: one module for each noun."""
