/* The codes of D7, one row each: PV_CODE(TAG, wire name, kind, HTTP status, field, sentence).
   `field` is the one that D7 fixes for the code, or NONE where the field depends on the case. In the
   sentence, `%` stands for the offending value. The rows are the only place where a code is spelled. */

/* clang-format off */
/* malformed */
PV_CODE(JSON_INVALID, json_invalid, MALFORMED, 422, NONE, "the event is not a JSON object that can be read: %")
PV_CODE(JSON_DUPLICATE_KEY, json_duplicate_key, MALFORMED, 422, NONE, "the field \"%\" stands twice")
PV_CODE(EVENT_TYPE_UNKNOWN, event_type_unknown, MALFORMED, 422, TYPE, "there is no event type \"%\"")
PV_CODE(FIELD_MISSING, field_missing, MALFORMED, 422, NONE, "the field \"%\" is required")
PV_CODE(FIELD_TYPE, field_type, MALFORMED, 422, NONE, "the value has the wrong JSON type: %")

/* invalid value */
PV_CODE(ID_INVALID, id_invalid, INVALID, 422, NONE, "\"%\" is not an id")
PV_CODE(ID_EMPTY, id_empty, INVALID, 422, NONE, "the id \"%\" is the empty one")
PV_CODE(TEXT_EMPTY, text_empty, INVALID, 422, NONE, "the text \"%\" is empty or only white space")
PV_CODE(TEXT_TOO_LONG, text_too_long, INVALID, 422, NONE, "the text \"%\" is too long")
PV_CODE(TEXT_CONTROL, text_control, INVALID, 422, NONE, "the text \"%\" has a control character in it")
PV_CODE(URL_INVALID, url_invalid, INVALID, 422, NONE,
        "\"%\" is not a web address (http://, https:// or /path, in its ASCII form)")
PV_CODE(EMAIL_INVALID, email_invalid, INVALID, 422, NONE, "\"%\" is not an email address (in its ASCII form)")
PV_CODE(RATING_OUT_OF_RANGE, rating_out_of_range, INVALID, 422, NONE, "the rating % is not from 1 to 5")
PV_CODE(TIME_INVALID, time_invalid, INVALID, 422, NONE, "\"%\" is not a date and time (2024-02-24T18:00:00Z)")
PV_CODE(CAPTION_WITHOUT_URL, caption_without_url, INVALID, 422, NONE, "the caption \"%\" has no image url with it")

/* not found */
PV_CODE(ELECTION_UNKNOWN, election_unknown, NOT_FOUND, 404, ELECTION_ID, "there is no election %")
PV_CODE(COMPETITION_UNKNOWN, competition_unknown, NOT_FOUND, 404, COMPETITION_ID, "there is no competition %")
PV_CODE(CANDIDATE_UNKNOWN, candidate_unknown, NOT_FOUND, 404, CANDIDATE_ID,
        "there is no candidate % in this competition")
PV_CODE(VOTER_UNKNOWN, voter_unknown, NOT_FOUND, 404, VOTER_ID, "there is no voter %")
PV_CODE(BALLOT_UNKNOWN, ballot_unknown, NOT_FOUND, 404, BALLOT_ID, "there is no ballot %")
PV_CODE(RATING_UNKNOWN, rating_unknown, NOT_FOUND, 404, RATING, "there is no rating of candidate % to take back")

/* gone */
PV_CODE(ELECTION_DELETED, election_deleted, GONE, 410, ELECTION_ID, "the election % is deleted")
PV_CODE(COMPETITION_REMOVED, competition_removed, GONE, 410, COMPETITION_ID, "the competition % was removed")
PV_CODE(CANDIDATE_REMOVED, candidate_removed, GONE, 410, CANDIDATE_ID, "the candidate % was removed")

/* conflict */
PV_CODE(ELECTION_EXISTS, election_exists, CONFLICT, 409, ELECTION_ID, "the election % exists already")
PV_CODE(ELECTION_MISMATCH, election_mismatch, CONFLICT, 409, ELECTION_ID,
        "the event is for election %, not for this one")
PV_CODE(COMPETITION_EXISTS, competition_exists, CONFLICT, 409, COMPETITION_ID, "the competition % exists already")
PV_CODE(CANDIDATE_EXISTS, candidate_exists, CONFLICT, 409, CANDIDATE_ID, "the candidate % exists already")
PV_CODE(VOTER_EXISTS, voter_exists, CONFLICT, 409, VOTER_ID, "the voter % is registered already")
PV_CODE(VOTER_EMAIL_TAKEN, voter_email_taken, CONFLICT, 409, EMAIL, "another voter has the email %")
PV_CODE(BALLOT_EXISTS, ballot_exists, CONFLICT, 409, BALLOT_ID, "the ballot % exists already")
PV_CODE(BALLOT_ALREADY_ISSUED, ballot_already_issued, CONFLICT, 409, VOTER_ID, "the voter % has a ballot already")
PV_CODE(BALLOT_CAST, ballot_cast, CONFLICT, 409, BALLOT_ID, "the ballot % is cast")
PV_CODE(BALLOT_EMPTY, ballot_empty, CONFLICT, 409, BALLOT_ID, "the ballot % has no rating on it")
PV_CODE(ELECTION_OPENED, election_opened, CONFLICT, 409, ELECTION_ID, "the election % is open already")
PV_CODE(ELECTION_NOT_OPEN, election_not_open, CONFLICT, 409, ELECTION_ID, "the election % is not open yet")
PV_CODE(ELECTION_CLOSED, election_closed, CONFLICT, 409, ELECTION_ID, "the election % is closed")
PV_CODE(BALLOT_PAPER_FROZEN, ballot_paper_frozen, CONFLICT, 409, ELECTION_ID,
        "the election % is open: its ballot paper can no longer change")
PV_CODE(ELECTION_INCOMPLETE, election_incomplete, CONFLICT, 409, ELECTION_ID, "the election % has no competition")
PV_CODE(COMPETITION_TOO_SMALL, competition_too_small, CONFLICT, 409, COMPETITION_ID,
        "the competition % has fewer than two candidates")
PV_CODE(CLOSE_BEFORE_OPEN, close_before_open, CONFLICT, 409, CLOSE_DATE,
        "the closing date % is before the opening date")

/* stream */
PV_CODE(STREAM_GAP, stream_gap, STREAM, 0, NUMBER, "records are missing before this one: %")
PV_CODE(STREAM_ORDER, stream_order, STREAM, 0, NUMBER, "the record's number repeats or goes back: %")
PV_CODE(STREAM_MISMATCH, stream_mismatch, STREAM, 0, STREAM, "the event is for election %, not for this stream's")
PV_CODE(EVENT_ID_DUPLICATE, event_id_duplicate, STREAM, 0, ID, "the event id % was seen before in this stream")
PV_CODE(RECORD_INVALID, record_invalid, STREAM, 0, NONE, "the record is not valid: %")
/* clang-format on */
