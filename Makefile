# `make demo` and `make test` set everything up by themselves; a second run does not set up again.
.PHONY: setup demo test lint bench
BIN := .venv/bin

setup:
	@./setup.sh

demo: setup
	@$(BIN)/soat demo

test: setup
	@$(BIN)/pytest

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m tests.bench
