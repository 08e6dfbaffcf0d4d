# Event stores, document caches and logs of refusals: the law of each port on every adapter, then what is an adapter's own.
pv_test(NAME test_fault KIND unit SOURCES test_fault.c LIBS pv_ports cmocka)
pv_test(NAME test_event_stores KIND contract
  SOURCES test_event_stores.c contract_event_store.c contract_run.c store_kit.c kit_memory.c workdir.c
  LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_document_caches KIND contract
  SOURCES test_document_caches.c contract_document_cache.c contract_run.c cache_kit.c kit_memory.c workdir.c
  LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_refusal_logs KIND contract
  SOURCES test_refusal_logs.c contract_refusal_log.c contract_run.c refusal_kit.c workdir.c LIBS pv_adapters cmocka)
pv_test(NAME test_system_clock KIND unit SOURCES test_system_clock.c LIBS pv_adapters cmocka)
target_link_options(test_system_clock PRIVATE -Wl,--wrap=getrandom,--wrap=abort)
pv_test(NAME test_sqlite_open KIND unit
  SOURCES test_sqlite_open.c plain_sql.c nobody.c store_kit.c kit_memory.c workdir.c disk.c disk_vfs.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_shared KIND unit
  SOURCES test_sqlite_shared.c store_kit.c cache_kit.c kit_memory.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_index KIND unit
  SOURCES test_sqlite_index.c plain_sql.c store_kit.c kit_memory.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_upgrade KIND unit
  SOURCES test_sqlite_upgrade.c plain_sql.c nobody.c store_kit.c cache_kit.c kit_memory.c workdir.c
  LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_cache KIND unit
  SOURCES test_sqlite_cache.c cache_kit.c kit_memory.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_refusals KIND unit
  SOURCES test_sqlite_refusals.c plain_sql.c refusal_kit.c store_kit.c kit_memory.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_relaxed KIND powercut
  SOURCES test_sqlite_relaxed.c store_kit.c cache_kit.c kit_memory.c disk.c disk_vfs.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_file_cache KIND unit SOURCES test_file_cache.c nobody.c cache_kit.c kit_memory.c workdir.c LIBS pv_adapters cmocka)

# Failures: the simulated disk loses power or refuses, allocations fail. A run in steps for every day, all of it when
# there is time. Sanitizers need not keep the stacks of a hundred million allocations.
set(PV_WORLD world.c store_kit.c cache_kit.c refusal_kit.c kit_memory.c disk.c)
set(PV_QUICK "ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=8")
set(PV_SQLITE_WRAP malloc calloc realloc strdup sqlite3_open_v2 sqlite3_db_config sqlite3_busy_timeout sqlite3_exec
    sqlite3_prepare_v2 sqlite3_prepare_v3 sqlite3_step sqlite3_bind_int sqlite3_bind_int64 sqlite3_bind_null
    sqlite3_bind_blob sqlite3_bind_text sqlite3_bind_text64 sqlite3_sleep)
list(TRANSFORM PV_SQLITE_WRAP PREPEND "-Wl,--wrap=")
pv_test(NAME test_sqlite_faults KIND unit ENVIRONMENT ${PV_QUICK}
  SOURCES test_sqlite_faults.c sqlite_calls.c alloc_faults.c nobody.c store_kit.c cache_kit.c kit_memory.c workdir.c
    disk.c disk_vfs.c
  LIBS pv_adapters SQLite::SQLite3 cmocka)
target_link_options(test_sqlite_faults PRIVATE ${PV_SQLITE_WRAP})
pv_test(NAME test_refusal_faults KIND unit ENVIRONMENT ${PV_QUICK}
  SOURCES test_refusal_faults.c sqlite_calls.c alloc_faults.c refusal_kit.c kit_memory.c disk.c disk_vfs.c
  LIBS pv_adapters SQLite::SQLite3 cmocka)
target_link_options(test_refusal_faults PRIVATE ${PV_SQLITE_WRAP})
pv_test(NAME powercut_sqlite KIND powercut ENVIRONMENT ${PV_QUICK}
  SOURCES powercut_sqlite.c sqlite_world.c sqlite_heap.c disk_vfs.c ${PV_WORLD} LIBS pv_adapters SQLite::SQLite3)
pv_test(NAME powercut_sqlite_all KIND powercut TIER slow TIMEOUT 600 ENVIRONMENT ${PV_QUICK}
  COMMAND powercut_sqlite ARGS --all)
pv_test(NAME powercut_sqlite_on_a_disk_that_lies_finds_the_loss KIND control ENVIRONMENT ${PV_QUICK}
  COMMAND ${PROJECT_SOURCE_DIR}/tests/controls/expect_fail "FAILED .*lost: events that were acknowledged"
    $<TARGET_FILE:powercut_sqlite> --lie)
pv_test(NAME torture_sqlite KIND torture ENVIRONMENT ${PV_QUICK}
  SOURCES torture_sqlite.c alloc_faults.c sqlite_world.c sqlite_heap.c disk_vfs.c ${PV_WORLD}
  LIBS pv_adapters SQLite::SQLite3)
target_link_options(torture_sqlite PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup)
pv_test(NAME torture_sqlite_all KIND torture TIER slow TIMEOUT 900 ENVIRONMENT ${PV_QUICK}
  COMMAND torture_sqlite ARGS --all)
pv_test(NAME torture_files KIND torture ENVIRONMENT ${PV_QUICK}
  SOURCES torture_files.c alloc_faults.c disk_files.c ${PV_WORLD} LIBS pv_adapters OpenSSL::Crypto)
pv_test(NAME torture_memory KIND torture ENVIRONMENT ${PV_QUICK}
  SOURCES torture_memory.c alloc_faults.c ${PV_WORLD} LIBS pv_adapters)
target_link_options(torture_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup)
set(wrapped malloc calloc realloc strdup mkdir open64 openat64 close read write fsync renameat unlinkat fstat64
    fstatat64 flock fdopendir readdir64 closedir EVP_Digest)
list(TRANSFORM wrapped PREPEND "-Wl,--wrap=")
target_link_options(torture_files PRIVATE ${wrapped})
pv_test(NAME torture_files_on_a_disk_that_lies_finds_the_loss KIND control ENVIRONMENT ${PV_QUICK}
  COMMAND ${PROJECT_SOURCE_DIR}/tests/controls/expect_fail "FAILED with the power cut .*(lost|removed|the document)"
    $<TARGET_FILE:torture_files> --lie)
pv_test(NAME kill_writer KIND powercut SOURCES kill_writer.c workdir.c ${PV_WORLD} LIBS pv_adapters ARGS 30)
pv_test(NAME kill_writer_often KIND powercut TIER slow TIMEOUT 600 COMMAND kill_writer ARGS 400)
pv_test(NAME kill_writer_that_boasts_is_caught KIND control
  COMMAND ${PROJECT_SOURCE_DIR}/tests/controls/expect_fail "FAILED after kill .*lost some"
    $<TARGET_FILE:kill_writer> 60 --boast)
