"""Benchmarks: `python -m tests.bench` runs every file of this folder, `python -m tests.bench judge` one of them."""
