"""Tables: records read in chunks, with the columns an expression needs as numbers, and written with new columns.

A source (`open_tables`) gives the columns' names and chunks of rows; a chunk gives columns as arrays. A writer
(`open_writer`) takes each chunk with its results. Text that is not computed with is never parsed and never changed.
"""
