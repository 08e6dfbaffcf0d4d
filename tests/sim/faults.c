/* What goes wrong, and when; and the tale of it. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool sim_has_power(struct sim *s)
{
    if (!s->dead && s->world.has_power != NULL && !s->world.has_power(s)) {
        s->dead = true;
        s->faults++;
        sim_tell(s, "! the power goes");
        gen_count(s->g, SIM_COUNT_OTHER + SAW_POWER_CUTS_WITHIN);
    }
    return !s->dead;
}

/* FNV-1a. */
static void take_in(uint64_t *hash, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        *hash = (*hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
}

void sim_tell(struct sim *s, const char *format, ...)
{
    char line[400];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    take_in(&s->hash, line, len < (int)sizeof line ? (size_t)len : sizeof line - 1);
    gen_trace(s->g, "%8lld %s\n", (long long)(pv_clock_ms(&s->clock.clock) - 86400000), line);
}

void sim_fail(struct sim *s, const char *format, ...)
{
    char text[GEN_MESSAGE_MAX - 64];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sim_tell(s, "WRONG: %s", text);
    s->failed = true;
    (void)gen_fail(s->g, "%s", text);
}

/* Each kind is in about half of all runs, seldom or often. */
void sim_draw_mix(struct sim *s)
{
    static const uint32_t rates[] = {0, 0, 0, 10, 30, 60, 150};
    bool quiet = gen_draw(s->g, 12) == 0; /* nothing at all goes wrong */
    for (unsigned i = 0; i < SIM_FAULTS; i++)
        s->rates[i] = quiet ? 0 : rates[gen_draw(s->g, sizeof rates / sizeof rates[0])];
    s->rates[FAULT_CRASH_NOW] /= 4;
    s->rates[FAULT_CRASH_SOON] /= 3;
    s->rates[FAULT_POWER_SOON] /= 3;
    s->rates[FAULT_RESTART] /= 8;
    s->rates[FAULT_DISK_FULL] /= 4;
    s->rates[FAULT_CACHE_LOSES] *= 4; /* of the crashes */
    s->rates[FAULT_CACHE_GONE] *= 2;
    s->rates[FAULT_DEAD_LETTER] *= 4; /* of those that came too often */
}

static const char *const fault_words[] = {
#define SIM_FAULT(tag, words) [FAULT_##tag] = (words),
#include "faults.tbl.h"
#undef SIM_FAULT
};
static const char *const place_words[] = {
#define SIM_PLACE(tag, words) [PLACE_##tag] = (words),
#include "places.tbl.h"
#undef SIM_PLACE
};
static const char *const before_words[] = {
#define SIM_PLACE(tag, words) [PLACE_##tag] = "crash before: " words,
#include "places.tbl.h"
#undef SIM_PLACE
};
static const char *const after_words[] = {
#define SIM_PLACE(tag, words) [PLACE_##tag] = "crash after: " words,
#include "places.tbl.h"
#undef SIM_PLACE
};
static const char *const other_words[] = {
#define SIM_COUNT(tag, words) [SAW_##tag] = (words),
#include "counts.tbl.h"
#undef SIM_COUNT
};

const char *sim_counter_name(unsigned counter)
{
    if (counter >= SIM_COUNT_END)
        return NULL;
    if (counter >= SIM_COUNT_OTHER)
        return other_words[counter - SIM_COUNT_OTHER];
    if (counter >= SIM_COUNT_AFTER)
        return after_words[counter - SIM_COUNT_AFTER];
    return counter >= SIM_COUNT_BEFORE ? before_words[counter - SIM_COUNT_BEFORE] : fault_words[counter];
}

bool sim_happens(struct sim *s, enum sim_fault fault)
{
    if (s->calm || s->dead || s->rates[fault] == 0 || gen_draw(s->g, 1000) < 1000 - s->rates[fault])
        return false;
    gen_count(s->g, SIM_COUNT_FAULT + fault);
    sim_tell(s, "! %s", fault_words[fault]);
    s->faults++;
    return true;
}

static void break_down(struct sim *s, const char *when, enum sim_place place, unsigned counter)
{
    s->dead = true;
    s->faults++;
    sim_tell(s, "! crash %s: %s", when, place_words[place]);
    gen_count(s->g, counter + place);
}

static bool gone(struct pv_fault *fault)
{
    if (fault != NULL)
        pv_fault_set(fault, PV_FAULT_KIND_IO, "the world has stopped");
    return false;
}

/* Whether it is now that the crash was planned for. */
static bool is_time(struct sim *s, enum sim_place place)
{
    return !s->dead && place == s->crash_place && s->crash_in > 0 && --s->crash_in == 0;
}

bool sim_before(struct sim *s, enum sim_place place, struct pv_fault *fault)
{
    if (is_time(s, place))
        break_down(s, "before", place, SIM_COUNT_BEFORE);
    return !s->dead || gone(fault);
}

bool sim_after(struct sim *s, enum sim_place place, struct pv_fault *fault)
{
    if (is_time(s, place))
        break_down(s, "after", place, SIM_COUNT_AFTER);
    return sim_has_power(s) || gone(fault);
}

static void be_slow(struct sim *s)
{
    if (sim_happens(s, FAULT_SLOW))
        virtual_clock_advance(&s->clock, 20 + 200 * (int64_t)gen_draw(s->g, 10));
}

static bool breaks(struct sim *s, enum sim_fault kind, struct pv_fault *fault)
{
    if (!sim_happens(s, kind))
        return false;
    bool busy = gen_draw(s->g, 2) == 1;
    pv_fault_set(fault, busy ? PV_FAULT_KIND_BUSY : PV_FAULT_KIND_IO, "a fault of the simulation");
    return true;
}

static bool is_full(struct sim *s, struct pv_fault *fault)
{
    if (pv_clock_ms(&s->clock.clock) >= s->full_until || s->calm)
        return false;
    s->faults++;
    pv_fault_set(fault, PV_FAULT_KIND_IO, "the disk of the simulation is full");
    return true;
}

bool sim_before_write(struct sim *s, enum sim_place place, enum sim_fault before, struct pv_fault *fault)
{
    be_slow(s);
    return sim_before(s, place, fault) && !is_full(s, fault) && !breaks(s, before, fault);
}

bool sim_after_write(struct sim *s, enum sim_place place, enum sim_fault after, struct pv_fault *fault)
{
    return sim_after(s, place, fault) && !breaks(s, after, fault);
}

bool sim_may_read(struct sim *s, enum sim_fault kind, struct pv_fault *fault)
{
    if (!sim_has_power(s))
        return gone(fault);
    return !breaks(s, kind, fault);
}
