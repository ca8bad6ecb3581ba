"""What is asked of an expression beside its derivatives: where it is least, where it is zero."""
