#!/usr/bin/env bash
# Jinja2 3.1.6: a negative constant to the power of a variable is negated last.
#
# The compiler folds the operand (-2) to a constant and writes it without brackets, so that Python
# reads "-2 ** n", which is -(2 ** n). The same expression out of two constants, or of two
# variables, gives what it says. Brackets in the template do not help.
#
# Seen: "(-2) ** 2" is 4, with n = 2 "(-2) ** n" is -4, and with m = -2 "m ** n" is 4.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install jinja2==3.1.6 markupsafe==3.0.3
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import jinja2

environment = jinja2.Environment()
print("jinja2", version("jinja2"), "on Python", sys.version.split()[0])
results = {}
for expression in ["(-2) ** 2", "(-2) ** n", "m ** n"]:
    results[expression] = environment.from_string("{{ " + expression + " }}").render(n=2, m=-2)
    print(f"{{{{ {expression} }}}} with n=2, m=-2: {results[expression]}")
sys.exit(0 if list(results.values()) == ["4", "-4", "4"] else 1)
PYTHON
