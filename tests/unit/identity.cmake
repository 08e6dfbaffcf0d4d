# Who is who: callers, tokens of our own, invites. They are signed by OpenSSL, which is not instrumented: not under MSan.
function(pv_identity_test NAME)
  pv_test(NAME ${NAME} KIND unit SOURCES ${NAME}.c jwt_kit.c ${ARGN}
    LIBS pv_app Threads::Threads cmocka OpenSSL::Crypto PkgConfig::CJSON)
endfunction()
pv_identity_test(test_identity)
set_tests_properties(unit.test_identity PROPERTIES LABELS "fast;unit;threads")
pv_identity_test(test_identity_faults failing.c openssl_faults.c)
target_link_options(test_identity_faults PRIVATE ${PV_OPENSSL_WRAP} -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
  -Wl,--wrap=pthread_mutex_init)
pv_identity_test(test_invite failing.c openssl_faults.c)
target_link_libraries(test_invite PRIVATE pv_story)
target_link_options(test_invite PRIVATE ${PV_OPENSSL_WRAP} -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
