"""The peer `posting` in an environment of its own, because it wants another Textual than this project."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from benchmarks._window import ROOT

FOLDER = ROOT / "build" / "peers" / "posting"
WANTED = ("posting==2.11.1", "tree-sitter==0.25.2")
"""With tree-sitter 0.26 that release of posting ends in a segmentation fault."""


def installed(given: str = "") -> Path | None:
    """The program: at the path given, else where `install` puts it; None where there is none."""
    path = Path(given) if given else FOLDER / "bin" / "posting"
    return path if path.is_file() else None


def install() -> Path:
    """Put it into build/peers, compiled, from the registry that pip is set to. Raises CalledProcessError."""
    venv.create(FOLDER, with_pip=True)
    words = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", "--compile", *WANTED]
    subprocess.run(words, check=True)
    return FOLDER / "bin" / "posting"


def absent() -> str:
    """What to say where it is not there."""
    own = f"{Path(sys.executable).name} -m benchmarks.first_frame"
    return f"posting is not installed: `{own} --install` puts it into {FOLDER.relative_to(ROOT)}, --posting names one"
