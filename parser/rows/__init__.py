"""One expression over many rows of numbers: as columns, or as records of a batch that share it."""
