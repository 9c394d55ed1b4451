# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""setup/bench: runs the measurements in tests/bench, as modules with a main().

setup/bench                 all of them
setup/bench NAME [option]   tests/bench/NAME.py with its own options
"""

import os
import subprocess
import sys

from . import paths, process

FOLDER = paths.ROOT / "tests" / "bench"


def main() -> int:
    process.exit_on_signals()
    scripts = sorted(FOLDER.glob("[!_]*.py"))
    arguments = sys.argv[1:]
    if arguments:
        chosen = arguments.pop(0)
        scripts = [script for script in scripts if script.stem == chosen]
        if not scripts:
            print(f"no such measurement: tests/bench/{chosen}.py", file=sys.stderr)
            return 2
    environment = {**os.environ, "PYTHONPATH": str(paths.ROOT / "setup")}
    codes = [
        subprocess.run(
            [str(paths.PYTHON), str(script), *arguments], env=environment
        ).returncode
        for script in scripts
    ]
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
