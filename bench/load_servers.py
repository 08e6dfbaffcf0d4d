"""The servers that are loaded, each with its processor time, and what ours says of itself."""

import os
import re
import socket
import subprocess
import time

from measuring import CouldNotRun
from tools import HERE, PYTHON

LIMIT = 120  # seconds, for what takes a few at most
TICK = os.sysconf("SC_CLK_TCK")


def until(ask, what):
    end = time.monotonic() + LIMIT
    while not (answer := ask()):
        if time.monotonic() > end:
            raise CouldNotRun(f"{what}: not within {LIMIT} s")
        time.sleep(0.02)
    return answer


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A process that serves HTTP on PORT, ended at the end of the `with`."""

    def __init__(self, name, command, port):
        self.name, self.command, self.port = name, command, port
        self.process = None

    def __enter__(self):
        # http_empty runs until its standard input ends; the others do not look at it.
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        until(lambda: self.process.poll() is not None or listens(self.port), self.name)
        if self.process.poll() is not None:
            raise CouldNotRun(f"{self.name} did not start: {' '.join(self.command)}")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(LIMIT)

    def settle(self):
        """Waits until what was asked of it is done."""

    def counts(self):
        """What it has counted, by name; nothing of a server that does not count."""
        return {}

    def cpu(self):
        """Seconds, user and system, of all threads."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self):
        """Bytes in memory."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"^VmRSS:\s*(\d+) kB$", file.read(), re.MULTILINE)[1]) * 1024


class Ours(Server):
    """photovote serve on a data directory, with a listener for /metrics."""

    def __init__(self, program, folder):
        self.operator_port = free_port()
        self.imported = 0  # records that were there before it was started
        port = free_port()
        super().__init__("photovote", [program, "serve", "--data", folder, "--port", str(port), "--operator-port",
                                       str(self.operator_port), "--log-level", "error"], port)

    def metrics(self):
        with socket.create_connection(("127.0.0.1", self.operator_port)) as client:
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        found = re.findall(r"^photovote_(\S+) (\S+)$", text, re.MULTILINE)
        if not found:
            raise CouldNotRun(f"photovote: no metrics: {text[:200]!r}")
        return {name: float(value) for name, value in found}

    def settle(self):
        def is_done():
            metrics = self.metrics()
            return metrics["projected_total"] >= self.imported + metrics["recorded_total"]

        until(is_done, "the projection")

    def counts(self):
        return self.metrics()


def empty(program, *how):
    port = free_port()
    return Server(" ".join(("libmicrohttpd", *how)), [program, str(port), *how], port)


def fastapi():
    port = free_port()
    return Server("FastAPI", [PYTHON, "-B", f"{HERE}/fastapi_validate.py", str(port)], port)
