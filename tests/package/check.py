"""What is installed beside the commands, against the commands: manual pages, completions, the sample of settings, the unit; and
the metrics that the operating guide tells of.

usage: check.py man|completions|sample|unit|metrics COMMANDS TREE

COMMANDS is the folder of the programs. What takes a shell or a tool that is not here is left out, and said so.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = ["photovote", "photovote-audit", "photovote-import"]
EXPOSURE_MAX = 1.5  # of systemd-analyze security: from 0, nothing to attack, to 10
commands, tree = (os.path.abspath(path) for path in sys.argv[2:4])
faults = []


def check(holds, *what):
    if not holds:
        faults.append(" ".join(str(word) for word in what))


def output(*words, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, encoding="utf-8",
                          timeout=60, check=False, **more)
    check(done.returncode == 0, *words, "failed:", done.stdout)
    return done.stdout


def there_is(tool):
    found = shutil.which(tool) is not None
    if not found:
        print("left out: there is no", tool)
    return found


def program(name, *words):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PHOTOVOTE_")}
    with tempfile.TemporaryDirectory() as folder:
        return output(os.path.join(commands, name), *words, cwd=folder, env=environment)


def commands_of(name):
    """The commands that --help lists; one without a name where there is none."""
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", program(name, "--help"), re.MULTILINE)
    return re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", listed.group(1), re.MULTILINE) if listed else [""]


def options_of(name):
    """Command, options, name of the value, of each line of each help."""
    for command in commands_of(name):
        for line in program(name, *command.split(), "--help").splitlines():
            found = re.match(r"  (-\w)?(?:, )?(--[\w-]+)?(?: (\S+))?  +\S", line)
            if found and (found.group(1) or found.group(2)):
                yield command, [word for word in found.group(1, 2) if word], found.group(3)


def settings():
    return re.findall(r"^([a-z-]+) = (.*)  # default$", program("photovote", "config", "show"), re.MULTILINE)


def check_page(name):
    path = os.path.join(tree, "man", name + ".1.scd")
    with open(path, encoding="utf-8") as file:
        page = file.read()
    said = set(re.findall(r"\*(-\w|--[\w-]+)\*", page))
    there = {word for _, words, _ in options_of(name) for word in words}
    check(there <= said, path, "does not tell of", sorted(there - said))
    check(said <= there, path, "tells of what there is not:", sorted(said - there))
    for _, words, value in options_of(name):
        heading = ", ".join(f"*{word}*" for word in words) + (" " + "|".join(
            f"*{part}*" if part.islower() else f"_{part}_" for part in value.split("|")) if value else "")
        check("\n" + heading + "\n\t" in page, path, "has no", heading)
    for command in commands_of(name):
        check(not command or "\n*%s*" % command in page, path, "does not tell of", command)
    if there_is("scdoc"):
        with open(path, "rb") as file:
            done = subprocess.run(["scdoc"], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        check(done.returncode == 0 and not done.stderr, path, done.stderr)
    return page


def check_man():
    pages = {name: check_page(name) for name in PROGRAMS}
    for name, value in settings():
        told = re.search(r"^\*--%s\* .*\n\t((?:.+\n\t?)+)" % name, pages["photovote"], re.MULTILINE)
        check(not value or (told and f"Default: {value}." in told.group(1)), "the page's default of", name, "is not", value)


def check_sample():
    path = os.path.join(tree, "service", "photovote.conf")
    with open(path, encoding="utf-8") as file:
        sample = file.read()
    check(sample == program("photovote", "config", "sample"), path, "is not what `photovote config sample` prints")
    said = re.findall(r"^#([a-z-]+) = ?(.*)$", sample.replace(" =\n", " = \n"), re.MULTILINE)
    check(said == settings(), "the sample has", said, "and the defaults are", settings())
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(re.sub(r"^#([a-z-]+ =)", r"\1", sample, flags=re.MULTILINE))
        file.flush()
        shown = program("photovote", "config", "show", "--config", file.name)
    check([(name, value) for name, value in re.findall(r"^([a-z-]+) = (.*)  # file$", shown, re.MULTILINE)] == settings(),
          "the sample without its # leads to", shown)


def check_unit():
    path = os.path.join(tree, "service", "photovote.service")
    with open(path, encoding="utf-8") as file:
        unit = file.read()
    check("Type=notify" in unit and "DynamicUser=yes" in unit and "StateDirectory=" in unit, path, "has lost its point")
    drain = int(dict(settings())["drain-ms"])
    check(int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE).group(1)) * 1000 > drain + 5000,
          path, "does not wait as long as running requests may take")
    if there_is("systemd-analyze"):
        said = output("systemd-analyze", "security", "--no-pager", "--offline=true", path)
        exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
        check(exposure and float(exposure.group(1)) <= EXPOSURE_MAX, path, "is exposed:", said[-300:])


BASH = """source "$1/bash/$2"; shift 2
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_${1//-/_}" "$1" "${@: -1}" "${@: -2:1}"; printf '%s\\n' "${COMPREPLY[@]}\""""
ZSH = """_arguments() { printf '%s\\n' "$@" }; _describe() { printf '%s\\n' ${(P)2} }; _files() { }
program=$2; dir=$1; shift; words=("$@"); CURRENT=$#; source $dir/zsh/_$program"""


class Shells:
    """What each shell offers at the end of a line; of zsh, what its own functions are asked to offer."""

    def __init__(self, folder):
        self.folder = folder
        self.zsh, self.fish = there_is("zsh"), there_is("fish")

    def offers(self, *words):
        yield "bash", output("bash", "-c", BASH, "-", self.folder, *words[:1], *words).split("\n")
        if self.fish:
            script = f"source {self.folder}/fish/{words[0]}.fish; complete -C '{' '.join(words)}'"
            yield "fish", [line.split("\t")[0] for line in output("fish", "--no-config", "-c", script).split("\n")]
        if self.zsh:
            said = output("zsh", "-f", "-c", ZSH, "-", self.folder, *words)
            yield "zsh", re.findall(r"^(?:\([^)]*\))?(-?[\w-]+)", said, re.MULTILINE) + re.findall(r"[\w-]+(?=[ )])", said)


def check_completions():
    with tempfile.TemporaryDirectory() as folder:
        output(sys.executable, os.path.join(tree, "scripts", "completions.py"), commands, folder)
        shells = Shells(folder)
        count = 0

        def offered(wanted, *words):
            nonlocal count
            for shell, offers in shells.offers(*words):
                count += 1
                check(set(wanted) <= set(offers), shell, "offers for", words, offers, "without", set(wanted) - set(offers))

        for name in PROGRAMS:
            if commands_of(name) != [""]:
                offered({command.split()[0] for command in commands_of(name)}, name, "")
            options = {}
            for command, words, _ in options_of(name):
                options.setdefault(command, []).extend(word for word in words if word.startswith("--"))
            for command, words in options.items():
                offered(words, name, *command.split(), "--")
        offered({"show", "sample"}, "photovote", "config", "")
        offered({"administrator", "voter", "auditor"}, "photovote", "token", "--role", "")
        offered({"on", "off"}, "photovote", "serve", "--own-issuer", "")
        offered({"document", "tally", "hash", "none"}, "photovote-audit", "replay", "--print", "")
        offered({"text", "json-patch", "json"}, "photovote-audit", "diff", "--format", "")
        check(count >= 17, "only", count, "lines were completed")


def check_metrics():
    sys.path.insert(0, os.path.join(tree, "tests", "system"))
    import client  # pylint: disable=import-outside-toplevel
    with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
        server = client.Server(os.path.join(commands, "photovote"), folder).start()
        try:
            page = server.auditor().get("/metrics").body.decode()
        finally:
            server.kill()
    there = re.findall(r"^# TYPE photovote_(\w+) \w+$", page, re.MULTILINE)
    with open(os.path.join(tree, "docs", "operating.md"), encoding="utf-8") as file:
        guide = file.read()
    told = re.findall(r"^\| `(\w+)(?:\{\w+\})?` \|", guide.split("### Metrics", 1)[1].split("\n## ", 1)[0], re.MULTILINE)
    check(set(there) <= set(told), "docs/operating.md does not tell of", sorted(set(there) - set(told)))
    check(set(told) <= set(there), "docs/operating.md tells of what there is not:", sorted(set(told) - set(there)))
    check(len(there) > 20, "only", len(there), "metrics")


checks = {"metrics": check_metrics, "man": check_man, "completions": check_completions, "sample": check_sample, "unit": check_unit}
if len(sys.argv) != 4 or sys.argv[1] not in checks:
    sys.exit(__doc__)
checks[sys.argv[1]]()
faults = list(dict.fromkeys(faults))
print("\n".join(faults))
print(sys.argv[1] + ":", len(faults), "faults")
sys.exit(1 if faults else 0)
