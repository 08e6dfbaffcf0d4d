# The broker, and what HTTP's port computes: the law on every adapter, then what is an adapter's own.
set(PV_BROKER_KIT broker_kit.c virtual_clock.c)
pv_test(NAME test_brokers KIND contract LABELS msan
  SOURCES test_brokers.c contract_broker.c contract_run.c ${PV_BROKER_KIT} LIBS pv_adapters cmocka)
