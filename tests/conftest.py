"""What holds for all tests."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache_directory(tmp_path_factory):
    """Keep the parser tables out of the user's cache, in the processes that tests start as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTODIFF_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
