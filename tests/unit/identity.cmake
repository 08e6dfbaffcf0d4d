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
pv_identity_test(test_key_file failing.c openssl_faults.c workdir.c)
target_link_libraries(test_key_file PRIVATE pv_adapters)
target_link_options(test_key_file PRIVATE ${PV_OPENSSL_WRAP} -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
  -Wl,--wrap=read,--wrap=write,--wrap=fsync,--wrap=renameat,--wrap=unlinkat,--wrap=fstat64,--wrap=fstatat64,--wrap=flock
  -Wl,--wrap=fdopendir,--wrap=readdir64,--wrap=openat64,--wrap=close)
# The keys of providers. The one test that has a server of its own has it on this machine, in the same process.
pv_identity_test(test_oidc failing.c)
target_link_options(test_oidc PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
pv_identity_test(test_oidc_keys failing.c)
target_link_libraries(test_oidc_keys PRIVATE pv_adapters_oidc pv_adapters)
target_link_options(test_oidc_keys PRIVATE -Wl,--wrap=pthread_mutex_init,--wrap=pv_jwt_verify -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
set_tests_properties(unit.test_oidc_keys PROPERTIES LABELS "fast;unit;threads")
pv_identity_test(test_http_fetch failing.c)
target_link_libraries(test_http_fetch PRIVATE pv_adapters_oidc pv_adapters CURL::libcurl)
target_link_options(test_http_fetch PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
  -Wl,--wrap=curl_easy_init,--wrap=curl_easy_perform,--wrap=curl_easy_setopt)
