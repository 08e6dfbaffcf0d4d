"""A server's cache against its events: no difference, and each part byte for byte that of a rebuild."""

import os
import sqlite3

import client


def parts_of(cache):
    """Everything that a cache holds of documents, as bytes."""
    with sqlite3.connect(cache) as database:
        found = database.execute("SELECT c.id, c.last_number, p.kind, p.page, p.json FROM cached c"
                                 " JOIN cached_parts p USING (election) ORDER BY c.id, p.kind, p.page").fetchall()
    database.close()
    return found


def check_rebuild(audit, server, folder):
    """Of a server that has ended. The number of parts."""
    client.run(0, audit, "verify", server.store)
    if client.run(0, audit, "diff", server.store, "--against", server.cache) != "":
        raise client.Failed("diff found something")
    rebuilt = os.path.join(folder, "rebuilt.db")
    client.run(0, audit, "rebuild", server.store, "--to", "sqlite:" + rebuilt)
    served, anew = parts_of(os.path.join(server.data, "cache.db")), parts_of(rebuilt)
    if served != anew:
        raise client.Failed("the parts are not those of a rebuild: %s" % [part[:4] for part in set(served) ^ set(anew)])
    return len(anew)
