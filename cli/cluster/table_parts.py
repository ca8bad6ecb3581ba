"""The tables of a call as parts, and what is said of their rows, in order."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import numpy as np

from ...parser.syntax.errors import AutodiffError, UsageError
from ..map.folder_keys import typed_keys
from ..map.mapping import Job
from ..map.row_counts import RowCounts
from ..map.table_formats import Table
from ..shell.progress import progress
from ..shell.stores import is_address
from ..tables.dialect import TextForm
from ..tables.opening import Place
from .cluster_options import Where
from .distribution import Parts, write_parts
from .scheduler import Cluster
from .survey import PART_BYTES, Survey, part_size
from .table_run import Run, described
from .table_work import survey, write_range
from .tasks import Task, digest_of


def write_tables(
    where: Where,
    places: Sequence[Place],
    first: Table,
    job: Job[Any],
    format_name: str,
    form: TextForm,
    input_format: str | None,
) -> RowCounts:
    """Has the tables written with their results by a cluster, as parts in the order of the rows, and counts the rows.

    UsageError: the cluster or the folder is not as it should be, or a table cannot be read. ExpressionError: the
    expression is wrong for the values of a table.
    """
    places = [_absolute(place) for place in places]
    # Folders that say a column stay folders, and the column is there.
    folders = list(job.layout.keys)
    job = job._replace(layout=job.layout._replace(keys={}))
    run = Run(job, format_name, form, input_format, places[0], len(places) == 1, first.is_sized)
    size = part_size(first.all_bytes, PART_BYTES)
    about = {**described(run, first), "folders": folders, "part_bytes": size}
    parts = TableParts(pickle.dumps(run), places, folders, size, format_name, about)
    write_parts(where, parts)
    return parts.counts


def _absolute(place: Place) -> Place:
    """The same place from wherever a worker runs, called as it was."""
    if place.path is None:
        raise UsageError("the workers of a cluster cannot read standard input", "name a file that they see")
    return place if is_address(place.path) else place._replace(path=os.path.abspath(place.path), called=place.title)


class TableParts(Parts):
    """Tables that are cut into ranges."""

    work = staticmethod(write_range)

    def __init__(
        self,
        data: bytes,
        places: Sequence[Place],
        folders: Sequence[str],
        part_bytes: int,
        format_name: str,
        about: Mapping[str, Any],
    ) -> None:
        super().__init__(data, about, {place.path or "": place.title for place in places})
        self.places = places
        self.folders = folders
        self.part_bytes = part_bytes
        self.ending = format_name
        self.titles: list[str | None] = []
        self.counts = RowCounts()

    def tasks(self, cluster: Cluster, folder: str) -> Sequence[Task]:
        """The tasks in the order of the rows. UsageError: a table cannot be read, the first of those that cannot."""
        surveys = self._surveys(cluster)
        planned = sum(len(found.ranges) for found in surveys)
        digits = max(5, len(str(planned - 1)))
        run = digest_of(self.about)
        tasks: list[Task] = []
        keys_of = typed_keys([place.keys for place in self.places])
        for place, keys, found in zip(self.places, keys_of, surveys, strict=True):
            way = [f"{name}={quote(place.keys[name], safe=' ')}" for name in self.folders if name in place.keys]
            said = [[name, key.text, key.kind.__name__] for name, key in keys.items()]
            for part in found.ranges:
                path = os.path.join(folder, *way, f"part-{len(tasks):0{digits}}.{self.ending}")
                digest = digest_of(run, surveys[0].head, found.head, said, part)
                tasks.append(Task(path, (place, keys, part, found.state), digest))
                self.titles.append(place.title if len(self.places) > 1 else None)
        return tasks

    def _surveys(self, cluster: Cluster) -> list[Survey]:
        """The ranges of each table. UsageError: one cannot be read, the first of those that cannot."""
        found: dict[int, Survey | AutodiffError] = {}
        calls = ((self.data, place, self.part_bytes) for place in self.places)
        for number, result in cluster.finished(survey, calls):
            found[number] = result
            progress.tell(f"{len(found):,} of {len(self.places):,} tables looked through")
        surveys: list[Survey] = []
        for number in sorted(found):
            result = found[number]
            if isinstance(result, AutodiffError):
                raise result
            surveys.append(result)
        return surveys

    def written(self, report: Mapping[str, Any], share: str) -> None:
        """Counts the rows of a part that is written."""
        self.counts.share = share
        self.counts.add(report["rows"], report["empty"])

    def settled(self, number: int, report: Mapping[str, Any]) -> None:
        """Says what failed in a part."""
        title = self.titles[number]
        self.counts.fail(report["failed"], [(place, reason) for place, reason in report["faults"]], title)
        if "first" in report:
            place, variables = report["first"]
            values = {name: np.asarray(value) for name, value in variables.items()}
            self.counts.add_nonfinite(report["nonfinite"], title, place, values)
