/* What photovote shows operators, and the photographs that nobody took. */
#include "check.h"
#include "log.h"
#include "metrics.h"
#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* --- photographs --- */

static uint32_t number_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Walks the chunks of a PNG, whose sums must be right. Gives the one of this type. */
static const unsigned char *chunk_of(const struct pv_text *png, const char *type, uint32_t *len)
{
    const unsigned char *at = (const unsigned char *)png->ptr + 8,
                        *end = (const unsigned char *)png->ptr + png->len;
    const unsigned char *found = NULL;
    assert_memory_equal(png->ptr, "\x89PNG\r\n\x1a\n", 8);
    while (at < end) {
        uint32_t size = number_at(at);
        check_true(size <= (size_t)(end - at) - 12);
        check_true(number_at(at + 8 + size) == (uint32_t)crc32(0, at + 4, (uInt)(size + 4)));
        if (memcmp(at + 4, type, 4) == 0) {
            found = at + 8;
            *len = size;
        }
        at += 12 + size;
    }
    check_true(at == end && found != NULL);
    return found;
}

static void picture__is_a_png_of_its_size(void **state)
{
    struct pv_text png;
    uint32_t len;
    (void)state;
    check_true(pv_picture_make(1, &png));
    const unsigned char *head = chunk_of(&png, "IHDR", &len);
    check_int(len, 13);
    check_int(number_at(head), PV_PICTURE_WIDTH);
    check_int(number_at(head + 4), PV_PICTURE_HEIGHT);
    uLongf raw_len = (uLongf)(3 * PV_PICTURE_WIDTH + 1) * PV_PICTURE_HEIGHT, room = raw_len + 1;
    unsigned char *raw = malloc(room);
    const unsigned char *data = chunk_of(&png, "IDAT", &len);
    check_true(raw != NULL && uncompress(raw, &room, data, len) == Z_OK && room == raw_len);
    for (size_t row = 0; row < PV_PICTURE_HEIGHT; row++)
        check_int(raw[row * (3 * PV_PICTURE_WIDTH + 1)], 0);
    (void)chunk_of(&png, "IEND", &len);
    free(raw);
    free(png.ptr);
}

static void picture__of_a_number_is_always_the_same_and_no_other(void **state)
{
    struct pv_text one, again, other;
    (void)state;
    check_true(pv_picture_make(1, &one) && pv_picture_make(1, &again) && pv_picture_make(2, &other));
    check_int(one.len, again.len);
    assert_memory_equal(one.ptr, again.ptr, one.len);
    check_true(one.len != other.len || memcmp(one.ptr, other.ptr, one.len) != 0);
    free(one.ptr);
    free(again.ptr);
    free(other.ptr);
}

/* --- metrics --- */

static char *print(struct pv_metrics *metrics)
{
    struct pv_out *out = malloc(sizeof *out);
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_broker_health health = {.connected = true, .waiting = 3, .unsettled = 4, .capacity = 5};
    pv_out_init(out, pv_buffer_write, &buffer);
    pv_metrics_write(metrics, &health, out);
    pv_out_char(out, '\0');
    check_true(pv_out_flush(out));
    free(out);
    return buffer.bytes;
}

static void check_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    if (at == NULL || at[strlen(line)] != '\n' || (at != text && at[-1] != '\n'))
        fail_msg("there is no line \"%s\" in:\n%s", line, text);
}

static void metrics__say_what_was_counted(void **state)
{
    struct pv_metrics *metrics = pv_metrics_new();
    struct pv_worker_counts worker = {.group_us = 3000, .recorded = 7, .groups = 2};
    struct pv_projector_counts projector = {.events = 9, .puts = 4, .position = 11};
    struct pv_http_access access = {.status = 200, .bytes = 10, .microseconds = 1500000},
                          cut = {.microseconds = 1};
    (void)state;
    worker.refused[PV_BALLOT_CAST] = 1;
    pv_metrics_worker(metrics, &worker, 1000);
    pv_metrics_projector(metrics, &projector, 20000);
    pv_metrics_projector(metrics, &projector, -1); /* nothing was projected: no lag */
    pv_metrics_request(metrics, &access);
    pv_metrics_request(metrics, &cut);
    char *text = print(metrics);
    check_line(text, "photovote_queue_waiting 3");
    check_line(text, "photovote_queue_unsettled 4");
    check_line(text, "photovote_queue_capacity 5");
    check_line(text, "photovote_recorded_total 7");
    check_line(text, "photovote_refused_total{code=\"ballot_cast\"} 1");
    check_line(text, "photovote_worker_memory_bytes 1000");
    check_line(text, "photovote_group_seconds_bucket{le=\"0.002500\"} 0");
    check_line(text, "photovote_group_seconds_bucket{le=\"0.005000\"} 1");
    check_line(text, "photovote_group_seconds_sum 0.003000");
    check_line(text, "photovote_projection_position 12");
    check_line(text, "photovote_projection_lag_seconds_count 1");
    check_line(text, "photovote_http_requests_total{class=\"2xx\"} 1");
    check_line(text, "photovote_http_requests_total{class=\"none\"} 1");
    check_line(text, "photovote_http_request_seconds_bucket{le=\"1.000000\"} 1");
    check_line(text, "photovote_http_request_seconds_bucket{le=\"+Inf\"} 2");
    check_line(text, "photovote_http_request_seconds_sum 1.500001");
    free(text);
    pv_metrics_free(metrics);
    pv_metrics_free(NULL);
}

/* Prometheus wants HELP and TYPE before the values of each name, and each name in one place. */
static void metrics__each_name_has_help_and_type_once(void **state)
{
    struct pv_metrics *metrics = pv_metrics_new();
    char name[64] = "", *text = print(metrics), *rest = text;
    unsigned names = 0;
    (void)state;
    for (char *line = strtok_r(rest, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            check_int(sscanf(line, "# HELP %63s", name), 1);
            names++;
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            check_true(strncmp(line + 7, name, strlen(name)) == 0);
        } else {
            check_true(strncmp(line, name, strlen(name)) == 0);
        }
    }
    check_true(names > 15);
    free(text);
    pv_metrics_free(metrics);
}

/* --- the log --- */

static void log__levels_by_name(void **state)
{
    enum pv_log_level level = PV_LOG_ERROR;
    (void)state;
    check_true(pv_log_level_find("debug", &level) && level == PV_LOG_DEBUG);
    check_true(pv_log_level_find("warning", &level) && level == PV_LOG_WARNING);
    check_true(!pv_log_level_find("loud", &level) && level == PV_LOG_WARNING);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(picture__is_a_png_of_its_size),
    cmocka_unit_test(picture__of_a_number_is_always_the_same_and_no_other),
    cmocka_unit_test(metrics__say_what_was_counted),
    cmocka_unit_test(metrics__each_name_has_help_and_type_once),
    cmocka_unit_test(log__levels_by_name),
};

CHECK_MAIN(tests, 5)
