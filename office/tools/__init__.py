"""What the model may ask of the business: a file for each thing that a caller wants."""
