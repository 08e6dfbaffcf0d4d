"""A server that accepts the tokens of an OpenID Connect provider: npm's oidc-provider, as contrib/dev-idp sets it up.

usage: oidc.py [--expired-since SECONDS] PHOTOVOTE NODE PROVIDER.mjs [STORY...]

STORY: those of that name only. --expired-since: when the expired token ended (60); the control lets it still hold.
"""

import argparse
import base64
import json
import os
import socket
import subprocess
import tempfile
import time

import client
from oidc_world import DISCOVERY, KEYS, Programs, World, check, keys_in, ready_of

OFTEN, SELDOM = "200", "3600000"  # oidc-retry-ms


def look(server, token):
    """What only auditors and administrators may see."""
    who = client.Client(server, token)
    answer = who.get("/readyz")
    who.close()
    return answer


def check_good(server, token, *what):
    answer = look(server, token)
    check(answer.status == 200, *what, "200 expected, but", answer)


def check_refused(server, token, sentence, *what):
    answer = look(server, token)
    check(answer.status == 401, *what, "401 expected, but", answer)
    check(answer.json["detail"] == "the token" + sentence, *what, answer)
    check(answer.headers["WWW-Authenticate"] == "Bearer", *what, answer.headers)


def check_pending(server, token, *what):
    answer = look(server, token)
    check(answer.status == 503 and answer.code == "unavailable", *what, "503 expected, but", answer)
    check(answer.json["detail"] == "the keys of the token's issuer are not there yet", *what, answer)
    check(int(answer.headers["Retry-After"]) > 0, *what, answer.headers)


def until_good(server, token, what):
    """503 until it is good, and nothing else."""
    def ask():
        answer = look(server, token)
        check(answer.status in (200, 503), what, answer)
        return answer.status == 200
    client.until(ask, what)


UNKNOWN = " is signed with a key that its issuer does not have"

# ---- the stories ----


def people_vote_with_tokens_of_the_provider(world):
    """Roles, whole: an administrator makes an election, a voter votes, known by her email; others may not."""
    server = world.serve_with_keys()
    alice, otto, eve, ben = (client.Client(server, world.provider.token(name)) for name in ("alice", "otto", "eve", "ben"))
    ann = client.Client(server, world.provider.log_in("ann")["access_token"])
    ids = client.Ids(2)
    election, competition, voter, candidates = ids(), ids(), ids(), [ids(), ids()]

    def event(who, event_name, **data):
        return client.send_safely(who, (event_name, {"id": ids(), "election_id": election, **data}))

    def record(who, event_name, **data):
        answer = event(who, event_name, **data)
        check(answer.status == 200, event_name, answer)
        return answer.json

    for who in (otto, eve, ann):
        answer = event(who, "Election.ElectionCreated", name="Mine", description=None)
        check(answer.status == 403 and answer.code == "not_allowed", "who may not:", answer)
    record(alice, "Election.ElectionCreated", name="Ours", description=None)
    record(alice, "Competition.CompetitionAdded", competition_id=competition, name="One")
    for candidate in candidates:
        record(alice, "Candidate.CandidateAdded", competition_id=competition, candidate_id=candidate, name=candidate)
    record(alice, "Voter.VoterRegistered", voter_id=voter, name="Ann", email="ann@example.org")
    record(alice, "Election.ElectionOpened", open_date="2026-01-01T00:00:00Z")
    check(event(ben, "Ballot.BallotCreated", voter_id=voter).status == 403, "somebody else takes her ballot")
    record(ann, "Ballot.BallotCreated", voter_id=voter)
    mine = ann.must(200, "GET", "/election/%s/ballot/mine" % election)
    record(ann, "Ballot.BallotCandidateRated", ballot_id=mine["id"], competition_id=competition, candidate_id=candidates[0],
           rating=5)
    record(ann, "Ballot.BallotCast", ballot_id=mine["id"])
    check(ann.must(200, "GET", "/election/%s/ballot/mine" % election)["cast"], "it is not cast")
    check(otto.get("/election/%s/document" % election).status == 200, "the auditor sees nothing")
    check(eve.get("/readyz").status == 403, "nobody in particular sees what auditors see")


