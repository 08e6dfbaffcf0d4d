# The description of the API, and the program that prints it for the checks of tests/openapi.
pv_test(NAME test_openapi KIND unit SOURCES test_openapi.c LIBS pv_api cmocka PkgConfig::CJSON)
target_compile_definitions(test_openapi PRIVATE PV_VERSION="${PROJECT_VERSION}")
