# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""setup/run, as somebody would call it who sees this repository for the first time."""

import json
import subprocess

from harness import paths

ORDERS = 36


def test_it_imports_the_orders_and_says_so_in_json():
    done = subprocess.run(
        [str(paths.ROOT / "setup" / "run"), "--once", "--orders", str(ORDERS)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout.strip().rpartition("\n")[2])
    assert result["orders_received"] == result["orders_imported"] == ORDERS
    assert result["exceptions"] == 0
    assert result["seconds"] < 120


def test_a_wrong_option_is_told_and_starts_nothing():
    done = subprocess.run(
        [str(paths.ROOT / "setup" / "run"), "--oders", "1"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "--oders" in done.stderr
