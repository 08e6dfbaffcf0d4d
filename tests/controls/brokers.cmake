# What the law of the broker, the property and the threads must find.
pv_planted_bug(NAME broker_has_room_for_what_was_taken FILE adapters/embedded_queue.c
  BREAKS "a queue is full with what is waiting and unsettled"
  CAUGHT_BY test_brokers SAYS "FAILED .*embedded: publish__to_a_full_partition__is_busy_and_takes_nothing")
pv_planted_bug(NAME broker_puts_what_came_back_last FILE adapters/embedded_queue.c
  BREAKS "after a nak no later command of the partition is delivered before the one that was given back"
  CAUGHT_BY properties ARGS broker_is_a_list --seed 1 --cases 100 SAYS "FAILED property broker_is_a_list")
pv_planted_bug(NAME broker_wakes_nobody_for_what_came_back FILE adapters/embedded_queue.c
  BREAKS "whoever takes is woken for what was given back"
  CAUGHT_BY test_embedded_broker SAYS "FAILED.* nak__while_somebody_sleeps__wakes_it")
pv_bug_for(NAME broker_counts_without_the_lock FILE adapters/embedded_queue.c
  BREAKS "what others change is counted without the lock"
  CAUGHT_BY test_broker_threads LABELS threads)
