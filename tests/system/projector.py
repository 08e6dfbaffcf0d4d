"""The projector as a process of its own, beside a server that does not project: whoever was told of an event sees it, live
streams tell, a projector that was killed is caught up with, and there are never two.

usage: projector.py PHOTOVOTE PHOTOVOTE_AUDIT
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile

import client

PROGRAM, AUDIT = (os.path.abspath(path) for path in sys.argv[1:3])
ELECTION, COMPETITION = "01J0000000000000000000000E", "01J0000000000000000000000C"


def check(holds, *what):
    if not holds:
        raise client.Failed(" ".join(str(word) for word in what))


class Projector:
    """`photovote projector` on a server's data directory."""

    def __init__(self, server):
        self.server = server
        self.log = os.path.join(server.folder, "projector.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "projector", "--data", server.data], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd=server.folder, env=server.environment)

    def said(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(client.LIMIT)


def send(who, event, **data):
    answer = client.send(who, (event, {"election_id": ELECTION, **data}))
    check(answer.status == 200, event, answer)
    return answer.json["number"]


def live(server, token):
    """A live stream: its socket, past the headers and the greeting."""
    stream = socket.create_connection(("127.0.0.1", server.port), timeout=client.LIMIT)
    stream.sendall(("GET /election/%s/live HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\n\r\n"
                    % (ELECTION, token)).encode())
    until_said(stream, b"event: state")
    return stream


def until_said(stream, what):
    said = b""
    while what not in said:
        more = stream.recv(4096)
        check(more, "the stream ended before it said", what, said)
        said += more


def run_worker(folder):
    done = subprocess.run([PROGRAM, "worker", "--data", folder], capture_output=True, text=True, check=False,
                          env=client.clean_environment(), timeout=client.LIMIT)
    check(done.returncode == 2 and "the embedded broker lives in 'photovote serve'" in done.stderr, done)
    check(not os.path.exists(os.path.join(folder, "events.db")), "a worker that cannot be has made a store")


def run(folder):
    run_worker(os.path.join(folder, "none"))
    server = client.Server(PROGRAM, folder, "--projector", "off", "--projection-ms", "300").start()
    projector = None
    try:
        alice = server.administrator()
        send(alice, "Election.ElectionCreated", name="First", description=None)
        answer = alice.get("/election/" + ELECTION)
        check(answer.status == 503 and answer.code == "projection_behind", "without a projector:", answer)

        projector = Projector(server)
        client.until(lambda: alice.get("/election/" + ELECTION).status == 200, "the projector's first document")
        number = send(alice, "Competition.CompetitionAdded", competition_id=COMPETITION, name="Harbours")
        seen = alice.must(200, "GET", "/election/" + ELECTION)
        check(seen["version"] == number and len(seen["competitions"]) == 1, "told of", number, "and saw", seen)

        stream = live(server, alice.token)
        send(alice, "Election.ElectionNameChanged", name="Second")
        until_said(stream, b"ElectionNameChanged")

        second = Projector(server)
        check(second.process.wait(client.LIMIT) == 2, "a second projector runs")
        check("another process projects into" in second.said(), second.said())
        other = client.Server(PROGRAM, folder)
        other.begin()
        check(other.first_line() == "" and other.wait() == 2, "a second server that projects runs")

        projector.stop(signal.SIGKILL)
        send(alice, "Election.ElectionNameChanged", name="Third")
        projector = Projector(server)
        client.until(lambda: alice.get("/election/" + ELECTION).status == 200, "what a killed projector has left")
        check(alice.must(200, "GET", "/election/" + ELECTION)["name"] == "Third", "an old name")
        until_said(stream, b"Third")
        stream.close()

        check(projector.stop() == 0, "the projector's end", projector.said())
        check(projector.said().count('"event":"stopped"') == 1, projector.said())
        projector = None
        check(server.stop() == 0, "the server's end", server.said())
        # And on with a server that projects: what was recorded is all there.
        check(client.Server(PROGRAM, folder).start().stop() == 0, "a server that projects again")
        check(client.run(0, AUDIT, "diff", server.store, "--against", server.cache) == "", "a difference")
    finally:
        if projector is not None and projector.process.poll() is None:
            projector.stop(signal.SIGKILL)
        server.kill()


with tempfile.TemporaryDirectory(prefix="projector-", dir=os.getcwd()) as scratch:
    run(scratch)
print("projector: as one")
