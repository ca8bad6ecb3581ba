"""Dask's scheduler: a cluster that runs already, or one of processes on this machine, and tasks handed to it."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from ...parser.syntax.errors import UsageError
from ...parser.syntax.extras import how_to_install
from ...parser.syntax.wording import quoted, sentence
from . import preflight

# In which a scheduler answers; one of this machine does, however busy that is.
_SECONDS, _OWN_SECONDS = 10, 600
_PAGE = "127.0.0.1:0"
# What workers run first: Ctrl-C is for the one that started them, who ends them.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
# Tasks that are with the scheduler at a time, for each thread of the workers and at least.
_AHEAD, _LEAST_AHEAD = 4, 64


class Cluster(NamedTuple):
    """A connection to a scheduler, and what errors call it."""

    client: Any
    title: str

    def look(self, packages: list[str], paths: list[str], folder: str) -> dict[str, dict[str, Any]]:
        """What each worker says of itself, by its address (see `preflight`)."""
        import cloudpickle

        cloudpickle.register_pickle_by_value(preflight)
        try:
            with self._words():
                return self.client.run(preflight.look, packages, paths, folder)
        finally:
            cloudpickle.unregister_pickle_by_value(preflight)

    def finished(self, function: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> Generator[tuple[int, Any]]:
        """What the function returns for each of the calls, with the call's number, as they finish.

        A few calls are with the scheduler at a time; those that are there when whoever takes the results stops are
        cancelled. UsageError: the scheduler is gone, or a call ended every worker it was given to.
        """
        import distributed

        following = iter(enumerate(calls))
        numbers: dict[str, int] = {}
        name = f"autodiff-{function.__name__}-{secrets.token_hex(4)}"

        def submitted(count: int) -> list[Any]:
            futures: list[Any] = []
            # Some at a time, as all of one call is one message, and few at first: they may be long in coming.
            while some := list(islice(following, min(count - len(futures), len(futures) + 1, _LEAST_AHEAD))):
                keys = {f"{name}-{number}": number for number, _ in some}
                numbers.update(keys)
                columns = zip(*(call for _, call in some), strict=True)
                futures += self.client.map(function, *columns, key=[*keys], pure=False)
            return futures

        with self._words():
            ahead = max(_LEAST_AHEAD, _AHEAD * sum(self.client.ncores().values()))
            waiting = distributed.as_completed(submitted(ahead), loop=self.client.loop, with_results=True)
            try:
                for future, result in waiting:
                    if future.cancelled():
                        raise result
                    yield numbers.pop(future.key), result
                    if len(numbers) <= ahead // 2:
                        waiting.update(submitted(ahead - len(numbers)))
            finally:
                with contextlib.suppress(Exception):
                    self.client.cancel(list(waiting.futures), force=True)

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        """UsageError: what Dask says, in our words."""

        import distributed

        try:
            yield
        except distributed.KilledWorker:
            raise UsageError(
                "the same task has ended several workers",
                "see their logs; with too little memory, let fewer tasks run at a time in each",
            ) from None
        except ImportError as error:
            # One that has come since all were asked.
            raise UsageError(
                f"a worker that has come later cannot run autodiff: {sentence(str(error))}",
                "install the same on all of them, and go on with `--resume`",
            ) from None
        except (distributed.CancelledError, OSError):
            raise UsageError(
                f"the connection to {self.title} is lost", "parts that are written stay: go on with `--resume`"
            ) from None


@contextlib.contextmanager
def connected(where: str) -> Iterator[Cluster]:
    """The cluster that is meant: `tcp://host:8786`, a scheduler's file, `local` or `local:4`. UsageError: none."""
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--cluster needs Dask, which is not installed", f"install it with `{how_to_install('cluster')}`"
        ) from None
    for name in ("distributed", "tornado", "asyncio", *logging.root.manager.loggerDict):
        # What they say at length is said here in words, and of workers that leave it has others do the work.
        if name.startswith(("distributed", "tornado", "asyncio")):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    kind, _, count = where.partition(":")
    with contextlib.ExitStack() as closing:
        if kind == "local":
            processes = _count(where, count)
            cluster = distributed.LocalCluster(
                n_workers=processes,
                threads_per_worker=1,
                # Not on 8787 of all networks, where Dask would put a page that it has even without a dashboard.
                dashboard_address=_PAGE,
                worker_dashboard_address=_PAGE,
                preload=_DEAF,
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
            closing.enter_context(cluster)
            title = "the local cluster"
            how: dict[str, Any] = {"address": cluster, "timeout": _OWN_SECONDS}
        elif "://" in where:
            title, how = f"the scheduler at {where}", {"address": where, "timeout": _SECONDS}
        elif os.path.isfile(where):
            title, how = f"the scheduler of {quoted(where)}", {"scheduler_file": where, "timeout": _SECONDS}
        else:
            raise UsageError(
                f"--cluster takes the address of a scheduler, its file or `local`, not {quoted(where)}",
                "write `--cluster tcp://host:8786`, `--cluster scheduler.json` or `--cluster local:4`",
            )
        client = closing.enter_context(_client(title, how))
        try:
            client.wait_for_workers(1, timeout=how["timeout"])
        except OSError:
            raise UsageError(f"{title} has no workers", "start some with `dask worker ADDRESS`") from None
        _check_versions(client, title)
        yield Cluster(client, title)


def _client(title: str, how: Mapping[str, Any]) -> Any:
    """A connection to a scheduler. UsageError: there is none."""
    import distributed
    from distributed.versions import VersionMismatchWarning

    # One that could not be made would be closed by Python when nothing answers any more.
    kind = type("Client", (distributed.Client,), {"__del__": lambda self: None})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VersionMismatchWarning)
            return kind(**how, set_as_default=False)
    except OSError as error:
        reason = sentence(str(error).partition("\n")[0])
        raise UsageError(
            f"{title} does not answer: {reason}", "start one with `dask scheduler`, or write `--cluster local`"
        ) from None
    except Exception as error:
        # Dask has no error of its own for what it cannot make anything of.
        reason = sentence(str(error).partition("\n")[0] or type(error).__name__)
        raise UsageError(
            f"{title} is none that this machine understands: {reason}",
            f"addresses are like `tcp://host:8786`, and Dask has to be the one here, {distributed.__version__}",
        ) from None


def _check_versions(client: Any, title: str) -> None:
    """UsageError: another version of Dask than the one here, which it may not understand."""
    found = client.get_versions()
    own = found["client"]["packages"]["distributed"]
    workers = {f"the worker {address}": said for address, said in sorted(found["workers"].items())}
    for there, said in {title: found["scheduler"], **workers}.items():
        other = said["packages"]["distributed"]
        if other != own:
            raise UsageError(f"{there} has Dask {other}, and here is {own}", "install the same version on all of them")


def _count(where: str, count: str) -> int:
    """How many workers a local cluster is to have."""
    if ":" not in where:
        return os.cpu_count() or 1
    if not count.isdecimal() or not 1 <= int(count) <= 256:
        raise UsageError(f"`local:` is followed by a number of workers, not {quoted(count)}", "write `local:4`")
    return int(count)
