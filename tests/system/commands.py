"""The command lines of photovote: help, wrong words, the configuration and where it comes from, what stops a server from
starting, and how one ends.

usage: commands.py PHOTOVOTE PHOTOVOTE_AUDIT
"""

import base64
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

import client

PROGRAM, AUDIT = (os.path.abspath(path) for path in sys.argv[1:3])
COMMANDS = (["serve"], ["demo"], ["token"], ["invite"], ["config", "show"])
NOBODY = 65534
CLOSED = "2026-01-02T00:00:00Z"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="commands-", dir=os.getcwd())
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.ids = client.Ids(3)

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def call(self, *words, environment=None, program=PROGRAM, **more):
        return subprocess.run([program, *words], stdin=subprocess.DEVNULL, timeout=client.LIMIT, check=False,
                              env={**client.clean_environment(), **(environment or {})},
                              **{"cwd": self.folder, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more})

    def works(self, *words, **more):
        done = self.call(*words, **more)
        self.assertEqual((0, b""), (done.returncode, done.stderr), words)
        return done.stdout.decode()

    def fails(self, said, *words, **more):
        """Exit status 2, nothing on standard output, and one line on standard error that begins so."""
        done = self.call(*words, **more)
        told = done.stderr.decode()
        self.assertEqual((2, b""), (done.returncode, done.stdout), (words, told))
        self.assertRegex(told, r"\Aphotovote: %s[^\n]*\n\Z" % said, words)
        return told

    def server(self, *options, **more):
        server = client.Server(PROGRAM, self.folder, *options, **more)
        self.addCleanup(server.kill)
        return server

    def settings(self, *words, **more):
        """What `config show` prints: value and origin by name."""
        lines = self.works("config", "show", *words, **more).splitlines()
        return {name: (value, origin) for name, value, origin in (re.fullmatch(r"([\w-]+) = (.*)  # (\S+)", line).groups()
                                                                   for line in lines)}


class Help(Case):
    def test_every_command__tells_its_options(self):
        told = self.works("--help")
        for command in COMMANDS:
            with self.subTest(command):
                self.assertIn("\n  " + " ".join(command), told)
                of_command = self.works(*command, "--help")
                self.assertIn("Usage: photovote " + " ".join(command), of_command)
                self.assertIn("--data TEXT", of_command)
                self.assertEqual(of_command, self.works(*command, "-h"))
                self.assertEqual(self.works("--version"), self.works(*command, "--version"))

    def test_wrong_words__are_named(self):
        for said, *words in (
                ("a command is missing",), ("there is no command 'serv'", "serv"), ("unknown option '--data'", "--data", "x"),
                ("unknown option '--prot'", "serve", "--prot", "1"), ("unexpected argument 'x'", "serve", "x"),
                ("a value is missing after '--port'", "serve", "--port"), ("given twice: '--port'", "serve", "--port=1", "--port=2"),
                ("config has the commands show and sample", "config"), ("config has the commands show and sample", "config", "set"),
                ("unexpected argument 'x'", "config", "show", "x"), ("missing argument 'SUBJECT'", "token", "--role", "voter"),
                ("missing argument 'ELECTION'", "invite"), ("unexpected argument 'b'", "token", "--role", "voter", "a", "b")):
            with self.subTest(words):
                self.fails(said, *words)
        self.assertEqual([], os.listdir(self.folder))


