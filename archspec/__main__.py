"""``archspec`` and ``python -m archspec``: the command line. Its imports take a tenth of a second,
in which Ctrl-C is handled as it is later.
"""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    gc.disable()  # as `terminal.alone` does, which is not imported yet
    try:
        from archspec.cli import program  # noqa: PLC0415 - within the guard
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
    program.main(prog_name="archspec")


if __name__ == "__main__":
    main()
