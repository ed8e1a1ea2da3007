#!/usr/bin/env bash
# smolagents 1.26.0: a variable that does not exist has the value of the one whose name is most like it.
#
# One would guess: the code that a CodeAgent writes runs as Python does, or is refused: what it has set in earlier steps is there, and a name that was never
# set is a NameError, from which the model learns that it has to fetch the figure first.
# What happens: its interpreter looks for a name that is similar, and takes that one's value without a word. `sales_2025` is what `sales_2024` is, and
# `price_eur` what `price_usd` is; the answer is wrong, and nothing tells so. A name that is like no other is refused. `+=` to a name that was never set
# begins at 0, and the `else` of a loop, where one writes what holds when nothing was found, is never run. `executor_type="docker"` and its like run
# Python itself.
#
# Seen (the same code by Python and by smolagents' LocalPythonExecutor):
#   sales_2025 of sales_2024: Python NameError; smolagents 100
#   price_eur of price_usd: Python NameError; smolagents 40
#   a name like no other: Python NameError; smolagents InterpreterError
#   += to a name never set: Python NameError; smolagents 5
#   the else of a loop: Python "nobody"; smolagents "not looked"
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'smolagents==1.26.0'
cat >try.py <<'PY'
from smolagents.local_python_executor import LocalPythonExecutor

TRIALS = {
    "sales_2025 of sales_2024": ["sales_2024 = 100", "result = sales_2025"],
    "price_eur of price_usd": ["price_usd = 40", "result = price_eur"],
    "a name like no other": ["price_usd = 40", "result = weather"],
    "+= to a name never set": ["other = 1", "total += 5\nresult = total"],
    "the else of a loop": ["result = 'not looked'", "for name in ['Ana']:\n    if name == 'Ben':\n        break\nelse:\n    result = 'nobody'"],
}

def told(run):
    try:
        result = run()
    except Exception as error:
        return type(error).__name__
    return f'"{result}"' if isinstance(result, str) else str(result)

def by_python(steps):
    names = {}
    for step in steps:
        exec(step, names)
    return names["result"]

def by_smolagents(steps):
    executor = LocalPythonExecutor(additional_authorized_imports=[])
    executor.send_tools({})
    for step in steps:
        executor(step)
    return executor("result").output

for name, steps in TRIALS.items():
    print(f"{name}: Python {told(lambda: by_python(steps))}; smolagents {told(lambda: by_smolagents(steps))}")
PY
env/bin/python try.py | tee seen
cat >expected <<'TXT'
sales_2025 of sales_2024: Python NameError; smolagents 100
price_eur of price_usd: Python NameError; smolagents 40
a name like no other: Python NameError; smolagents InterpreterError
+= to a name never set: Python NameError; smolagents 5
the else of a loop: Python "nobody"; smolagents "not looked"
TXT
diff expected seen && echo "as before"
