"""Running the installed `soat` command as a person would, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOAT = Path(sys.executable).with_name("soat")


def soat(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; the environment is this process's plus `environment`."""
    return subprocess.run(
        [SOAT, *arguments],
        cwd=cwd,
        env={**os.environ, "SOAT_DATABASE_URL": f"sqlite:///{cwd}/soat.db", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
