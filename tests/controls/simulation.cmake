# What the whole system in simulation must find, within the runs of every day; no failure is shrunk. SEED is for what
# shows in one of some thousand cases only.
# pv_simulated_bug(NAME name FILE layer/file.c BREAKS "sentence" SAYS regex [SEED n])
function(pv_simulated_bug)
  cmake_parse_arguments(S "" "NAME;FILE;BREAKS;SAYS;SEED" "" ${ARGN})
  if(NOT DEFINED S_SEED)
    set(S_SEED 3)
  endif()
  pv_planted_bug(NAME ${S_NAME} FILE ${S_FILE} BREAKS ${S_BREAKS} CAUGHT_BY simulate
    ARGS system --seed ${S_SEED} --cases 1000 --tries 0 SAYS ${S_SAYS})
  set_tests_properties(control.bug_${S_NAME} PROPERTIES ENVIRONMENT
    "ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=8")
endfunction()
pv_simulated_bug(NAME worker_answers_before_the_append FILE app/worker_group.c
  BREAKS "what is answered as recorded is durable" SAYS "fails.*: event [0-9]+ is answered as number [0-9]+, and is not there")
pv_simulated_bug(NAME worker_knows_no_id FILE app/worker_judge.c
  BREAKS "a command that is recorded already answers as the first time"
  SAYS "fails.*: (event [0-9]+ is recorded as [0-9]+, and refused as|it does not come to rest)")
pv_simulated_bug(NAME worker_keeps_what_was_not_appended FILE app/worker_group.c
  BREAKS "after a fault the elections in memory are what the store has"
  SAYS "fails.*: event [0-9]+ is refused as [a-z_]+, but the rules say")
pv_simulated_bug(NAME worker_logs_no_refusal FILE app/worker.c
  BREAKS "what is refused is in the log of refusals" SAYS "fails.*: event [0-9]+ .* is not in the log of refusals")
pv_simulated_bug(NAME worker_judges_the_refused_again FILE app/worker_refusals.c
  BREAKS "what was refused stays refused" SAYS "fails.*: event [0-9]+ was refused each time, and is recorded"
  SEED 17)
pv_simulated_bug(NAME worker_asks_nobody_who_may FILE app/worker_judge.c
  BREAKS "a voter touches the own ballot only" SAYS "fails.*: event [0-9]+ is recorded, and .* may not have it recorded")
pv_simulated_bug(NAME nak_lets_a_later_command_overtake FILE adapters/embedded_queue.c
  BREAKS "the commands of one election stay in order" SAYS "fails.*: event [0-9]+ was sent after [0-9]+ and stands before it")
pv_simulated_bug(NAME projector_checkpoints_before_the_put FILE app/projector.c
  BREAKS "a checkpoint is never there without the puts before it" SAYS "fails.* (is answered as unknown after a 200|the cache is not a fold|it does not come to rest)")
pv_simulated_bug(NAME projector_reads_on_after_a_fault FILE app/projector.c
  BREAKS "what was read since the last checkpoint is read again" SAYS "fails.*: (the projector refuses .*: stream_gap|the checkpoint is not at the last record|the cache is not a fold)")
pv_simulated_bug(NAME projector_takes_stale_for_done FILE app/projector.c
  BREAKS "a cache that lost its last puts is mended"
  SAYS "fails.*: (it does not come to rest|the cache is not a fold|.* waits in vain when all is calm)")
pv_simulated_bug(NAME reads_wait_for_no_floor FILE api/submit.c
  BREAKS "whoever was told of an event also sees it" SAYS "fails.*: .* (shows version [0-9]+|is answered as unknown) after a 200 told of [0-9]+")
pv_simulated_bug(NAME reads_wait_for_the_deleted FILE api/read.c
  BREAKS "a read waits only for what is on its way" SAYS "fails.*: .* waits in vain when all is calm")
pv_simulated_bug(NAME request_waits_on_after_its_answer FILE api/waiting.c
  BREAKS "a request is answered once" SAYS "(heap-use-after-free|crashed in case|was answered before)")
pv_simulated_bug(NAME request_is_put_off_at_once FILE api/waiting.c
  BREAKS "202 is for verdicts that do not come in time" SAYS "fails.*: event [0-9]+ is put off too early")
pv_simulated_bug(NAME live_stream_tells_twice FILE api/read_parts.c
  BREAKS "a live stream that is resumed tells each change once" SAYS "fails.*: the live stream .* is resumed at")
pv_simulated_bug(NAME live_stream_forgets_what_came_meanwhile FILE api/live.c
  BREAKS "a live stream tells each change" SAYS "fails.*: the live stream .* leaves out")
