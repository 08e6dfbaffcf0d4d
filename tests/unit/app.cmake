# The commands, on sources, stores and caches in memory. Allocations, and calls into the layers below, are made to fail
# by the linker.
set(PV_APP_WRAP malloc calloc realloc pv_document_hash pv_sha256 pv_election_when pv_election_apply
  pv_election_ensure_valid_state)
list(TRANSFORM PV_APP_WRAP PREPEND "-Wl,--wrap=")
function(pv_app_test NAME)
  pv_test(NAME ${NAME} KIND unit LABELS msan SOURCES ${NAME}.c app_kit.c app_calls.c failing.c kit_memory.c ${ARGN}
    LIBS pv_adapters pv_app cmocka PkgConfig::CJSON)
  target_link_options(${NAME} PRIVATE ${PV_APP_WRAP})
endfunction()
pv_app_test(test_app_id_hashes)
pv_app_test(test_app_id_set)
pv_app_test(test_app_judge)
pv_app_test(test_app_run)
pv_app_test(test_app_verify)
pv_app_test(test_app_replay)
pv_app_test(test_app_rebuild app_cache.c)
pv_app_test(test_app_diff app_cache.c)
pv_app_test(test_app_diff_faults app_cache.c)
# They read what is printed by cJSON, which is not instrumented: not under MSan.
set_tests_properties(unit.test_app_diff unit.test_app_diff_faults PROPERTIES LABELS "fast;unit")
pv_app_test(test_app_diff_report)
pv_app_test(test_app_stage app_store.c)
pv_app_test(test_app_aggregates app_store.c)
pv_app_test(test_app_pull)
pv_app_test(test_app_pull_store app_store.c)
pv_app_test(test_app_import)
# The worker, in a world that fails when told to; who may do what.
pv_app_test(test_app_worker worker_kit.c virtual_clock.c)
pv_app_test(test_app_worker_faults worker_kit.c virtual_clock.c)
pv_test(NAME test_app_permission KIND unit LABELS msan SOURCES test_app_permission.c LIBS pv_app pv_story)
pv_app_test(test_app_projector app_cache.c app_store.c)
# It reads documents back by cJSON, which is not instrumented: not under MSan.
set_tests_properties(unit.test_app_projector PROPERTIES LABELS "fast;unit")
pv_app_test(test_app_projection)
target_link_libraries(test_app_projection PRIVATE pv_story)
# What follows a projector of another process; only photovote has it.
pv_app_test(test_watcher app_cache.c app_store.c)
target_link_libraries(test_watcher PRIVATE pv_photovote_commands)
set_tests_properties(unit.test_watcher PROPERTIES LABELS "fast;unit")
