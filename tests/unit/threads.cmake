# Several threads, each with its own handle on one store or cache, or all with one broker; what preset tsan runs.
pv_test(NAME test_threads KIND unit LABELS threads
  SOURCES test_threads.c store_kit.c cache_kit.c kit_memory.c workdir.c LIBS pv_adapters Threads::Threads cmocka)
pv_test(NAME test_broker_threads KIND unit LABELS threads
  SOURCES test_broker_threads.c broker_kit.c virtual_clock.c LIBS pv_adapters Threads::Threads cmocka)
pv_test(NAME test_api_threads KIND unit LABELS threads
  SOURCES test_api_threads.c virtual_clock.c LIBS pv_api pv_adapters Threads::Threads cmocka)
