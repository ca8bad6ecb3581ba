"""Tables of other programs in memory: Arrow, and what speaks it; which of their columns the variables are."""