class Configuration(Case):
    def test_origins__the_nearest_wins(self):
        """Each setting is given in one place more than the one before it."""
        names = ("queue", "streams", "memory", "verdict-ms")
        places = (".env", "environment", "flag")
        self.put("photovote.conf", "".join("%s = 11\n" % name for name in names))
        self.put(".env", "".join("PHOTOVOTE_%s=12\n" % name.replace("-", "_").upper() for name in names[1:]))
        environment = {"PHOTOVOTE_" + name.replace("-", "_").upper(): "13" for name in names[2:]}
        found = self.settings("--verdict-ms", "14", environment=environment)
        self.assertEqual(("11", "file"), found["queue"])
        for at, place in enumerate(places):
            self.assertEqual((str(12 + at), place), found[names[1 + at]])
        self.assertEqual(("8080", "default"), found["port"])

    def test_file__by_name_instead_of_the_usual_one(self):
        self.put("photovote.conf", "port = 1\n")
        other = self.put("other.conf", "# ours\n\nport = 2 # a remark\nown-issuer = off\naudience = 'a # b'\n")
        found = self.settings("--config", other)
        self.assertEqual([("2", "file"), ("off", "file"), ("a # b", "file")],
                         [found[name] for name in ("port", "own-issuer", "audience")])
        self.fails(r"cannot read missing\.conf: No such file", "config", "show", "--config", "missing.conf")

    def test_dotenv__has_those_of_others_too(self):
        self.put(".env", "# for a shell\nexport PHOTOVOTE_PORT=\"5\"\nDATABASE_URL=x\n")
        self.assertEqual(("5", ".env"), self.settings()["port"])

    def test_misspelt_name__is_named_with_its_place(self):
        self.fails("the environment has PHOTOVOTE_PROT,", "config", "show", environment={"PHOTOVOTE_PROT": "1"})
        self.put(".env", "A=b\nPHOTOVOTE_DATE=x\n")
        self.fails(r"\.env:2: there is no setting 'PHOTOVOTE_DATE'", "config", "show")
        os.remove(os.path.join(self.folder, ".env"))
        self.put("photovote.conf", "port = 1\n\nprot = 2\n")
        self.fails(r"photovote\.conf:3: there is no setting 'prot'", "serve")
        self.put("photovote.conf", "port\n")
        self.fails(r"photovote\.conf:1: there is no = in 'port'", "serve")

    def test_bad_value__is_named_with_its_origin(self):
        values = {"port": ("65536", "-1", "", "x", "1 2", "0x1"), "http-threads": ("0", "65"), "own-issuer": ("yes", "ON", ""),
                  "log-level": ("loud", ""), "store": ("events.db", "sqlite:", "file:x"), "cache": ("esdb://x",)}
        for name, bad in values.items():
            variable = "PHOTOVOTE_" + name.replace("-", "_").upper()
            for value in bad:
                with self.subTest(name, value=value):
                    shown = re.escape("'%s'" % value)
                    self.fails(r"%s \(from the environment\): %s" % (name, shown), "serve", environment={variable: value})
                    self.fails(r"%s \(from the flag\): %s" % (name, shown), "config", "show", "--%s=%s" % (name, value))
        self.put("photovote.conf", "port = 70000\n")
        self.fails(r"photovote\.conf:1: port \(from the file\): '70000'", "serve")
        self.assertEqual(["photovote.conf"], os.listdir(self.folder))

    def test_config_show__changes_nothing(self):
        self.settings()
        self.assertEqual([], os.listdir(self.folder))


