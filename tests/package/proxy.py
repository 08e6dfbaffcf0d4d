"""nginx with service/nginx.conf in front of a server: TLS, live streams as they come, operators' pages kept back, and requests
that two servers could read in two ways not handed on.

usage: proxy.py PHOTOVOTE TREE
"""

import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile

program, tree = (os.path.abspath(path) for path in sys.argv[1:3])
sys.path.insert(0, os.path.join(tree, "tests", "system"))

import client  # noqa: E402

ELECTION = "01J0000000000000000000000E"


def check(holds, *what):
    if not holds:
        raise client.Failed(" ".join(str(word) for word in what))


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def configure(folder, upstream, plain, secure):
    """The file as it is installed, with the test's own ports, certificate and places for nginx to write to."""
    with open(os.path.join(tree, "service", "nginx.conf"), encoding="utf-8") as file:
        site = file.read()
    changes = {"127.0.0.1:8080": f"127.0.0.1:{upstream}", "listen 80;": f"listen 127.0.0.1:{plain};",
               "listen 443": f"listen 127.0.0.1:{secure}", "/etc/ssl/vote.example.org": f"{folder}/vote"}
    for old, new in changes.items():
        check(old in site, "service/nginx.conf has no", old)
        site = site.replace(old, new)
    path = os.path.join(folder, "nginx.conf")
    temporary = "".join(f"{what}_temp_path {folder}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/errors;\nevents {{ }}\n"
                   f"http {{\naccess_log off;\n{temporary}{site}}}\n")
    return path


def connect(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=client.LIMIT),
                               server_hostname="vote.example.org")


def read_until(stream, what):
    said = b""
    while what not in said:
        more = stream.recv(65536)
        check(more, "the proxy ended it before", what, "came:", said)
        said += more
    return said


def ask(port, head, end=b"\r\n\r\n"):
    with connect(port) as stream:
        stream.sendall(head.encode("latin-1"))
        said = read_until(stream, end)
    return int(re.match(rb"HTTP/1.1 (\d+)", said).group(1)), said


def get(path, *headers):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: vote.example.org", *headers, "", ""])


def check_requests(server, port):
    check(ask(port, get("/election/" + ELECTION))[0] == 200, "the election is not to be had")
    check(ask(port, get("/metrics"))[0] == 404, "the metrics are handed on")
    # What libmicrohttpd would take: nginx says no itself, or makes it plain.
    for wrong in ("X-Folded: a\r\n b", "X-Bad: a\0b", "Content-Length: 0\r\nTransfer-Encoding: chunked",
                  "Content-Length: 0\r\nContent-Length: 0", "Transfer-Encoding: xchunked", "Host: other.example.org"):
        status, _ = ask(port, get("/healthz-not-there", wrong))
        check(status in (400, 501), wrong.encode(), "is answered", status)
    status, _ = ask(port, get("/election/" + ELECTION, "X-Long: " + "x" * 40000))
    check(status == 400, "a head that is too long:", status)
    alice = server.administrator()
    status, said = ask(port, "POST /election/ HTTP/1.1\r\nHost: vote.example.org\r\nAuthorization: Bearer %s\r\n"
                             "Content-Type: application/json\r\nContent-Length: 70000\r\n\r\n" % alice.token)
    check(status == 413, "a body that is too long:", said)


def check_stream(server, port):
    """A message comes while the stream stays open, and the client's address is the proxy's word."""
    alice = server.administrator()
    with connect(port) as stream:
        stream.sendall(get(f"/election/{ELECTION}/live").encode())
        said = read_until(stream, b"event: state")
        check(b"text/event-stream" in said, said)
        changed = client.send(alice, ("Election.ElectionClosed", {"election_id": ELECTION, "close_date": "2026-01-02T00:00:00Z"}))
        check(changed.status == 200, changed)
        read_until(stream, b"ElectionClosed")


def prepare(server):
    alice = server.administrator()
    competition = "01J0000000000000000000000C"
    events = [("Election.ElectionCreated", {"name": "Behind a proxy"}),
              ("Competition.CompetitionAdded", {"competition_id": competition, "name": "Harbours"})]
    events += [("Candidate.CandidateAdded", {"competition_id": competition, "candidate_id": "01J000000000000000000000%02d" % n,
                                             "name": "Harbour %d" % n}) for n in (1, 2)]
    events += [("Voter.VoterRegistered", {"voter_id": "01J00000000000000000000V01", "name": "Vera", "email": "vera@example.org"}),
               ("Election.ElectionOpened", {"open_date": "2026-01-01T00:00:00Z"})]
    for name, data in events:
        answer = client.send(alice, (name, {"election_id": ELECTION, **data}))
        check(answer.status == 200, name, answer)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def run(folder):
    plain, secure = free_ports(2)
    client.run(0, "openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=vote.example.org",
               "-keyout", folder + "/vote.key", "-out", folder + "/vote.pem")
    server = client.Server(program, folder).start()
    nginx = None
    try:
        prepare(server)
        path = configure(folder, server.port, plain, secure)
        with open(os.path.join(folder, "said"), "wb") as said:
            nginx = subprocess.Popen(["nginx", "-c", path, "-e", folder + "/errors"], stdin=subprocess.DEVNULL,
                                     stdout=said, stderr=said)
        client.until(lambda: nginx.poll() is not None or listens(secure), "nginx")
        with open(os.path.join(folder, "said"), encoding="utf-8") as said:
            check(nginx.poll() is None, "nginx has ended:", said.read())
        check_requests(server, secure)
        check_stream(server, secure)
        check(server.stop() == 0, "the server's end", server.said())
    finally:
        if nginx is not None:
            nginx.terminate()
            nginx.wait(client.LIMIT)
        server.kill()


with tempfile.TemporaryDirectory(prefix="proxy-", dir=os.getcwd()) as scratch:
    run(scratch)
print("proxy: as one server")
