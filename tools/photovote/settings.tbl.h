/* Every setting: PV_SETTING(TAG, name, KIND, default, least, most, help). The flag is --name, the
   environment's and .env's name is PHOTOVOTE_NAME with underscores, the file's is the name itself. KIND is
   TEXT, NUMBER (least and most are its bounds), SWITCH (on or off), SQLITE (sqlite:PATH, or empty) or LEVEL
   (of the log). */

/* clang-format off */
PV_SETTING(LISTEN, listen, TEXT, "127.0.0.1", 0, 0, "address to listen on; TLS is a proxy's business")
PV_SETTING(PORT, port, NUMBER, "8080", 0, 65535, "port to listen on; 0: any that is free, which is printed")
PV_SETTING(OPERATOR_PORT, operator-port, NUMBER, "0", 0, 65535,
           "port on 127.0.0.1 for /healthz, /readyz and /metrics without a token; 0: none")
PV_SETTING(DATA, data, TEXT, "photovote-data", 0, 0, "directory of the stores and keys; made if it is missing")
PV_SETTING(STORE, store, SQLITE, "", 0, 0, "event store, sqlite:PATH; empty: events.db in the data directory")
PV_SETTING(CACHE, cache, SQLITE, "", 0, 0, "document cache, sqlite:PATH; empty: cache.db in the data directory")
PV_SETTING(AUDIENCE, audience, TEXT, "photovote", 0, 0, "what a token's `aud` must name")
PV_SETTING(OWN_ISSUER, own-issuer, SWITCH, "on", 0, 0, "accept tokens that `photovote token` signed")
PV_SETTING(OIDC_ISSUER, oidc-issuer, TEXT, "", 0, 0, "accept tokens of this OpenID Connect provider too: its `iss`, a URL; empty: of none")
PV_SETTING(OIDC_AUDIENCE, oidc-audience, TEXT, "", 0, 0, "what the `aud` of its tokens must name; empty: audience")
PV_SETTING(OIDC_ROLES, oidc-roles, TEXT, "realm_access.roles", 0, 0, "the claim that holds the roles in its tokens, or the path to it, with dots")
PV_SETTING(OIDC_ROLE_ADMINISTRATOR, oidc-role-administrator, TEXT, "administrator", 0, 0,
           "what an administrator is called there; empty: there is none")
PV_SETTING(OIDC_ROLE_VOTER, oidc-role-voter, TEXT, "voter", 0, 0, "what a voter is called there")
PV_SETTING(OIDC_ROLE_AUDITOR, oidc-role-auditor, TEXT, "auditor", 0, 0, "what an auditor is called there")
PV_SETTING(OIDC_CA_FILE, oidc-ca-file, TEXT, "", 0, 0, "certificates (PEM) to believe the provider by; empty: the system's")
PV_SETTING(OIDC_RETRY_MS, oidc-retry-ms, NUMBER, "30000", 100, 3600000, "the least time between two fetches of the provider's keys")
PV_SETTING(BASE_URL, base-url, TEXT, "http://127.0.0.1:8080", 0, 0, "what invitations link to")
PV_SETTING(DOCS_UI, docs-ui, TEXT, "auto", 0, 0,
           "folder of swagger-ui-dist, for /docs; auto: what is installed with the program; empty: a page without a script")
PV_SETTING(HTTP_THREADS, http-threads, NUMBER, "2", 1, 64, "threads that serve HTTP")
PV_SETTING(READ_THREADS, read-threads, NUMBER, "2", 1, 64, "threads that answer reads from the cache")
PV_SETTING(CONNECTIONS, connections, NUMBER, "1024", 2, 65536, "connections at once")
PV_SETTING(CONNECTIONS_PER_ADDRESS, connections-per-address, NUMBER, "0", 0, 65536,
           "connections of one address at once; 0: as many as all")
PV_SETTING(STREAMS, streams, NUMBER, "512", 1, 65536, "live streams at once")
PV_SETTING(QUEUE, queue, NUMBER, "1024", 1, 1048576, "events that wait for the worker; beyond, 503")
PV_SETTING(QUEUE_PER_CALLER, queue-per-caller, NUMBER, "128", 1, 1048576, "events of one caller that wait; beyond, 429")
PV_SETTING(MEMORY, memory, NUMBER, "256", 1, 1048576, "MiB of elections that worker and projector each keep in memory")
PV_SETTING(VERDICT_MS, verdict-ms, NUMBER, "5000", 10, 600000, "how long a request waits for the worker; then 202")
PV_SETTING(PROJECTION_MS, projection-ms, NUMBER, "3000", 10, 600000, "how long a read waits for the projection; then 503")
PV_SETTING(PROJECTOR, projector, SWITCH, "on", 0, 0, "serve keeps the cache up to date; off: `photovote projector` does")
PV_SETTING(PROJECT_EVERY_MS, project-every-ms, NUMBER, "5", 0, 10000, "the least rest of the projector between two rounds, unless it is behind")
PV_SETTING(HEARTBEAT_MS, heartbeat-ms, NUMBER, "15000", 100, 600000, "heartbeat of live streams")
PV_SETTING(DRAIN_MS, drain-ms, NUMBER, "25000", 0, 600000, "how long running requests may take to finish at the end")
PV_SETTING(LOG_LEVEL, log-level, LEVEL, "info", 0, 0, "debug (with every request), info, warning or error")
/* clang-format on */
