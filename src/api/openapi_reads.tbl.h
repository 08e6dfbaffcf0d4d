/* How the reads are described: PV_READ(KIND, operation id, tag, media type, schema, traits, summary, who
   may). The paths and the roles are those of the routes. In the schema ' stands for ". */

/* clang-format off */
PV_READ(ELECTIONS, getElections, Election, "application/json", "Elections", PV_READ_AFTER,
        "The elections, in the order of their ids", "Everybody sees those that are open or closed; administrator and auditor see all.")
PV_READ(PAPER, getElection, Election, "application/json", "Paper", PV_READ_TAGGED | PV_READ_WAITS,
        "The ballot paper: the election without its voters and ballots", "Everybody once it is open; administrator and auditor always.")
PV_READ(DOCUMENT, getElectionDocument, Election, "application/json", "Document", PV_READ_TAGGED | PV_READ_WAITS,
        "The whole document in its canonical form, which the state hash is of", "Administrator and auditor.")
PV_READ(RESULTS, getElectionResults, Election, "application/json", "Tally", PV_READ_TAGGED | PV_READ_WAITS | PV_READ_HIDES,
        "The tally; provisional unless the phase is closed", "Everybody once it is closed; administrator and auditor always.")
PV_READ(VOTERS, getElectionVoters, Voter, "application/json", "Voters", PV_READ_FROM | PV_READ_TAGGED | PV_READ_WAITS,
        "The voters, in the order of their registration", "Administrator and auditor.")
PV_READ(BALLOTS, getElectionBallots, Ballot, "application/json", "Ballots", PV_READ_FROM | PV_READ_TAGGED | PV_READ_WAITS,
        "The ballots, in the order of their making",
        "Administrator and auditor; while the election is open, the administrator sees no ratings.")
PV_READ(MY_BALLOT, getMyBallot, Ballot, "application/json", "RatedBallot", PV_READ_TAGGED | PV_READ_WAITS,
        "The own ballot", "A voter.")
PV_READ(EVENTS, getElectionEvents, Event, "application/json", "Records", PV_READ_FROM | PV_READ_WAITS,
        "The records of the election, from a number on", "Administrator and auditor.")
PV_READ(REFUSALS, getElectionRefusals, Event, "application/json", "Refusals", PV_READ_FROM | PV_READ_WAITS,
        "What was not recorded, and why, from a sequence number on", "Administrator and auditor.")
PV_READ(LIVE, getElectionLive, Election, "text/event-stream",
        "{'type':'string','contentMediaType':'text/event-stream','description':'Server-Sent Events. The first is named state and "
        "says at which version the stream begins (LiveState); each further one is named after its event (LiveChange), with the "
        "number of its record as id. Comments keep an idle stream alive.','contentSchema':{'oneOf':["
        "{'$ref':'#/components/schemas/LiveState'},{'$ref':'#/components/schemas/LiveChange'}]}}",
        PV_READ_WAITS | PV_READ_RESUMES, "A message for each change that the caller may see, as it is projected",
        "As the ballot paper. Changes of voters and ballots are shown to the voter whom they are about, to the administrator "
        "(without the rating) and to the auditor.")
PV_READ(EVENT_STATUS, getEvent, Event, "application/json", "EventStatus", 0,
        "What became of an event, by its id", "A voter who sent it; administrator and auditor.")
PV_READ(PHOTO, getPhoto, Candidate, "image/png", "{'type':'string','contentMediaType':'image/png'}", 0,
        "A photograph that the server keeps itself", "Everybody.")
PV_READ(HEALTH, getHealth, Operation, "application/json", "Health", 0,
        "Whether the program runs", "Administrator and auditor; nobody in particular on the listener of the operators.")
PV_READ(READY, getReadiness, Operation, "application/json", "Readiness", 0,
        "Whether requests can be served; 503 while they can not",
        "Administrator and auditor; nobody in particular on the listener of the operators.")
PV_READ(METRICS, getMetrics, Operation, "text/plain", "{'type':'string'}", 0,
        "Figures of the operation, as Prometheus reads them",
        "Administrator and auditor; nobody in particular on the listener of the operators.")
PV_READ(OPENAPI, getDescription, Description, "application/json", "{'type':'object'}", 0,
        "This description", "Everybody.")
PV_READ(DOCS, getDocs, Description, "text/html", "{'type':'string'}", 0,
        "This description in a browser; at /docs?static without a script", "Everybody.")
/* clang-format on */
