# The HTTP server, over sockets of the loopback.
function(pv_mhd_test NAME)
  pv_test(NAME ${NAME} KIND unit TIMEOUT 120 ${ARGN} SOURCES ${NAME}.c mhd_kit.c
    LIBS pv_adapters_http Threads::Threads cmocka)
endfunction()
pv_mhd_test(test_mhd_server)
pv_mhd_test(test_mhd_attacks)
