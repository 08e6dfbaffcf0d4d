# The HTTP server, over sockets of the loopback.
function(pv_mhd_test NAME)
  cmake_parse_arguments(M "" "" "SOURCES;LABELS" ${ARGN})
  pv_test(NAME ${NAME} KIND unit TIMEOUT 120 LABELS ${M_LABELS} SOURCES ${NAME}.c mhd_kit.c ${M_SOURCES}
    LIBS pv_adapters_http PkgConfig::MICROHTTPD Threads::Threads cmocka)
endfunction()
pv_mhd_test(test_mhd_server)
pv_mhd_test(test_mhd_attacks)
pv_mhd_test(test_mhd_deadlines)
pv_mhd_test(test_mhd_streams)
pv_mhd_test(test_mhd_threads LABELS threads)
pv_mhd_test(test_mhd_faults SOURCES mhd_calls.c)
set(PV_MHD_WRAP calloc realloc socket setsockopt bind listen getsockname eventfd pthread_create accept MHD_start_daemon
  MHD_create_response_from_buffer MHD_create_response_from_callback MHD_add_response_header MHD_set_response_options
  MHD_queue_response MHD_add_connection MHD_run eventfd_write sched_yield)
list(TRANSFORM PV_MHD_WRAP PREPEND "-Wl,--wrap=")
target_link_options(test_mhd_faults PRIVATE ${PV_MHD_WRAP})
