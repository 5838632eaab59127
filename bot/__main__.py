"""`starfish`, and `python -m bot`: the command line, from its very first import on.  May import: cli."""

import sys


def start() -> None:
    """Run the command line; Ctrl-C while it is still being imported is no traceback either."""
    try:
        from bot.cli import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(1)


if __name__ == "__main__":
    start()
