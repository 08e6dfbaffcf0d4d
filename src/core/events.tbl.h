/* The catalogue of events (D3, D4), one row each:

       PV_EVENT(TAG, c_name, Aggregate, Event, GATE, fields in catalogue order)

   `id` comes first in every event and is not repeated here; every row's first field is the election's id. A
   field is PV_FIELD(need, TAG, wire name, value type), where need is REQUIRED (`!`), NULLABLE (`?`: present,
   null erases) or OPTIONAL. GATE is the event's line in D4's table of phases: see enum pv_gate in event.h.

   Wire names, structs, tags, decoding, field descriptions and the documentation's tables derive from these
   rows. docs/design.md walks through adding one. */
/* clang-format off */
PV_EVENT(ELECTION_CREATED, election_created, Election, ElectionCreated, CREATES,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, NAME, name, election_name)
         PV_FIELD(OPTIONAL, DESCRIPTION, description, election_description))
PV_EVENT(ELECTION_DELETED, election_deleted, Election, ElectionDeleted, ANY_PHASE,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id))
PV_EVENT(ELECTION_NAME_CHANGED, election_name_changed, Election, ElectionNameChanged, ANY_PHASE,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, NAME, name, election_name))
PV_EVENT(ELECTION_DESCRIPTION_CHANGED, election_description_changed, Election, ElectionDescriptionChanged, ANY_PHASE,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(NULLABLE, DESCRIPTION, description, election_description))
PV_EVENT(ELECTION_OPENED, election_opened, Election, ElectionOpened, OPENS,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, OPEN_DATE, open_date, open_date))
PV_EVENT(ELECTION_CLOSED, election_closed, Election, ElectionClosed, VOTING,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, CLOSE_DATE, close_date, close_date))
PV_EVENT(COMPETITION_ADDED, competition_added, Competition, CompetitionAdded, PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, NAME, name, competition_name)
         PV_FIELD(OPTIONAL, DESCRIPTION, description, competition_description))
PV_EVENT(COMPETITION_REMOVED, competition_removed, Competition, CompetitionRemoved, ANY_PHASE,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id))
PV_EVENT(COMPETITION_NAME_CHANGED, competition_name_changed, Competition, CompetitionNameChanged, PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, NAME, name, competition_name))
PV_EVENT(COMPETITION_DESCRIPTION_CHANGED, competition_description_changed, Competition, CompetitionDescriptionChanged,
         PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(NULLABLE, DESCRIPTION, description, competition_description))
PV_EVENT(CANDIDATE_ADDED, candidate_added, Candidate, CandidateAdded, PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, CANDIDATE_ID, candidate_id, candidate_id)
         PV_FIELD(REQUIRED, NAME, name, candidate_name)
         PV_FIELD(OPTIONAL, DESCRIPTION, description, candidate_description)
         PV_FIELD(OPTIONAL, IMAGE_URL, image_url, image_url)
         PV_FIELD(OPTIONAL, IMAGE_CAPTION, image_caption, image_caption))
PV_EVENT(CANDIDATE_REMOVED, candidate_removed, Candidate, CandidateRemoved, ANY_PHASE,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, CANDIDATE_ID, candidate_id, candidate_id))
PV_EVENT(CANDIDATE_NAME_CHANGED, candidate_name_changed, Candidate, CandidateNameChanged, PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, CANDIDATE_ID, candidate_id, candidate_id)
         PV_FIELD(REQUIRED, NAME, name, candidate_name))
PV_EVENT(CANDIDATE_DESCRIPTION_CHANGED, candidate_description_changed, Candidate, CandidateDescriptionChanged, PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, CANDIDATE_ID, candidate_id, candidate_id)
         PV_FIELD(NULLABLE, DESCRIPTION, description, candidate_description))
PV_EVENT(CANDIDATE_IMAGE_CHANGED, candidate_image_changed, Candidate, CandidateImageChanged, PAPER,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, CANDIDATE_ID, candidate_id, candidate_id)
         PV_FIELD(NULLABLE, URL, url, image_url)
         PV_FIELD(OPTIONAL, CAPTION, caption, image_caption))
PV_EVENT(VOTER_REGISTERED, voter_registered, Voter, VoterRegistered, REGISTERING,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, VOTER_ID, voter_id, voter_id)
         PV_FIELD(REQUIRED, NAME, name, voter_name)
         PV_FIELD(REQUIRED, EMAIL, email, voter_email))
PV_EVENT(BALLOT_CREATED, ballot_created, Ballot, BallotCreated, REGISTERING,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, VOTER_ID, voter_id, voter_id)
         PV_FIELD(REQUIRED, BALLOT_ID, ballot_id, ballot_id))
PV_EVENT(BALLOT_CANDIDATE_RATED, ballot_candidate_rated, Ballot, BallotCandidateRated, VOTING,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, BALLOT_ID, ballot_id, ballot_id)
         PV_FIELD(REQUIRED, COMPETITION_ID, competition_id, competition_id)
         PV_FIELD(REQUIRED, CANDIDATE_ID, candidate_id, candidate_id)
         PV_FIELD(NULLABLE, RATING, rating, rating))
PV_EVENT(BALLOT_CAST, ballot_cast, Ballot, BallotCast, VOTING,
         PV_FIELD(REQUIRED, ELECTION_ID, election_id, election_id)
         PV_FIELD(REQUIRED, BALLOT_ID, ballot_id, ballot_id))
/* clang-format on */
