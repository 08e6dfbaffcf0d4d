"""Builds what the benchmark runs, finds it, and says which versions it is."""

import dataclasses
import json
import os
import platform
import re
import shutil
import subprocess
import sys

from measuring import CouldNotRun

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PYTHON = "/usr/bin/python3"  # Debian's, whatever runs this script


def call(*command, cwd=ROOT):
    """Runs a preparing command; what it prints is progress, not result."""
    try:
        subprocess.run(command, cwd=cwd, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CouldNotRun(f"{command[0]}: {error}") from error


def build(folder):
    """Configures and builds a release tree with the benchmark. Returns the folder of its programs."""
    fresh = not os.path.exists(f"{folder}/CMakeCache.txt")
    generator = ["-G", "Ninja"] if fresh and shutil.which("ninja") else []
    call("cmake", "-S", ROOT, "-B", folder, *generator, "-DCMAKE_BUILD_TYPE=Release", "-DPV_BENCH=ON",
         "-DPV_TESTS=OFF")
    call("cmake", "--build", folder, "--parallel", str(os.cpu_count()))
    return f"{folder}/bin"


def existing(path, remedy):
    if not path or not os.path.exists(path):
        raise CouldNotRun(f"{path} is missing: {remedy}")
    return path


def installed(program, package):
    if not shutil.which(program):
        raise CouldNotRun(f"{program} is missing: install {package}, or leave out what needs it with --only")
    return shutil.which(program)


def install_duckdb():
    if not os.path.isdir(f"{HERE}/node_modules/@duckdb"):
        installed("npm", "npm")
        call("npm", "ci", cwd=HERE)


@dataclasses.dataclass
class Tools:
    """Commands, as lists that a file's path is appended to where they read one."""

    audit: str
    generator: str
    stopwatch: str
    scan: str
    simdjson: str
    python: list
    node: list
    duckdb: list


def find_tools(folder, parts):
    """The compiled programs of FOLDER, and of the opponents those that PARTS need: none is left out in silence."""
    remedy = "build the tree with -DPV_BENCH=ON"
    audit, generator, stopwatch, scan = (existing(f"{folder}/{name}", remedy) for name in (
        "photovote-audit", "pv-bench-generate", "pv-bench-measure", "pv-bench-sqlite-scan"))
    simdjson = f"{folder}/pv-bench-simdjson"
    if parts & {"simdjson", "foreign"}:
        existing(simdjson, "install libsimdjson-dev and build again, or leave out what needs it with --only")
    node = installed("node", "nodejs (18 or later)") if parts & {"node", "duckdb"} else ""
    if "duckdb" in parts:
        install_duckdb()
    existing(PYTHON, "install python3")
    return Tools(audit, generator, stopwatch, scan, simdjson, [PYTHON, f"{HERE}/python_tally.py"],
                 [node, f"{HERE}/node_tally.mjs"], [node, f"{HERE}/duckdb_tally.mjs"])


def cpu_name():
    """The model and the numbers that tell its generation: virtual machines often give no more than a brand."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        fields = dict(re.findall(r"^(model name|cpu family|model)\s*:\s*(.*)$", file.read(), re.MULTILINE))
    name = fields.get("model name", platform.processor() or platform.machine())
    return f"{name} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')}), {os.cpu_count()} CPUs"


def versions(parts):
    """The versions of the opponents that PARTS need."""
    found = []
    if parts & {"simdjson", "foreign"}:
        found.append("simdjson " + first_line("pkg-config", "--modversion", "simdjson"))
    if "duckdb" in parts:
        with open(f"{HERE}/package.json", encoding="utf-8") as file:
            found.append("DuckDB " + json.load(file)["dependencies"]["@duckdb/node-api"])
    if parts & {"node", "duckdb"}:
        found.append("Node " + first_line("node", "--version"))
    if parts & {"python"}:
        found.append(first_line(PYTHON, "--version"))
    return ", ".join(found)


def first_line(*command):
    try:
        return subprocess.check_output(command, text=True).splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "of unknown version"