class Tokens(Case):
    def test_token__is_one_line_and_the_key_is_kept_from_others(self):
        token = self.works("token", "--role", "administrator", "alice")
        self.assertRegex(token, r"\A[\w-]+\.[\w-]+\.[\w-]+\n\Z")
        key = os.path.join(self.folder, "photovote-data", "token-key.pem")
        self.assertEqual(0o600, stat.S_IMODE(os.stat(key).st_mode))
        self.assertEqual(0o700, stat.S_IMODE(os.stat(os.path.dirname(key)).st_mode))

    def test_wrong_words__are_named(self):
        for said, *words in (
                ("--role '': must be", "x"), ("--role 'king': must be", "--role", "king", "x"),
                ("--days '0': must be", "--role", "voter", "--days", "0", "x"),
                ("--days '3661': must be", "--role", "voter", "--days", "3661", "x"),
                ("election 'x': is not", "--role", "voter", "--election", "x", "x"),
                ("SUBJECT '': must be", "--role", "voter", ""),
                ("SUBJECT '%s': must be" % ("x" * 256), "--role", "voter", "x" * 256)):
            with self.subTest(words):
                self.fails(said, "token", *words)

    def test_output_that_is_full_or_closed__is_exit_2(self):
        for words in (["token", "--role", "voter", "x"], ["config", "show"], ["--help"], ["serve", "--help"], ["--version"]):
            with self.subTest(words), open("/dev/full", "wb") as full:
                done = self.call(*words, stdout=full)
                self.assertEqual(2, done.returncode)
                self.assertRegex(done.stderr, rb"\Aphotovote: cannot write to standard output: No space left on device\n\Z")
                done = self.call(*words, stdout=None, preexec_fn=lambda: os.close(1))
                self.assertEqual(2, done.returncode)
                self.assertRegex(done.stderr, rb"\Aphotovote: cannot write to standard output: Bad file descriptor\n\Z")

    def test_key_that_others_can_read__is_refused_by_name(self):
        self.works("token", "--role", "voter", "x")
        key = os.path.join(self.folder, "photovote-data", "token-key.pem")
        os.chmod(key, 0o640)
        for words in (["token", "--role", "voter", "x"], ["serve", "--port", "0"], ["invite", self.ids()]):
            with self.subTest(words):
                self.assertIn("token-key.pem", self.fails("", *words))

    def test_key_that_is_none__is_refused_by_name(self):
        os.mkdir(os.path.join(self.folder, "photovote-data"), 0o700)
        path = self.put("photovote-data/token-key.pem", "no key\n")
        os.chmod(path, 0o600)
        self.assertIn("token-key.pem", self.fails("", "serve", "--port", "0"))

    def test_invite__of_what_is_not_there__is_exit_2(self):
        self.fails("cannot open ", "invite", self.ids())
        self.server().start().stop()
        self.fails("the store has no such election", "invite", self.ids(), "--data", "data")
        self.fails("election 'x': is not", "invite", "x", "--data", "data")

    def test_invite__a_line_a_voter_whose_token_is_good_for_that_election_alone(self):
        server = self.server().start()
        alice = server.administrator()
        elections = [self.ids(), self.ids()]
        for election in elections:
            client.send(alice, ("Election.ElectionCreated", {"election_id": election, "name": "x"}))
        self.assertEqual("", self.works("invite", elections[0], "--data", "data"))
        for name, email in (("Ada", "ada@example.org"), ("Bo", "bo@example.org")):
            made = client.send(alice, ("Voter.VoterRegistered", {"election_id": elections[0], "name": name, "email": email}))
            self.assertEqual(200, made.status)
            ada_id = made.json["voter_id"] if name == "Ada" else ada_id
        lines = self.works("invite", elections[0], "--data", "data", "--base-url", "https://vote.example.org/x/").splitlines()
        self.assertEqual([["ada@example.org", "Ada"], ["bo@example.org", "Bo"]], [line.split("\t")[:2] for line in lines])
        self.assertRegex(lines[0].split("\t")[2], r"\Ahttps://vote\.example\.org/x/#invite=[\w.-]+\Z")
        ada = client.Client(server, lines[0].split("#invite=")[1])
        ballot = {"voter_id": made.json["voter_id"]}  # which is Bo's
        self.assertEqual("not_allowed", client.send(ada, ("Ballot.BallotCreated", {"election_id": elections[0], **ballot})).code)
        ballot["voter_id"] = ada_id
        self.assertEqual("not_allowed", client.send(ada, ("Ballot.BallotCreated", {"election_id": elections[1], **ballot})).code)
        self.assertEqual(200, client.send(ada, ("Ballot.BallotCreated", {"election_id": elections[0], **ballot})).status)
        self.fails("base-url '.*': is not a web address", "invite", elections[0], "--data", "data", "--base-url", "x")


