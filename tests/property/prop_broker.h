/* The counters of the property broker_is_a_list. */
#ifndef PV_PROP_BROKER_H
#define PV_PROP_BROKER_H

enum {
    COUNT_PUBLISHED,
    COUNT_BUSY,
    COUNT_DELIVERED,
    COUNT_DELIVERED_AGAIN,
    COUNT_HELD_BACK, /* takes that gave nothing although something waits */
    COUNT_SETTLED,
    COUNT_SETTLED_OUT_OF_ORDER,
    COUNT_HANDED_BACK,
    COUNT_DEAD_LETTERS,
    COUNT_CLOSED,
    COUNT_BROKER_END,
};
const char *broker_counter_name(unsigned counter);

#endif
