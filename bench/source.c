#include "source.h"

#include <string.h>
#include <time.h>

#define START_US (UINT64_C(1708797600) * 1000000)
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* The finalizer of splitmix64: a bijection, so that different inputs give different outputs. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t next_random(struct pv_source *source)
{
    source->random += GOLDEN;
    return mix(source->random);
}

void pv_source_init(struct pv_source *source, uint64_t seed)
{
    *source = (struct pv_source){.seed = mix(seed), .random = mix(seed + GOLDEN), .now_us = START_US};
}

uint64_t pv_pick(struct pv_source *source, uint64_t below)
{
    return (next_random(source) >> 32) * below >> 32;
}

bool pv_percent(struct pv_source *source, uint64_t chance)
{
    return pv_pick(source, 100) < chance;
}

static void put_base32(char *text, size_t length, uint64_t bits)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (size_t i = length; i-- > 0; bits >>= 5)
        text[i] = digits[bits & 31];
}

/* 48 bits of milliseconds, 16 random ones, and 64 that only this id has: MIX of a counter. */
void pv_make_id(struct pv_source *source, struct pv_id *id)
{
    uint64_t unique = mix(source->seed + ++source->ids);
    uint64_t noise = next_random(source) & 0xffff;
    put_base32(id->text, 10, source->now_us / 1000);
    put_base32(id->text + 10, 8, noise << 24 | unique >> 40);
    put_base32(id->text + 18, 8, unique);
    id->text[PV_ID_LENGTH] = '\0';
}

void pv_put_time(char text[static PV_TIME_LENGTH], struct pv_second *second, uint64_t us)
{
    if (second->value != us / 1000000) {
        second->value = us / 1000000;
        time_t seconds = (time_t)second->value;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(second->text, sizeof second->text, "%Y-%m-%dT%H:%M:%S", &tm);
    }
    size_t whole = sizeof second->text - 1;
    memcpy(text, second->text, whole);
    text[whole] = '.';
    uint64_t fraction = us % 1000000;
    for (size_t i = 6; i > 0; i--, fraction /= 10)
        text[whole + i] = (char)('0' + fraction % 10);
    text[PV_TIME_LENGTH - 1] = 'Z';
}

size_t pv_put_decimal(char text[static PV_DECIMAL_MAX], uint64_t value)
{
    char reversed[PV_DECIMAL_MAX];
    size_t length = 0;
    do {
        reversed[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < length; i++)
        text[i] = reversed[length - 1 - i];
    return length;
}
