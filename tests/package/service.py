"""The Debian package as a service: installed and started by systemd as docs/operating.md says, in namespaces of its own over a
copy of this machine's files that is thrown away, so that what the unit forbids is forbidden indeed.

usage: service.py PACKAGE TREE [--lie]

Takes root and a systemd. --lie leaves a line out of the unit, without which the service cannot start.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

LIMIT = 60
package, tree = (os.path.abspath(path) for path in sys.argv[1:3])
lie = sys.argv[3:] == ["--lie"]

# A group of processes of its own, for the system and all that it makes, and its end: $1 is a folder to see groups from, $2 its name.
JOIN = """set -e
mount --make-rprivate /
mount -t cgroup2 cgroup2 "$1"
mkdir "$1/$2"
echo $$ >"$1/$2/cgroup.procs"
umount "$1"
shift 2
exec "$@"
"""
LEAVE = """mount --make-rprivate /
mount -t cgroup2 cgroup2 "$1"
until find "$1/$2" -depth -type d -exec rmdir {} + 2>/dev/null; do
    sleep 0.05
done
"""

# The machine's own services stay out: only what every system begins with is started. Its kernel's settings and its devices cannot
# be changed from in there.
BOOT = """set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cp "$2" "$1/root/photovote.deb"
cd "$1/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for place in dev run tmp var/tmp var/lib/private; do
    mkdir -p "$place"
    mount -t tmpfs tmpfs "$place"
done
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mkdir -p oldroot
pivot_root . oldroot
umount -l oldroot
exec env -i container=lxc PATH="$PATH" /lib/systemd/systemd --system --unit=basic.target --log-target=journal --show-status=0
"""


class Failed(Exception):
    """What is wrong, in words."""


def check(holds, *what):
    if not holds:
        raise Failed(" ".join(str(word) for word in what))


class Machine:
    """The system in its namespaces, and commands in it."""

    def __init__(self, folder):
        self.place = [folder, f"photovote-test-{os.getpid()}"]
        self.outer = subprocess.Popen(
            ["unshare", "--mount", "bash", "-c", JOIN, "join", *self.place,
             "unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net", "--cgroup",
             "bash", "-c", BOOT, "boot", folder, package],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        self.pid = None

    def wait_for_init(self):
        """The first process in there is the only child of unshare, and the system when it has that name."""
        children, until = f"/proc/{self.outer.pid}/task/{self.outer.pid}/children", time.monotonic() + LIMIT
        while time.monotonic() < until:
            check(self.outer.poll() is None, "it did not begin:", self.outer.stdout.read() if self.outer.poll() is not None else "")
            with contextlib.suppress(OSError, IndexError):
                with open(children, encoding="utf-8") as file:
                    self.pid = file.read().split()[0]
                with open(f"/proc/{self.pid}/comm", encoding="utf-8") as file:
                    if file.read().strip() == "systemd":
                        return
            time.sleep(0.05)
        raise Failed("no systemd began")

    def run(self, script, *words):
        """The status and what it said, of a script of bash."""
        done = subprocess.run(["nsenter", "-t", self.pid, "-a", "bash", "-c", script, "script", *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=LIMIT, check=False)
        return done.returncode, done.stdout

    def must(self, script, *words):
        status, said = self.run(script, *words)
        if status != 0:
            _, log = self.run("journalctl --no-pager -n 30")
            raise Failed(f"exit status {status} of: {script}\n{said}\n{log}")
        return said.strip()

    def wait_until(self, script):
        until = time.monotonic() + LIMIT
        while self.run(script)[0] != 0:
            check(time.monotonic() < until, "it never came to", script)
            time.sleep(0.1)

    def stop(self):
        if self.outer.poll() is None:
            self.outer.send_signal(signal.SIGKILL)
        self.outer.communicate()
        subprocess.run(["unshare", "--mount", "bash", "-c", LEAVE, "leave", *self.place], check=True, timeout=LIMIT)


def function_of_guide():
    """The shell function by which the guide has commands run on the service's data."""
    with open(os.path.join(tree, "docs", "operating.md"), encoding="utf-8") as file:
        found = re.search(r"^    (pv\(\) \{.*?\n.*?\})$", file.read(), re.MULTILINE | re.DOTALL)
    check(found, "docs/operating.md has no function pv")
    return found.group(1)


def create_election(machine, token):
    answer = machine.must(
        """curl -sS -w '\\n%{http_code}' -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \\
             -d '{"name":"Served"}' http://127.0.0.1:8080/election/""", token)
    check(answer.endswith("\n200"), "an event was answered with", answer)
    return re.search(r'"election_id":"(\w{26})"', answer).group(1)


def get(machine, path, token):
    return machine.must("""curl -sS -w '\\n%{http_code}' -H "Authorization: Bearer $2" "http://127.0.0.1:8080$1\"""", path, token)


def check_life(machine):
    machine.must("systemctl enable --now photovote")
    token = machine.must(function_of_guide() + "\npv token --role administrator alice")
    election = create_election(machine, token)
    first = machine.must("systemctl show --property MainPID --value photovote")
    machine.must('kill -KILL "$1"', first)
    machine.wait_until(f'systemctl is-active --quiet photovote && [ "$(systemctl show --property MainPID --value photovote)" != {first} ]')
    there = get(machine, "/election/" + election, token)
    check(there.endswith("\n200"), "after SIGKILL the election is not there:", there)
    machine.must("systemctl stop photovote")
    check(machine.must("systemctl show --property Result --value photovote") == "success", "it did not end in order")
    check("all answered" in machine.must("journalctl --no-pager -u photovote"), "it does not say how it ended")
    events = "/var/lib/private/photovote/events.db"
    check("1 record in 1 stream: no finding" in machine.must('photovote-audit verify "sqlite:$1"', events), "the audit has findings")
    machine.must("dpkg --purge photovote")
    machine.must('[ -s "$1" ] && [ ! -e /lib/systemd/system/photovote.service ]', events)


def run(folder):
    machine = Machine(folder)
    try:
        machine.wait_for_init()
        machine.wait_until("systemctl is-active --quiet basic.target")
        machine.must("dpkg --install /photovote.deb")
        check(machine.run("systemctl is-active --quiet photovote")[0] != 0, "the installation started it")
        if lie:
            machine.must("sed -i '/^StateDirectory=/d' /lib/systemd/system/photovote.service; systemctl daemon-reload")
        check_life(machine)
    finally:
        machine.stop()


if len(sys.argv) < 3:
    sys.exit(__doc__)
with tempfile.TemporaryDirectory() as place:
    try:
        run(place)
    except (Failed, subprocess.TimeoutExpired) as failure:
        sys.exit(f"service: {failure}")
print("service: started by systemd, killed, started again, stopped, removed")
