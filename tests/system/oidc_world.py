"""What oidc.py is played in: a provider, a door before it, and servers that accept its tokens.

The door is where the issuer's address is: it counts what is fetched, can be shut or slow, and the provider behind it can be
another process later.
"""

import base64
import collections
import hashlib
import http.client
import http.cookies
import http.server
import json
import os
import re
import secrets
import ssl
import subprocess
import threading
import time
import urllib.parse

import client

FORGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oidc_forge.mjs")
KEYS, DISCOVERY = "/jwks", "/.well-known/openid-configuration"

Programs = collections.namedtuple("Programs", "photovote node provider")


def check(holds, *what):
    if not holds:
        raise client.Failed(" ".join(str(word) for word in what))


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever asks may go before the answer, and need not believe our certificate."""


class Door:
    """Where the issuer is for PhotoVote: what comes is passed on to the provider, while it is open."""

    def __init__(self, certificate=None):
        self.behind = None  # the provider's port
        self.open = True
        self.slow = threading.Event()  # keys are given while this is set
        self.slow.set()
        self.counts, self.waiting, self.lock = {}, 0, threading.Lock()
        self.server = Listener(("127.0.0.1", 0), self.handler())
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.host = "127.0.0.1:%d" % self.server.server_address[1]
        self.issuer = ("http://" if certificate is None else "https://") + self.host
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, path):
        with self.lock:
            return self.counts.get(path, 0)

    def come(self, path):
        with self.lock:
            self.counts[path] = self.counts.get(path, 0) + 1
            self.waiting += 1
        if path == KEYS:
            self.slow.wait()
        with self.lock:
            self.waiting -= 1

    def handler(self):
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                door.come(self.path)
                if not door.open:
                    self.close_connection = True
                    return
                connection = http.client.HTTPConnection("127.0.0.1", door.behind, timeout=client.LIMIT)
                how = door.issuer.split(":", 1)[0]
                connection.request("GET", self.path, headers={"Host": door.host, "X-Forwarded-Proto": how})
                got = connection.getresponse()
                body = got.read()
                connection.close()
                try:
                    self.send_response(got.status)
                    self.send_header("Content-Type", got.headers["Content-Type"])
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # it did not wait

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        return Handler

    def close(self):
        self.slow.set()
        self.server.shutdown()
        self.server.server_close()


class Provider:
    """A process of the provider, on a file of keys."""

    def __init__(self, programs, folder, issuer, keys):
        self.programs, self.issuer, self.keys = programs, issuer, os.path.join(folder, keys)
        self.host = urllib.parse.urlsplit(issuer).netloc
        with open(os.path.join(folder, "provider.log"), "ab") as log:
            self.process = subprocess.Popen(
                [programs.node, programs.provider, "--port", "0", "--issuer", issuer, "--keys", self.keys],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline().decode()
        check(line.startswith("http://127.0.0.1:"), "the provider says", repr(line))
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, method, path, body=None, **headers):
        """Past the door, as if it came through it. Form in, (status, headers, text) out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=client.LIMIT)
        said = {"Host": self.host, **headers}
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(body)
        connection.request(method, path, body, said)
        got = connection.getresponse()
        text = got.read().decode()
        connection.close()
        return got.status, got.headers, text

    def token(self, name, **more):
        """What somebody gets as a client."""
        basic = base64.b64encode(("%s:%s" % (name, name)).encode()).decode()
        status, _, text = self.ask("POST", "/token", {"grant_type": "client_credentials", **more},
                                   Authorization="Basic " + basic)
        check(status == 200, "no token for", name, status, text)
        return json.loads(text)["access_token"]

    def log_in(self, name):
        """What somebody gets in a browser: code and PKCE, login, consent."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        where = {"client_id": "web", "redirect_uri": "http://127.0.0.1:8080/"}
        path = "/auth?" + urllib.parse.urlencode({**where, "response_type": "code", "scope": "openid", "state": "s",
                                                  "code_challenge": challenge, "code_challenge_method": "S256"})
        jar, body = {}, None
        for _ in range(12):
            cookies = "; ".join("%s=%s" % pair for pair in jar.items())
            method = "GET" if body is None else "POST"
            status, headers, text = self.ask(method, path, body, **({"Cookie": cookies} if jar else {}))
            for line in headers.get_all("Set-Cookie", []):
                jar.update({key: morsel.value for key, morsel in http.cookies.SimpleCookie(line).items()})
            body = None
            if status == 200:
                prompt = re.search(r'name="prompt" value="(\w+)"', text).group(1)
                body = {"prompt": prompt, "login": name, "password": "any"}
                path = urllib.parse.urlsplit(re.search(r'action="([^"]+)"', text).group(1)).path
                continue
            check(status in (302, 303), "logging in:", status, text)
            path = headers["Location"]
            if path.startswith(where["redirect_uri"]):
                code = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["code"][0]
                status, _, text = self.ask("POST", "/token", {"grant_type": "authorization_code", "code": code,
                                                              "code_verifier": verifier, **where})
                check(status == 200, "no token for the code:", text)
                return json.loads(text)
            path = path.removeprefix(self.issuer)
        raise client.Failed("logging in leads nowhere")

    def forge(self, *specs):
        """Tokens by oidc_forge.mjs: triples of header, claims that are not those of a good one, and way."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": "photovote", "sub": "alice", "iat": now, "exp": now + 600,
                "realm_access": {"roles": ["administrator"]}}
        asked = json.dumps([{"header": header, "claims": {**good, **claims}, "how": how} for header, claims, how in specs])
        done = subprocess.run([self.programs.node, FORGE, self.keys], input=asked.encode(), stdout=subprocess.PIPE,
                              timeout=client.LIMIT, check=True)
        return json.loads(done.stdout)


class World:
    """A folder, a door, a provider behind it, and servers; all are ended."""

    def __init__(self, programs, folder, certificate=None):
        self.programs, self.folder = programs, folder
        self.door = Door(certificate)
        self.servers, self.providers = [], []
        self.provider = self.provide()

    def provide(self, keys="keys.json", issuer=None):
        self.providers.append(Provider(self.programs, self.folder, issuer or self.door.issuer, keys))
        if issuer is None:
            self.door.behind = self.providers[-1].port
            self.provider = self.providers[-1]
        return self.providers[-1]

    def serve(self, *options, issuer=None):
        folder = os.path.join(self.folder, "server-%d" % len(self.servers))
        os.mkdir(folder)
        self.servers.append(client.Server(self.programs.photovote, folder, "--oidc-issuer", issuer or self.door.issuer, *options))
        return self.servers[-1].start()

    def serve_with_keys(self, *options):
        server = self.serve(*options)
        client.until(lambda: ready_of(server)["provider_keys"] == "held", "keys at the start")
        return server

    def close(self):
        for server in self.servers:
            server.kill()
        self.door.close()
        for provider in self.providers:
            provider.stop()


def keys_in(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["keys"]


def ready_of(server):
    return server.auditor().must(200, "GET", "/readyz")