class Start(Case):
    def test_port__zero_is_one_that_is_free_and_the_first_line_says_which(self):
        one, other = self.server().start(), client.Server(PROGRAM, tempfile.mkdtemp(dir=self.folder)).start()
        self.addCleanup(other.kill)
        self.assertNotEqual(one.port, other.port)
        for server in (one, other):
            self.assertEqual(200, client.Client(server).get("/openapi.json").status)
            self.assertEqual({"elections": [], "next": None}, client.Client(server).get("/election/").json)

    def test_files__are_nobody_elses_to_read_wherever_they_are(self):
        """Who votes for whom is in them; the data directory may have been made by somebody who lets others in."""
        server = self.server()
        os.mkdir(server.data, 0o755)
        before = os.umask(0o022)
        try:
            server.start()
        finally:
            os.umask(before)
        client.Paper(server, self.ids)
        made = sorted(os.listdir(server.data))
        self.assertIn("events.db-wal", made)
        self.assertEqual({name: 0o600 for name in made},
                         {name: os.stat(os.path.join(server.data, name)).st_mode & 0o777 for name in made})
        self.assertEqual(0, server.stop())

    def test_port_in_use__is_exit_2(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.fails(r"cannot listen on 127\.0\.0\.1 port %d: Address already in use" % port, "serve", "--port", str(port))
            self.fails(r"cannot listen on 127\.0\.0\.1 port %d: Address already in use" % port,
                       "serve", "--port", "0", "--operator-port", str(port))

    def test_address_that_is_none__is_exit_2(self):
        self.fails("cannot listen on nowhere", "serve", "--port", "0", "--listen", "nowhere")

    def test_data_directory__that_cannot_be_made_or_written__is_exit_2(self):
        self.fails("cannot make the data directory '/proc/photovote'", "serve", "--port", "0", "--data", "/proc/photovote")
        self.put("file", "")
        self.fails("cannot use the data directory 'file': Not a directory", "serve", "--port", "0", "--data", "file")

        def become_nobody():
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        if os.getuid() == 0:  # whom permissions do not bind
            outside = tempfile.mkdtemp()  # nobody may not reach where it was built
            self.addCleanup(shutil.rmtree, outside)
            os.chmod(outside, 0o755)
            closed = os.path.join(outside, "closed")
            os.mkdir(closed, 0o755)
            done = self.call("serve", "--port", "0", "--data", closed, program=shutil.copy(PROGRAM, outside), cwd=outside,
                             preexec_fn=become_nobody)
            self.assertEqual((2, b""), (done.returncode, done.stdout))
            self.assertRegex(done.stderr, rb"\Aphotovote: [^\n]*closed[^\n]*Permission denied[^\n]*\n\Z")

    def test_store_that_is_none__is_exit_2(self):
        self.put("not.db", "no database, and long enough to look like something that might be one" * 100)
        for name in ("store", "cache"):
            self.assertIn("not.db", self.fails("", "serve", "--port", "0", "--" + name, "sqlite:not.db"))

    def test_second_server_on_the_same_data__is_exit_2_and_harms_nothing(self):
        server = self.server().start()
        for command in ("serve", "demo"):
            told = self.fails("the data directory 'data' is in use", command, "--port", "0", "--data", "data")
            self.assertIn(str(server.process.pid), told)
        alice = server.administrator()
        made = client.send(alice, ("Election.ElectionCreated", {"name": "x"}))
        self.assertEqual(200, made.status)
        server.kill()
        server.start()  # what was killed holds nothing
        self.assertEqual(0, made.json["number"])
        self.assertEqual(200, server.administrator().get("/election/" + made.json["election_id"]).status)

    def test_output_that_is_full_or_closed__is_no_reason_not_to_serve(self):
        """The address is in the log as well."""
        for how in ({"stdout": subprocess.DEVNULL, "preexec_fn": lambda: os.close(1)}, {"stdout": open("/dev/full", "wb")}):
            log = os.path.join(self.folder, "log")
            with open(log, "wb") as errors:
                process = subprocess.Popen([PROGRAM, "serve", "--data", "data", "--port", "0"], cwd=self.folder, stderr=errors,
                                           env=client.clean_environment(), **how)
            self.addCleanup(process.kill)

            def address():
                with open(log, encoding="utf-8") as file:
                    return re.search(r'"address":"http://127\.0\.0\.1:(\d+)"', file.read())
            found = client.until(address, "the address in the log")
            self.assertEqual(200, client.Client(int(found[1])).get("/openapi.json").status)
            process.terminate()
            self.assertEqual(0, process.wait(client.LIMIT))

    def test_demo__has_an_election_and_tokens_that_are_good(self):
        server = self.server(command="demo").start()
        told = {}
        while "VOTER" not in told:
            name, _, value = server.first_line().partition("=")
            told[name] = value
        self.assertEqual("http://127.0.0.1:%d" % server.port, told["B"])
        path = "/election/" + told["E"]
        self.assertEqual(200, client.Client(server).get(path).status)
        self.assertEqual(200, client.Client(server, told["AUDITOR"]).get(path + "/document").status)
        self.assertEqual(told["BALLOT"], client.Client(server, told["VOTER"]).get(path + "/ballot/mine").json["id"])
        self.assertEqual(200, client.Client(server, told["ADMINISTRATOR"]).get("/healthz").status)
        self.assertEqual(0, server.stop())
        before = client.run(0, AUDIT, "replay", "--print", "hash", server.store)
        server.start().stop()
        self.assertEqual(before, client.run(0, AUDIT, "replay", "--print", "hash", server.store))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as it:
        return it.getsockname()[1]


class Operation(Case):
    def start_with_operators(self):
        """A server with a port for operators, which has to be named: somebody else may take it first."""
        for _ in range(20):
            port = free_port()
            server = self.server("--operator-port", str(port))
            try:
                return server.start(), client.Client(port)
            except client.Failed:
                self.assertIn("Address already in use", server.said())
        raise client.Failed("no port is free")

    def test_operators_port__has_health_readiness_and_metrics_without_a_token_and_nothing_else(self):
        server, operator = self.start_with_operators()
        self.assertEqual({"status": "alive"}, operator.must(200, "GET", "/healthz"))
        self.assertEqual("ready", operator.must(200, "GET", "/readyz")["status"])
        for path in ("/election/", "/openapi.json", "/docs", "/", "/event/" + self.ids()):
            self.assertEqual(404, operator.get(path).status, path)
        self.assertEqual(404, operator.ask("POST", "/election/", {"name": "x"}).status)
        anybody = client.Client(server)
        for path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual("token_missing", anybody.get(path).code)
            self.assertEqual(200, server.administrator().get(path).status)

    def test_metrics__count_what_happened(self):
        server, operator = self.start_with_operators()
        alice = server.administrator()
        election = self.ids()
        create = ("Election.ElectionCreated", {"id": self.ids(), "election_id": election, "name": "x"})
        self.assertEqual([200, 200, 409], [client.send(alice, event).status for event in (
            create, create, ("Election.ElectionClosed", {"election_id": election, "close_date": CLOSED}))])
        self.assertEqual(200, alice.get("/election/" + election).status)

        def metrics():
            text = operator.get("/metrics").body.decode()
            for line in text.splitlines():
                self.assertRegex(line, r"\A(# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+)\Z")
            return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))

        def counted():
            found = metrics()
            return any("refus" in name and "election_not_open" in name and float(value) == 1 for name, value in found.items())
        client.until(counted, "the refusal is counted")

    def test_log__is_json_a_line(self):
        server, _ = self.start_with_operators()
        server.administrator().get("/election/")
        self.assertEqual(0, server.stop())
        events = [json.loads(line)["event"] for line in server.said().splitlines() if line.startswith("{")]
        self.assertEqual(["listening", "stopping", "stopped"], events)


