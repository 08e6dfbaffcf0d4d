# What the laws of the stores and caches, and the cuts of the power, must find.
pv_planted_bug(NAME store_answers_before_it_is_synced FILE adapters/sqlite_db.c
  BREAKS "what was acknowledged survives a crash of the machine"
  CAUGHT_BY powercut_sqlite SAYS "FAILED with sound syncs, power cut .*(lost|malformed|not a database)")
pv_planted_bug(NAME store_keeps_half_of_a_copy FILE adapters/sqlite_writing.c
  BREAKS "all records of a call are copied, or none is"
  CAUGHT_BY test_event_stores SAYS "FAILED .*sqlite: copy__a_number_that_goes_back_in_one_call__is_a_conflict")
pv_planted_bug(NAME store_undoes_a_group_for_its_last FILE adapters/sqlite_append.c
  BREAKS "of a group of appends each is judged by itself"
  CAUGHT_BY test_event_stores SAYS "FAILED .*sqlite: append_group__conflicts_among_them__undo_no_other")
pv_planted_bug(NAME store_believes_old_heads FILE adapters/sqlite_heads.c
  BREAKS "what another connection wrote counts"
  CAUGHT_BY test_sqlite_shared SAYS "FAILED .*two_writers__the_second_at_a_version__is_told_of_the_first")
pv_planted_bug(NAME store_takes_new_ids_for_its_own FILE adapters/sqlite_append.c
  BREAKS "ids that are said to be new are a conflict where they are there"
  CAUGHT_BY test_event_stores SAYS "FAILED .*sqlite: append_group__with_ids_said_to_be_new__is_no_repetition")
pv_planted_bug(NAME store_reads_what_was_undone FILE adapters/sqlite_db.c
  BREAKS "what was never committed is not read, even if it could not be rolled back"
  CAUGHT_BY test_sqlite_faults SAYS "FAILED .*rollback__fails_in_the_store__nothing_undone_is_read_or_added_to")
pv_planted_bug(NAME store_reader_skips_after_a_write FILE adapters/sqlite_reader.c
  BREAKS "a reader sees what was appended, in order"
  CAUGHT_BY test_event_stores SAYS "FAILED .*sqlite: read__while_others_append__gives_each_record_once")
pv_planted_bug(NAME store_forgets_the_tail FILE adapters/sqlite_store.c
  BREAKS "the last number of a stream is found before it is in the index"
  CAUGHT_BY test_event_stores SAYS "FAILED .*sqlite: reopen__what_was_appended_is_still_recognised")
pv_planted_bug(NAME store_indexes_all_but_the_last FILE adapters/sqlite_store.c
  BREAKS "all of the tail goes into the index"
  CAUGHT_BY test_sqlite_index SAYS "FAILED .*append__fills_the_tail__indexes_all_of_it")
pv_planted_bug(NAME cache_believes_a_stale_page FILE adapters/sqlite_cache.c
  BREAKS "a put of some pages builds on the put that they are compared with"
  CAUGHT_BY test_document_caches SAYS "FAILED .*sqlite: put_changes__on_another_put__is_stale")
pv_planted_bug(NAME cache_in_files_does_not_sync_names FILE adapters/file_dir.c
  BREAKS "a put that was acknowledged survives a crash of the machine"
  CAUGHT_BY torture_files SAYS "FAILED with the power cut .*lost: a document that was put")
pv_planted_bug(NAME cache_in_files_puts_the_number_last FILE adapters/file_cache.c
  BREAKS "document and last number are of one put at any moment"
  CAUGHT_BY torture_files SAYS "FAILED .*the last number")
pv_planted_bug(NAME refusals_find_the_first FILE adapters/sqlite_refusals.c
  BREAKS "find gives the last entry of an event id"
  CAUGHT_BY test_refusal_logs SAYS "FAILED .*sqlite: add__the_same_again__is_a_second_entry")
pv_planted_bug(NAME cache_keeps_keys_of_an_older_program FILE adapters/sqlite_cache.c
  BREAKS "what an older program has put has no keys, and changes do not build on it"
  CAUGHT_BY test_sqlite_cache SAYS "FAILED .*older_program__its_puts_and_removals__are_not_mixed")
pv_planted_bug(NAME projection_forgets_the_voters_page FILE app/projection.c
  BREAKS "an event that changes a page is noted for it"
  CAUGHT_BY test_app_projection SAYS "FAILED .*note__an_event__changes_its_pages")
pv_planted_bug(NAME projector_believes_a_document_of_another_number FILE app/projector_elections.c
  BREAKS "a document that is not at its number is replayed from the log"
  CAUGHT_BY test_app_projector SAYS "FAILED .*start__a_document_that_cannot_be_used__is_replayed")
