"""What holds for all tests."""

import gc
import os
import signal
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# As many processes compute as there are processors: threads of the linear algebra, in each as many again, would only
# wait for one another. NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from effort import THOROUGH, examples
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from server import OFFERED, serving

import autodiff.engine as torch
from autodiff.parser.script.running import resources

# How long an example takes, and how long it takes to make up, depends on what else the machine does.
# The gate makes up the same examples in each run, so that it says the same of the same commit.
settings.register_profile(
    "shared",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not THOROUGH,
)
settings.load_profile("shared")
# Hypothesis would mix in numbers and words from those modules of ours that the tests before have imported.
setattr(providers, "_get_local_constants", providers.Constants)  # noqa: B010  (of no interface)
# Whoever starts the tests in the background has interrupts ignored, which the processes of the tests inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Takes what is there before the tests out of what is looked through when one of them collects garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def garbage_left_to_itself() -> None:
    """The same for what the modules before have left: caches, programs, what failed."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Whatever a test sets, the next one finds the default dtype float64, and operations recorded."""
    yield
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(True)


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same for all who run the tests, in processes as well; what is kept on disk, in a folder of the tests'."""
    # A pager would wait for somebody to turn its pages.
    terminal = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PAGER": "cat"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**terminal, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}.items():
            patch.setenv(name, value)
        # Processes that tests start buffer their output, as for users.
        for name in ("NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED"):
            patch.delenv(name, raising=False)
        # Nor is there a file of the person's own.
        patch.setenv("AUTODIFF_CONFIG", "")
        # Nor does the alarm of a time limit end all tests, on a machine that has stood still for some seconds.
        patch.setattr(resources, "announce", lambda seconds, grace: None)
        yield


@pytest.fixture
def unwatched() -> Iterator[None]:
    """Garbage is collected without what Hypothesis has told of it, in which an interrupt would be lost."""
    kept = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = kept


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """The folder of a program `autodiff` for tests that only look at bytes and exit codes: it asks a server, if it can.

    With AUTODIFF_PROCESSES=1 in the environment each run is a process of its own, as for users.
    """
    if not OFFERED or os.environ.get("AUTODIFF_PROCESSES"):
        yield Path(sysconfig.get_path("scripts"))
        return
    with serving() as folder:
        yield folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how much of each recorded file holds, so that what is skipped is seen."""
    scores: dict[str, Counter[str]] = {}
    for outcome in ("passed", "skipped", "xfailed", "failed"):
        for report in terminalreporter.getreports(outcome):
            path, _, test = report.nodeid.partition("::")
            if "test_recorded_" in path and (report.when == "call" or outcome == "skipped"):
                counts = dict(report.user_properties).get("cases", {outcome: 1})
                scores.setdefault(f"{Path(path).stem}: {test.partition('[')[0]}", Counter()).update(counts)
    if scores:
        terminalreporter.section("recorded facts of PyTorch: passed / applicable / total")
    for name, counts in sorted(scores.items()):
        total = counts.total()
        applicable = total - counts["skipped"]
        terminalreporter.line(f"{name}: {counts['passed']} / {applicable} / {total}")
