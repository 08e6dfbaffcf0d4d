# What the tests of the API must find.
pv_planted_bug(NAME api_shows_ratings_while_open FILE api/read.c
  BREAKS "of an open election the administrator sees who voted, not how"
  CAUGHT_BY test_api_pages SAYS "FAILED.* ballots__are_without_ratings_for_the_administrator_while_open")
pv_planted_bug(NAME api_forgets_what_it_told FILE api/read.c
  BREAKS "a read after a 200 shows what was recorded"
  CAUGHT_BY test_api_read SAYS "FAILED.* read__after_a_200_shows_it")
pv_planted_bug(NAME api_takes_words_of_before FILE api/waiting.c
  BREAKS "an answer goes to the request that it is for, not to the next one in its place"
  CAUGHT_BY test_api_parts SAYS "FAILED.* waiting__words_of_before_are_unknown")
pv_planted_bug(NAME live_misses_what_comes_while_it_opens FILE api/live.c
  BREAKS "what is recorded while a stream opens is told"
  CAUGHT_BY test_api_live SAYS "FAILED.* recorded_while_it_opens__is_not_missed")
pv_planted_bug(NAME live_shows_the_draft FILE api/live_read.c
  BREAKS "the public sees nothing of before the opening, also when a stream is resumed"
  CAUGHT_BY test_api_live SAYS "FAILED.* resume__does_not_show_the_draft_to_others")
pv_planted_bug(NAME live_stream_knows_no_late_ballot FILE api/live_read.c
  BREAKS "a stream that is resumed while the read side is behind tells of the own ballot"
  CAUGHT_BY test_api_live SAYS "FAILED.* resume__from_beyond_what_is_projected_knows_the_own_ballot")
pv_planted_bug(NAME token_of_one_election_reaches_all FILE api/auth.c
  BREAKS "a token for one election has no role in another"
  CAUGHT_BY test_api_roles SAYS "FAILED.* reads__of_a_draft")
pv_bug_for(NAME waiting_counted_without_the_lock FILE api/waiting.c
  BREAKS "what others change is counted without the lock"
  CAUGHT_BY test_api_threads LABELS threads)
