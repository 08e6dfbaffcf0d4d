# What the tests of the worker must find.
pv_planted_bug(NAME worker_records_an_id_twice_in_a_group FILE app/worker_judge.c
  BREAKS "exactly one record an accepted event id"
  CAUGHT_BY test_app_worker SAYS "FAILED .*repeated_within_a_group__waits_for_the_first")
pv_planted_bug(NAME worker_judges_a_refused_command_again FILE app/worker_refusals.c
  BREAKS "a refusal that was logged is kept to"
  CAUGHT_BY test_app_worker_faults SAYS "FAILED .*refused__and_delivered_again__is_answered_as_before")
pv_planted_bug(NAME worker_trusts_an_aggregate_after_a_fault FILE app/worker_group.c
  BREAKS "a fault drops the aggregates of the group"
  CAUGHT_BY test_app_worker_faults SAYS "FAILED .*any_call_failing_once__changes_nothing_in_the_end")
pv_planted_bug(NAME administrator_casts_a_ballot FILE app/permission.c
  BREAKS "a ballot is its own voter's, whatever roles the caller has"
  CAUGHT_BY test_app_permission SAYS "FAILED .*ballot__is_rated_and_cast_by_its_own_voter_whatever_the_roles")
pv_planted_bug(NAME worker_forgets_the_ids_of_its_own FILE app/worker_judge.c
  BREAKS "a command that comes again is recognised by the worker that recorded it"
  CAUGHT_BY test_app_worker SAYS "FAILED .*repeated__answers_as_the_first_time")
pv_planted_bug(NAME worker_knows_no_id_of_the_past FILE app/aggregate_load.c
  BREAKS "a command that comes again is recognised by a worker that was started anew"
  CAUGHT_BY test_app_worker SAYS "FAILED .*repeated__of_a_record_in_another_spelling__is_the_same_event")
