"""Run the benchmarks named on the command line, or all of them."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

from tests import bench

names = sorted(info.name for info in pkgutil.iter_modules(bench.__path__) if not info.name.startswith("_"))
chosen = sys.argv[1:] or names
sys.argv = sys.argv[:1]  # each benchmark reads its own options, and runs with its defaults here
if unknown := [name for name in chosen if name not in names]:
    sys.exit(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(names)}")
for name in chosen:
    print(f"== {name}", flush=True)
    import_module(f"tests.bench.{name}").main()
