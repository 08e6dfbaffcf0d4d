pv_test(NAME test_cli KIND unit SOURCES test_cli.c LIBS pv_cli cmocka)
pv_test(NAME test_csv KIND unit SOURCES test_csv.c LIBS pv_poll cmocka)
pv_test(NAME test_poll KIND unit SOURCES test_poll.c LIBS pv_poll cmocka)
pv_test(NAME test_import_poll KIND unit SOURCES test_import_poll.c LIBS pv_app pv_codec pv_core cmocka)
