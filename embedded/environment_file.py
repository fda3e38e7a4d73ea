"""The file of NAME=value lines from which every process of Nitro reads what its environment does not set."""

import io
import re
from pathlib import Path

import environ

LINE = re.compile(r"(?:export )?[A-Za-z_0-9]+=|\s*$|#")


def read_environment_file(path: Path) -> None:
    """Put the variables of the file into the environment; what is set there already stays.

    Values are taken as they stand: `$`, `#` and spaces inside mean nothing, quotes around one are removed.
    A file that cannot be read, or a line that is neither a variable nor a comment, ends the process: with
    half its settings a production machine would run on those of development.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"The environment file {path} cannot be read: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if not LINE.match(line):
            raise SystemExit(f"Line {number} of {path} is neither NAME=value nor a comment after #")
    environ.Env.read_env(io.StringIO(text))