class Docs(Case):
    """/docs with swagger-ui-dist in a folder, and without. What is in its files is none of the server's business."""

    PARTS = {"swagger-ui.css": "b{color:red}", "swagger-ui-bundle.js": "/* \u2713 */" + "window.x = 1;" * 50000}
    STATIC = b"<h1>PhotoVote: the API</h1>"

    def folder_of(self, path, **other):
        os.makedirs(os.path.join(self.folder, path))
        for name, text in {**self.PARTS, **other}.items():
            self.put(os.path.join(path, name), text)
        return path

    def page(self, *options, program=PROGRAM):
        """The page, and what the log warns of."""
        server = client.Server(program, self.folder, *options)
        self.addCleanup(server.kill)
        anybody = client.Client(server.start())
        answer, plain = anybody.get("/docs"), anybody.get("/docs?static")
        self.assertEqual((200, 200), (answer.status, plain.status))
        self.assertEqual("text/html; charset=utf-8", answer.headers["Content-Type"])
        self.assertIn(self.STATIC, plain.body)
        self.assertEqual(b"", anybody.ask("HEAD", "/docs").body)
        self.assertEqual(0, server.stop())
        lines = [json.loads(line) for line in server.said().splitlines() if line.startswith("{")]
        os.remove(server.log)
        return answer.body, [line for line in lines if line["level"] == "warning"]

    def check_interactive(self, body):
        text = body.decode()
        self.assertEqual([self.PARTS["swagger-ui.css"]], re.findall("<style>(.*?)</style>", text, re.DOTALL))
        scripts = re.findall("<script>(.*?)</script>", text, re.DOTALL)
        self.assertEqual(self.PARTS["swagger-ui-bundle.js"], scripts[0])
        self.assertIn('url:"/openapi.json"', scripts[1])
        for content in (self.PARTS["swagger-ui.css"], *scripts):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            self.assertIn("'sha256-%s'" % digest, text)

    def test_folder__is_served_as_one_page(self):
        body, warnings = self.page("--docs-ui", self.folder_of("ui"))
        self.check_interactive(body)
        self.assertEqual([], warnings)

    def test_folder_beside_the_program__is_found(self):
        self.folder_of("share/photovote/docs-ui")
        os.mkdir(os.path.join(self.folder, "bin"))
        program = shutil.copy(PROGRAM, os.path.join(self.folder, "bin", "photovote"))
        body, warnings = self.page(program=program)
        self.check_interactive(body)
        self.assertEqual([], warnings)
        shutil.rmtree(os.path.join(self.folder, "share"))
        body, warnings = self.page(program=program)
        self.assertIn(self.STATIC, body)
        self.assertEqual([], warnings)

    def test_no_folder__is_the_page_without_a_script(self):
        body, warnings = self.page("--docs-ui", "")
        self.assertIn(self.STATIC, body)
        self.assertEqual([], warnings)

    def test_folder_that_cannot_be_used__is_warned_of_and_served_without(self):
        self.folder_of("tagged", **{"swagger-ui-bundle.js": "'</script>'"})
        self.folder_of("large", **{"swagger-ui.css": " " * (8 << 20) + "x"})
        os.remove(os.path.join(self.folder, self.folder_of("half"), "swagger-ui-bundle.js"))
        for path, at, message in (("none", "/swagger-ui.css", "No such file"), ("half", "/swagger-ui-bundle.js", "No such file"),
                                  ("large", "/swagger-ui.css", "too large"), ("tagged", "", "a tag of a script")):
            with self.subTest(path):
                body, warnings = self.page("--docs-ui", path)
                self.assertIn(self.STATIC, body)
                self.assertEqual([("docs_ui", path + at)], [(line["event"], line["path"]) for line in warnings])
                self.assertIn(message, warnings[0]["message"])