def roles_have_other_names_and_places(world):
    provider = world.provider
    chair, all_roles, nameless, plain = provider.forge(
        ({"alg": "ES256"}, {"https://club.example/roles": ["chair"]}, "sign"),
        ({"alg": "RS256"}, {"https://club.example/roles": ["", "voter", "administrator"]}, "sign"),
        ({"alg": "EdDSA"}, {"https://club.example/roles": "inspector"}, "sign"),
        ({"alg": "ES256"}, {}, "sign"))
    server = world.serve_with_keys("--oidc-roles", "https://club.example/roles", "--oidc-role-administrator", "chair",
                                   "--oidc-role-auditor", "")
    check_good(server, chair, "a chair:")
    for token in (all_roles, nameless, plain):
        check(look(server, token).status == 403, "a role that is none:", look(server, token))


def tokens_that_are_none_are_refused(world):
    provider, now = world.provider, int(time.time())
    good, expired, early, other_issuer, no_issuer, audience, none, empty, pem, jwk, kid, other, embedded = provider.forge(
        ({"alg": "ES256"}, {}, "sign"),
        ({"alg": "ES256"}, {"exp": now - world.expired_since}, "sign"),
        ({"alg": "RS256"}, {"nbf": now + 600}, "sign"),
        ({"alg": "ES256"}, {"iss": provider.issuer + "/"}, "sign"),
        ({"alg": "ES256"}, {"iss": "photovote"}, "sign"),
        ({"alg": "EdDSA"}, {"aud": ["other", "photovotes"]}, "sign"),
        ({"alg": "none"}, {}, "none"),
        ({"alg": "ES256"}, {}, "none"),
        ({"alg": "HS256"}, {}, "hmac-pem"),
        ({"alg": "HS256"}, {}, "hmac-jwk"),
        ({"alg": "ES256", "kid": "nobody's"}, {}, "sign"),
        ({"alg": "ES256"}, {}, "other"),
        ({"alg": "ES256", "jku": provider.issuer + KEYS, "jwk": {}}, {}, "other"))
    server = world.serve_with_keys("--oidc-retry-ms", SELDOM)
    rsa = next(key["kid"] for key in keys_in(provider.keys) if key["alg"] == "RS256")
    named = provider.forge(({"alg": "HS256", "kid": rsa}, {}, "hmac-pem"), ({"alg": "ES256", "kid": rsa}, {}, "sign"))
    elsewhere = world.provide(issuer="http://127.0.0.1:1")
    algorithm = " is not signed in a way that is accepted: RS256, ES256 or EdDSA, without extensions"
    signature, issuer = "'s signature does not hold", " comes from an issuer that is not accepted here"
    audience_of_another = " is meant for somebody else"
    check_good(server, good, "what the test signs:")
    head, body, sign = good.split(".")
    richer = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + "==").replace(b"alice", b"maria")).rstrip(b"=").decode()
    for what, token, sentence in [
            ("expired:", expired, " has expired"),
            ("not yet valid:", early, " is not valid yet"),
            ("of another issuer:", other_issuer, issuer),
            ("of a provider with the same keys:", elsewhere.token("alice"), issuer),
            ("signed by the provider, as if by the server:", no_issuer, UNKNOWN),
            ("for another audience:", audience, audience_of_another),
            ("for another audience, by the provider:", provider.token("alice", resource="urn:other"), audience_of_another),
            ("alg none:", none, algorithm),
            ("without a signature:", empty, signature),
            ("HMAC with the public key:", pem, algorithm),
            ("HMAC with the public JWK:", jwk, algorithm),
            ("HMAC with the public key, by its name:", named[0], algorithm),
            ("with a key of another kind:", named[1], UNKNOWN),
            ("of an unknown key:", kid, UNKNOWN),
            ("signed by somebody else:", other, signature),
            ("signed by somebody else, who tells where his keys are:", embedded, signature),
            ("changed:", "%s.%s.%s" % (head, richer, sign), signature)]:
        check_refused(server, token, sentence, what)
    check(world.door.count(KEYS) == 1, "keys fetched:", world.door.counts)


