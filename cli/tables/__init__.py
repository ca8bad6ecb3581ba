"""Where tables and other files of records come from, how their text is encoded, and where their records end."""