class Stop(Case):
    """How a server ends. Nothing that was answered is lost, and nothing that was not is recorded."""

    def live(self, paper, who):
        """A live stream, once it has said something: (connection, answer)."""
        connection = who.connect()
        headers = {"Authorization": "Bearer " + who.token} if who.token else {}
        connection.request("GET", "/election/%s/live" % paper.election, headers=headers)
        answer = connection.getresponse()
        self.assertEqual((200, "text/event-stream"), (answer.status, answer.headers["Content-Type"]))
        self.assertEqual(b"retry", answer.read(5))
        return answer

    def recorded(self, server):
        return {record["data"]["id"] for record in client.records(AUDIT, server, self.folder)}

    def test_idle_server__ends_on_each_signal_with_exit_0(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(how):
                self.assertEqual(0, self.server().start().stop(how))

    def test_running_requests_and_streams__are_answered_and_end_cleanly(self):
        server = self.server().start()
        paper = client.Paper(server, self.ids)
        voters = [paper.voter() for _ in range(4)]
        streams = [self.live(paper, who) for who in (
            client.Client(server), server.auditor(), server.administrator(), server.voter(voters[0][1]))]
        answered, lost, lock = set(), set(), threading.Condition()

        def rate(who, _, ballot):
            try:
                while True:
                    event = paper.rating(ballot, 3)
                    event_id = event[1]["id"]
                    try:
                        answer = client.send(who, event)
                    except client.Lost:
                        with lock:
                            lost.add(event_id)
                        return
                    self.assertEqual(200, answer.status, answer)
                    with lock:
                        answered.add(event_id)
                        lock.notify_all()
            finally:
                who.close()

        def stop():
            with lock:
                self.assertTrue(lock.wait_for(lambda: len(answered) > 40, client.LIMIT))
            server.process.terminate()

        client.in_threads([lambda v=v: rate(*v) for v in voters] + [stop])
        for stream in streams:
            stream.read()  # to an end that is one: else http.client.IncompleteRead
        self.assertEqual(0, server.wait())
        self.assertNotIn("error", server.said())
        recorded = self.recorded(server)
        self.assertEqual(set(), answered - recorded)
        self.assertEqual(set(), lost & recorded)
        self.assertEqual("", client.run(0, AUDIT, "diff", server.store, "--against", server.cache))

    def begin_request(self, server):
        """A request whose body does not come: the server has to wait for it."""
        slow = socket.create_connection(("127.0.0.1", server.port))
        self.addCleanup(slow.close)
        slow.sendall(b"POST /election/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
                     server.token("--role", "administrator", "alice").encode() + b"\r\nContent-Length: 12\r\n\r\n{\"na")
        return slow

    def wait_for_stopping(self, server):
        client.until(lambda: '"event":"stopping"' in server.said(), "the server says that it stops")

    def test_request_that_is_under_way__is_waited_for(self):
        server = self.server().start()
        slow = self.begin_request(server)
        server.process.terminate()
        self.wait_for_stopping(server)
        slow.sendall(b"me\":\"x\"}")
        answer = b""
        while True:
            more = slow.recv(65536)
            if not more:
                break
            answer += more
        self.assertRegex(answer, rb"\AHTTP/1\.1 200 ")
        self.assertIn(b"\r\nConnection: close\r\n", answer)
        self.assertEqual(0, server.wait())
        self.assertEqual(1, len(self.recorded(server)))

    def test_request_that_does_not_come__is_cut_and_told_by_exit_1(self):
        server = self.server("--drain-ms", "50").start()
        self.begin_request(server)
        self.assertEqual(1, server.stop())
        self.assertIn('"requests":"some were cut"', server.said())

    def test_same_signal_once_more__ends_it_at_once(self):
        """With whatever is under way. What was answered is on the disk."""
        server = self.server("--drain-ms", "600000").start()
        client.Paper(server, self.ids)
        self.begin_request(server)
        server.process.terminate()
        self.wait_for_stopping(server)
        self.assertEqual(-signal.SIGTERM, server.stop())
        self.assertEqual(5, len(self.recorded(server)))
        self.assertEqual(0, server.start().stop())
        self.assertEqual("", client.run(0, AUDIT, "diff", server.store, "--against", server.cache))


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 31:
        sys.exit("only %d tests are left" % tests.countTestCases())
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