def unknown_keys_in_a_flood_cost_nobody_anything(world):
    alice = world.provider.token("alice")
    flood = world.provider.forge(*[({"alg": "EdDSA", "kid": "nobody's %d" % i}, {"jti": str(i)}, "sign") for i in range(200)])
    calm = world.serve_with_keys("--oidc-retry-ms", SELDOM)
    for token in flood:
        check_refused(calm, token, UNKNOWN, "just fetched:")
    check_good(calm, alice, "in a flood:")
    check(world.door.count(KEYS) == 1, "keys fetched:", world.door.counts)
    # The same where keys may be fetched often: no more often than that, and others go on.
    server, before, begun = world.serve_with_keys("--oidc-retry-ms", OFTEN), world.door.count(KEYS), time.monotonic()
    for i, token in enumerate(flood):
        answer = look(server, token)
        check(answer.status in (401, 503), "in a flood:", answer)
        if i % 4 == 0:
            check_good(server, world.provider.token("otto"), "new in a flood:")
            check_good(server, alice, "in a flood:")
    most = (time.monotonic() - begun) * 1000 / int(OFTEN) + 2
    check(world.door.count(KEYS) - before <= most, world.door.count(KEYS) - before, "fetches, not", most)


def keys_change(world):
    """By a new process with a new key first; later without the old one."""
    first = world.provider
    old = first.token("alice")
    server = world.serve_with_keys("--oidc-retry-ms", OFTEN)
    check_good(server, old, "before:")
    world.provide("other.json").stop()  # makes them
    both = [key for name in ("other.json", "keys.json") for key in keys_in(os.path.join(world.folder, name))]
    with open(os.path.join(world.folder, "both.json"), "w", encoding="utf-8") as file:
        json.dump({"keys": both}, file)
    first.stop()
    new = world.provide("both.json").token("alice")
    check(new.split(".")[0] != old.split(".")[0], "the key is the same")
    until_good(server, new, "the new key")
    check_good(server, old, "of the old key, which is there still:")
    world.provide("other.json")
    check_good(server, old, "nobody has said that the old key is gone:")
    gone, = world.provider.forge(({"alg": "ES256", "kid": "nobody's"}, {}, "sign"))

    def ended():
        check(look(server, gone).status in (401, 503), "of a key that is not there:", look(server, gone))
        return look(server, old).status == 401

    client.until(ended, "new keys, asked for by a token")
    check_refused(server, old, UNKNOWN, "of a key that is gone:")
    check_good(server, new, "of the new key:")


def provider_comes_after_the_server(world):
    world.door.open = False
    alice = world.provider.token("alice")
    server = world.serve("--oidc-retry-ms", OFTEN)
    check_pending(server, alice, "without keys:")
    ready = ready_of(server)
    check(ready["status"] == "ready" and ready["provider_keys"] == "missing", ready)
    client.until(lambda: world.door.count(DISCOVERY) > 2, "more than one try")
    world.door.open = True
    until_good(server, alice, "the provider is there")
    check(ready_of(server)["provider_keys"] == "held", "but not ready")
    said = [json.loads(line) for line in server.said().splitlines()]
    told = [line["event"] for line in said if line["event"].startswith("provider_keys")]
    check(told == ["provider_keys_fault", "provider_keys"], "the log says", told)
    check(server.stop() == 0, "exit status", server.said())


def provider_alone_makes_ready(world):
    """Where nobody else's tokens are accepted the server is not ready without its keys."""
    world.door.open = False
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = world.serve("--oidc-retry-ms", OFTEN, "--own-issuer", "off", "--operator-port", str(port))
    answer = client.Client(port).get("/readyz")
    check(answer.status == 503 and answer.json["provider_keys"] == "missing", "without keys:", answer)
    check_refused(server, server.token("--role", "auditor", "otto"), " comes from an issuer that is not accepted here", "own:")
    world.door.open = True
    client.until(lambda: client.Client(port).get("/readyz").status == 200, "the provider is there")


def provider_goes(world):
    """Its keys go on to hold, for tokens that were never seen too; what needs others waits for it."""
    server = world.serve_with_keys("--oidc-retry-ms", OFTEN)
    alice = world.provider.token("alice")
    check_good(server, alice, "while it is there:")
    world.door.open = False
    new, = world.provider.forge(({"alg": "ES256", "kid": "new"}, {}, "sign"))

    def failed():
        check(look(server, new).status in (401, 503), "of a key that is not there:", look(server, new))
        return "provider_keys_fault" in server.said()

    client.until(failed, "a try that failed")
    check_pending(server, new, "of a key that may be new:")
    check_good(server, alice, "as before:")
    check_good(server, world.provider.token("otto"), "never seen before:")
    world.door.open = True
    client.until(lambda: look(server, new).status == 401, "the provider is back, and does not have it")
    check_refused(server, new, UNKNOWN, "of a key that is not:")


