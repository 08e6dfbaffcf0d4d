# Event stores and document caches: the law of each port on every adapter, then what is an adapter's own.
pv_test(NAME test_fault KIND unit SOURCES test_fault.c LIBS pv_ports cmocka)
pv_test(NAME test_event_stores KIND contract
  SOURCES test_event_stores.c contract_event_store.c contract_run.c store_kit.c workdir.c LIBS pv_adapters cmocka)
pv_test(NAME test_document_caches KIND contract
  SOURCES test_document_caches.c contract_document_cache.c contract_run.c cache_kit.c workdir.c
  LIBS pv_adapters cmocka)
pv_test(NAME test_sqlite_open KIND unit
  SOURCES test_sqlite_open.c store_kit.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_shared KIND unit
  SOURCES test_sqlite_shared.c store_kit.c cache_kit.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_sqlite_cache KIND unit
  SOURCES test_sqlite_cache.c cache_kit.c workdir.c LIBS pv_adapters SQLite::SQLite3 cmocka)
pv_test(NAME test_file_cache KIND unit SOURCES test_file_cache.c cache_kit.c workdir.c LIBS pv_adapters cmocka)
