"""`autodiff map --cluster`: the parts of tables as tasks for the workers of a Dask cluster, and a folder of results."""
