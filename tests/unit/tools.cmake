pv_test(NAME test_cli KIND unit SOURCES test_cli.c LIBS pv_cli cmocka)