def keys_that_are_slow_to_come_keep_nobody_waiting(world):
    server = world.serve_with_keys("--oidc-retry-ms", OFTEN, "--http-threads", "1")
    alice, otto = world.provider.token("alice"), server.auditor()
    new, = world.provider.forge(({"alg": "ES256", "kid": "new"}, {}, "sign"))
    world.door.slow.clear()
    client.until(lambda: look(server, new).status == 503 and world.door.waiting == 1, "keys that are waited for")
    for _ in range(20):
        check_good(server, alice, "meanwhile:")
        check_good(server, world.provider.token("otto"), "verified meanwhile:")
        check(otto.get("/readyz").status == 200, "of the server's own")
        check_pending(server, new, "meanwhile:")
    check(world.door.waiting >= 1, "they came")
    begun = time.monotonic()
    check(server.stop() == 0, "exit status", server.said())
    check(time.monotonic() - begun < 20, "the end waits for the keys")


def provider_by_tls(world):
    """With a certificate that only the file tells."""
    certificate = [os.path.join(world.folder, name) for name in ("cert.pem", "key.pem")]
    client.run(0, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate[0], "-keyout", certificate[1])
    inner = os.path.join(world.folder, "tls")
    os.mkdir(inner)
    tls = World(world.programs, inner, certificate)
    try:
        alice, = tls.provider.forge(({"alg": "ES256"}, {}, "sign"))
        doubting = tls.serve("--oidc-retry-ms", OFTEN)
        client.until(lambda: "provider_keys_fault" in doubting.said(), "a certificate that is not believed")
        check_pending(doubting, alice, "a certificate that is not believed:")
        check(tls.door.count(DISCOVERY) == 0, "it was asked")
        server = tls.serve("--oidc-retry-ms", OFTEN, "--oidc-ca-file", certificate[0])
        until_good(server, alice, "a certificate that is believed")
    finally:
        tls.close()


def settings_that_cannot_be_are_told(world):
    for options, words in [
            (["--oidc-issuer", "http://id.example"], "oidc-issuer: the issuer 'http://id.example' is not an https address"),
            (["--oidc-issuer", "id"], "oidc-issuer: the issuer 'id' is not"),
            (["--oidc-issuer", "https://id.example/?a"], "oidc-issuer: the issuer 'https://id.example/?a' is not"),
            (["--oidc-roles", ""], "oidc-roles: must say which claim"),
            (["--oidc-ca-file", "nowhere"], "oidc-ca-file: cannot read nowhere: No such file"),
            (["--oidc-ca-file", "/dev/null"], "oidc-ca-file: cannot read /dev/null: it is empty"),
            (["--oidc-retry-ms", "1"], "oidc-retry-ms (from the flag): '1' is not a number from 100 to")]:
        if "--oidc-issuer" not in options:
            options += ["--oidc-issuer", world.door.issuer]
        done = subprocess.run([world.programs.photovote, "serve", "--data", "data", *options], cwd=world.folder, check=False,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              timeout=client.LIMIT, env=client.clean_environment())
        said = done.stderr.decode()
        check(done.returncode == 2 and words in said, options, "exit status", done.returncode, said)


STORIES = [people_vote_with_tokens_of_the_provider, roles_have_other_names_and_places, tokens_that_are_none_are_refused,
           unknown_keys_in_a_flood_cost_nobody_anything, keys_change, provider_comes_after_the_server, provider_alone_makes_ready,
           provider_goes, keys_that_are_slow_to_come_keep_nobody_waiting, provider_by_tls, settings_that_cannot_be_are_told]


def play(story, programs, expired_since):
    with tempfile.TemporaryDirectory(prefix="oidc-", dir=os.getcwd()) as folder:
        world = World(programs, folder)
        world.expired_since = expired_since
        begun = time.monotonic()
        try:
            story(world)
            for server in world.servers:
                check('"level":"error"' not in server.said(), server.said())
        finally:
            world.close()
        print("%s: %.1f s" % (story.__name__, time.monotonic() - begun), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--expired-since", type=int, default=60)
    parser.add_argument("programs", nargs=3)
    parser.add_argument("stories", nargs="*", choices=[[], *(story.__name__ for story in STORIES)])
    asked = parser.parse_args()
    for story in STORIES:
        if not asked.stories or story.__name__ in asked.stories:
            play(story, Programs(*(os.path.abspath(path) for path in asked.programs)), asked.expired_since)


main()
