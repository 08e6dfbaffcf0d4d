# The broker, and what HTTP's port computes: the law on every adapter, then what is an adapter's own.
set(PV_BROKER_KIT broker_kit.c virtual_clock.c)
pv_test(NAME test_brokers KIND contract LABELS msan
  SOURCES test_brokers.c contract_broker.c contract_run.c ${PV_BROKER_KIT} LIBS pv_adapters cmocka)
pv_test(NAME test_embedded_broker KIND unit
  SOURCES test_embedded_broker.c alloc_faults.c ${PV_BROKER_KIT} LIBS pv_adapters cmocka)
set(wrapped malloc calloc realloc strdup clock_gettime pthread_cond_timedwait pthread_cond_signal pthread_mutex_init
    pthread_condattr_init pthread_condattr_setclock pthread_cond_init)
list(TRANSFORM wrapped PREPEND "-Wl,--wrap=")
target_link_options(test_embedded_broker PRIVATE ${wrapped})
pv_test(NAME test_broker_port KIND unit LABELS msan SOURCES test_broker_port.c LIBS pv_ports cmocka)
pv_test(NAME test_http_port KIND unit LABELS msan SOURCES test_http_port.c LIBS pv_ports cmocka)
pv_test(NAME test_virtual_clock KIND unit LABELS msan SOURCES test_virtual_clock.c virtual_clock.c LIBS pv_ports cmocka)
