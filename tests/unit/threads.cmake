# Several threads, each with its own handle on one store or cache; what preset tsan runs.
pv_test(NAME test_threads KIND unit LABELS threads
  SOURCES test_threads.c store_kit.c cache_kit.c kit_memory.c workdir.c LIBS pv_adapters Threads::Threads cmocka)
