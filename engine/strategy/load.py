"""FILE.py[:Class] becomes an instance of the strategy that it names."""

from __future__ import annotations

import os
import re
import sys
from types import ModuleType

from engine.strategy.base import Strategy
from engine.strategy.errors import StrategyError, bad, failed, placed

_NAMED = re.compile(r"(?P<file>.+):(?P<name>[A-Za-z_]\w*)\Z")


def load(text: str) -> Strategy:
    """The strategy of `FILE.py` or `FILE.py:Class`, made without arguments. Raises StrategyError.

    The file runs as a module of its own; files beside it can be imported by it.
    """
    match = _NAMED.match(text)
    file, name = (match["file"], match["name"]) if match else (text, "")
    kind = _choose(_module(file), name, file)
    try:
        return kind()
    except StrategyError as error:
        raise placed(error) from error
    except (Exception, SystemExit) as error:  # whatever somebody's code raises is told as theirs
        raise failed(error) from error


def _module(file: str) -> ModuleType:
    try:
        with open(file, "rb") as source:
            text = source.read()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise bad(f"cannot read the strategy {file}: {why}", "name a Python file: FILE.py or FILE.py:Class") from None
    stem = re.sub(r"\W", "_", os.path.splitext(os.path.basename(file))[0])
    module = ModuleType(f"strategy_of_{stem}")
    module.__file__ = os.path.abspath(file)
    folder = os.path.dirname(module.__file__)
    if folder not in sys.path:
        sys.path.append(folder)
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, file, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:  # whatever somebody's code raises is told as theirs
        raise failed(error) from error
    return module


def _choose(module: ModuleType, name: str, file: str) -> type[Strategy]:
    own = {
        found.__name__: found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Strategy) and found.__module__ == module.__name__
    }
    listed = ", ".join(own)
    if name:
        if name not in own:
            raise bad(f"{file} has no strategy {name}", f"it has {listed}" if own else "derive it from Strategy")
        return own[name]
    if len(own) != 1:
        message = f"{file} has several strategies" if own else f"{file} has no class derived from Strategy"
        fix = f"name one: {file}:{next(iter(own))} (it has {listed})" if own else "from vterm.sdk import Strategy"
        raise bad(message, fix)
    return next(iter(own.values()))
