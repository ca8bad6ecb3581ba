# For a developer's own environment: pip install -e '.[dev]' first.
.PHONY: check test thorough versions lint tables samples picture docs bench

check: lint test

lint:
	ruff check .
	ruff format --check .
	pyrefly check
	basedpyright  # the heart of the engine, under the strictest rules

test:
	pytest -q -n auto

thorough:  # all examples that the tests of properties can make up, and each run of a command a process of its own
	AUTODIFF_THOROUGH=1 AUTODIFF_PROCESSES=1 pytest -q -n auto

versions:  # the tests on each supported Python that this machine has
	for version in 3.11 3.12 3.13 3.14; do .ci/with-python $$version || exit 1; done

tables:  # writes anew what is computed from the grammars and from the table: after an edit of either
	python -m autodiff.parser.syntax.tables parser/syntax/grammar.lark
	python -m autodiff.engine.primitives.index

samples:  # rewrites the transcripts; their diff is the review
	python tests/test_samples.py --rewrite

picture:  # draws samples/terminal.svg, the README's picture, anew
	python samples/picture.py

docs:  # the page of man, and the site in build/site: pip install -e '.[docs]' first
	python docs/man.py
	python tests/cli/shell/test_options.py
	AUTODIFF_THOROUGH=1 mkdocs build --strict --site-dir build/site  # with a picture of each function

bench:  # pip install -e '.[bench]' first
	python tests/benchmarks/startup.py
	python tests/benchmarks/eager.py
	python tests/benchmarks/parsing.py
	python tests/benchmarks/library.py
	python tests/benchmarks/tables.py --memory
	python tests/benchmarks/cluster.py
	python tests/benchmarks/columns.py
	python tests/benchmarks/native.py
	python tests/benchmarks/batch.py
	python tests/benchmarks/jacobians.py
	python tests/benchmarks/training.py
	python tests/benchmarks/derivatives.py
	python tests/benchmarks/optimization.py
	python tests/benchmarks/fits.py
