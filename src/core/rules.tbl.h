/* The state rules of D6: PV_RULE(TAG, number in D6, sentence). */
/* clang-format off */
PV_RULE(ID, 1, "an id is not a ULID or is the empty one")
PV_RULE(ID_UNIQUE, 1, "two parts of a kind have the same id, or an id does not lead to its part")
PV_RULE(TEXT, 2, "a text, url, email or date breaks its rule")
PV_RULE(CAPTION, 2, "an image caption has no url")
PV_RULE(CLOSED, 3, "closed, but never opened or earlier than opened")
PV_RULE(PAPER, 4, "opened without a competition, or with a competition of fewer than two candidates")
PV_RULE(EMAIL_UNIQUE, 5, "two voters have the same email")
PV_RULE(BALLOT_VOTER, 6, "a ballot names no registered voter")
PV_RULE(BALLOT_ISSUED, 6, "ballot_issued is not true for exactly the voters with one ballot")
PV_RULE(RATING, 7, "a rating is out of range or names no candidate of the election")
PV_RULE(RATING_COUNT, 7, "the number of ratings on a ballot is not the number it carries")
PV_RULE(VOTING, 8, "a rating or a cast ballot in an election that was never opened")
PV_RULE(CAST_EMPTY, 8, "a cast ballot without a rating")
PV_RULE(VERSION, 9, "versions do not add up")
PV_RULE(DELETED, 10, "a voter or ballot is deleted")
PV_RULE(DERIVED, 0, "a count that the election keeps for speed is not what its parts add up to")
/* clang-format on */
