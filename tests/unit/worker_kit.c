#include "worker_kit.h"

#include "adapters.h"
#include "kit_memory.h"
#include "record.h"

#include <stdlib.h>

struct worker_kit wk;

static void note(const char *what)
{
    size_t len = strlen(wk.trace);
    if (len + strlen(what) + 2 < sizeof wk.trace)
        (void)snprintf(wk.trace + len, sizeof wk.trace - len, "%s%s", len == 0 ? "" : " ", what);
}

static void note_number(const char *what, uint64_t number)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%s%llu", what, (unsigned long long)number);
    note(text);
}

void worker_forget(void)
{
    wk.trace[0] = '\0';
}

/* Whether this call is the one that fails. */
static bool fails(struct pv_fault *fault)
{
    if (wk.calls++ != wk.fail_at)
        return false;
    pv_fault_set(fault, PV_FAULT_KIND_BUSY, "the port broke");
    return true;
}

/* --- the store --- */

static enum pv_store_result append_group(void *self, struct pv_append *appends, size_t count,
                                         struct pv_fault *fault)
{
    (void)self;
    note("append");
    if (wk.before_append != NULL) {
        void (*once)(void) = wk.before_append;
        wk.before_append = NULL;
        once();
    }
    bool failed = fails(fault);
    if (failed && wk.failing == FAILS_BEFORE)
        return PV_STORE_FAULT;
    enum pv_store_result result = wk.inside.ops->append_group(wk.inside.self, appends, count, fault);
    for (size_t i = 0; wk.tells.given && i < count; i++) {
        appends[i].appended.follow = wk.tells.follow;
        appends[i].appended.position = wk.tells.position;
    }
    return failed ? PV_STORE_FAULT : result;
}

static enum pv_store_result find(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault)
{
    (void)self;
    note("find");
    return fails(fault) ? PV_STORE_FAULT : wk.inside.ops->find(wk.inside.self, stream, id, found, fault);
}

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    (void)self;
    note("last");
    return fails(fault) ? PV_STORE_FAULT : wk.inside.ops->last_number(wk.inside.self, stream, number, fault);
}

static enum pv_store_result last_position(void *self, int64_t *position, struct pv_fault *fault)
{
    (void)self;
    return fails(fault) ? PV_STORE_FAULT : wk.inside.ops->last_position(wk.inside.self, position, fault);
}

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    (void)self;
    note("read");
    return fails(fault) ? PV_STORE_FAULT : wk.inside.ops->read(wk.inside.self, stream, from, reader, fault);
}

static enum pv_store_result next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault)
{
    return fails(fault) ? PV_STORE_FAULT : wk.inside.ops->next(reader, records, max, count, fault);
}

static void close_reader(struct pv_store_reader *reader)
{
    wk.inside.ops->close_reader(reader);
}

/* --- the broker --- */

static uint32_t partitions(void *self)
{
    (void)self;
    return wk.queue.ops->partitions(wk.queue.self);
}

static enum pv_broker_result take(void *self, uint32_t partition, struct pv_delivery *deliveries, size_t max,
                                  int wait_ms, size_t *count, struct pv_fault *fault)
{
    (void)self;
    if (wk.take_answer != PV_BROKER_OK) {
        enum pv_broker_result result = wk.take_answer;
        wk.take_answer = PV_BROKER_OK;
        *count = 0;
        return result;
    }
    if (fails(fault))
        return PV_BROKER_FAULT;
    enum pv_broker_result result =
        wk.queue.ops->take(wk.queue.self, partition, deliveries, max, wait_ms, count, fault);
    for (size_t i = 0; result == PV_BROKER_OK && i < *count; i++) {
        if (deliveries[i].command.reply_to == wk.often)
            deliveries[i].deliveries = 100;
    }
    wk.largest_group = *count > wk.largest_group ? *count : wk.largest_group;
    return result;
}

static void reply(void *self, const struct pv_delivery *delivery, const struct pv_answer *answer)
{
    (void)self;
    note_number("reply", delivery->command.reply_to);
    wk.queue.ops->reply(wk.queue.self, delivery, answer);
}

static enum pv_broker_result ack(void *self, struct pv_delivery *delivery, struct pv_fault *fault)
{
    (void)self;
    note_number("ack", delivery->command.reply_to);
    return fails(fault) ? PV_BROKER_FAULT : wk.queue.ops->ack(wk.queue.self, delivery, fault);
}

static void nak(void *self, struct pv_delivery *delivery, int delay_ms)
{
    (void)self;
    note_number("nak", delivery->command.reply_to);
    wk.queue.ops->nak(wk.queue.self, delivery, delay_ms);
}

static enum pv_broker_result dead_letter(void *self, struct pv_delivery *delivery, struct pv_str reason,
                                         struct pv_fault *fault)
{
    (void)self;
    note_number("dead", delivery->command.reply_to);
    return fails(fault) ? PV_BROKER_FAULT : wk.queue.ops->dead_letter(wk.queue.self, delivery, reason, fault);
}

static void take_answer(void *context, uint64_t reply_to, struct pv_event_id id,
                        const struct pv_answer *answer)
{
    (void)context, (void)id;
    wk.answers[reply_to] = *answer;
    wk.answer_count[reply_to]++;
}

/* --- the log of refusals --- */

static void copy(char *to, size_t size, struct pv_str text)
{
    (void)snprintf(to, size, "%.*s", (int)text.len, text.ptr == NULL ? "" : text.ptr);
}

static void keep_refusal(const struct pv_refused *entry)
{
    if (wk.refusals == WORKER_REFUSALS_MAX)
        return;
    struct worker_refusal *kept = &wk.refused[wk.refusals++];
    kept->id = entry->id;
    kept->election = entry->election;
    kept->at = entry->at;
    copy(kept->code, sizeof kept->code, entry->code);
    copy(kept->field, sizeof kept->field, entry->field);
    copy(kept->message, sizeof kept->message, entry->message);
    copy(kept->subject, sizeof kept->subject, entry->subject);
    copy(kept->type, sizeof kept->type, entry->type);
    copy(kept->data, sizeof kept->data, entry->data);
    copy(kept->metadata, sizeof kept->metadata, entry->metadata);
}

static enum pv_log_result log_add(void *self, const struct pv_refused *entries, size_t count,
                                  struct pv_fault *fault)
{
    (void)self;
    note_number("log", count);
    bool failed = fails(fault);
    for (size_t i = 0; i < count && !(failed && wk.failing == FAILS_BEFORE); i++)
        keep_refusal(&entries[i]);
    return failed ? PV_LOG_FAULT : PV_LOG_OK;
}

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static enum pv_log_result log_find(void *self, struct pv_event_id id, pv_refused_fn *take_refused,
                                   void *context, struct pv_fault *fault)
{
    (void)self;
    note("look");
    if (fails(fault))
        return PV_LOG_FAULT;
    for (size_t i = wk.refusals; i-- > 0;) {
        const struct worker_refusal *kept = &wk.refused[i];
        struct pv_refused entry = {.id = kept->id,
                                   .election = kept->election,
                                   .code = str(kept->code),
                                   .field = str(kept->field),
                                   .message = str(kept->message),
                                   .subject = str(kept->subject),
                                   .type = str(kept->type),
                                   .data = str(kept->data),
                                   .metadata = str(kept->metadata)};
        if (!pv_bits128_equal(kept->id.bits, id.bits))
            continue;
        (void)take_refused(context, &entry);
        return PV_LOG_OK;
    }
    return PV_LOG_NONE;
}

/* --- set up --- */

enum { PARTITIONS = 1, CAPACITY = 1000 };

static void make_ports(void)
{
    static const struct pv_event_store_ops store_ops = {.append_group = append_group,
                                                        .find = find,
                                                        .last_number = last_number,
                                                        .last_position = last_position,
                                                        .read = open_reader,
                                                        .next = next,
                                                        .close_reader = close_reader};
    static const struct pv_broker_ops broker_ops = {.partitions = partitions,
                                                    .take = take,
                                                    .reply = reply,
                                                    .ack = ack,
                                                    .nak = nak,
                                                    .dead_letter = dead_letter};
    static const struct pv_refusal_log_ops log_ops = {.add = log_add, .find = log_find};
    check_true(pv_memory_store_open(&wk.inside, &kit.fault));
    check_true(pv_embedded_broker_open(PARTITIONS, CAPACITY, &wk.clock.clock, &wk.queue, &kit.fault));
    wk.queue.ops->on_answer(wk.queue.self, take_answer, NULL);
    wk.store = (struct pv_event_store){&store_ops, NULL};
    wk.broker = (struct pv_broker){&broker_ops, NULL};
    wk.log = (struct pv_refusal_log){&log_ops, NULL};
}

int worker_set_up(void **state)
{
    int result = kit_set_up(state);
    memset(&wk, 0, sizeof wk);
    wk.fail_at = SIZE_MAX;
    virtual_clock_init(&wk.clock, 1);
    make_ports();
    wk.options = (struct pv_worker_options){.broker = &wk.broker,
                                            .store = &wk.store,
                                            .refusals = &wk.log,
                                            .clock = &wk.clock.clock,
                                            .seed = {1, 2},
                                            .memory_limit = 1 << 30,
                                            .nak_delay_ms = 100};
    worker_anew();
    return result;
}

int worker_tear_down(void **state)
{
    pv_worker_free(wk.worker);
    wk.queue.ops->close(wk.queue.self);
    wk.inside.ops->close(wk.inside.self);
    return kit_tear_down(state);
}

void worker_anew(void)
{
    pv_worker_free(wk.worker);
    wk.worker = pv_worker_new(&wk.options);
    check_true(wk.worker != NULL);
}

/* --- commands --- */

struct pv_caller worker_admin(void)
{
    return (struct pv_caller){.roles = PV_ROLE_ADMINISTRATOR, .subject = PV_STR("admin")};
}

struct pv_caller worker_voter(char name)
{
    return (struct pv_caller){.roles = PV_ROLE_VOTER,
                              .subject = PV_STR("voter"),
                              .voter = {kit_id_of(name).bits},
                              .has_voter = true};
}

struct pv_caller worker_email(const char *email)
{
    return (struct pv_caller){
        .roles = PV_ROLE_VOTER, .subject = PV_STR("mail"), .email = {email, strlen(email)}};
}

unsigned worker_publish_command(struct pv_command command)
{
    check_true(wk.published + 1 < WORKER_ANSWERS_MAX);
    command.reply_to = ++wk.published;
    check_int(wk.queue.ops->publish(wk.queue.self, &command, &kit.fault), PV_BROKER_OK);
    return (unsigned)wk.published;
}

/* Reads the newest line; the record borrows from the reader. */
static void read_newest(struct pv_record_reader **reader, struct pv_record *record)
{
    const char *line = kit.history.lines[kit.history.count - 1];
    *reader = pv_record_reader_new(false);
    check_true(*reader != NULL && pv_record_reader_begin(*reader, strlen(line)) == PV_OK);
    pv_record_read_line(*reader, (struct pv_str){line, strlen(line)}, 1, record);
    check_int(record->envelope, PV_ENVELOPE_VALID);
}

/* Also where the event cannot be read. */
static struct pv_event_id id_in(struct pv_str data)
{
    struct pv_event_id id;
    const char *member = strstr(data.ptr, "\"id\":\"");
    check_true(member != NULL);
    check_int(pv_event_id_parse((struct pv_str){member + 6, PV_ULID_LEN}, &id), PV_CODE_NONE);
    return id;
}

unsigned worker_publish_at(struct pv_caller caller, int64_t expected_version)
{
    struct pv_record_reader *reader;
    struct pv_record record;
    read_newest(&reader, &record);
    unsigned number = worker_publish_command((struct pv_command){.election = record.election_id,
                                                                 .id = id_in(record.recorded.data),
                                                                 .type = record.recorded.type,
                                                                 .data = record.recorded.data,
                                                                 .metadata = PV_STR("{\"who\":\"x\"}"),
                                                                 .caller = caller,
                                                                 .expected_version = expected_version});
    pv_record_reader_free(reader);
    return number;
}

unsigned worker_publish(struct pv_caller caller)
{
    return worker_publish_at(caller, PV_ANY_VERSION);
}

unsigned worker_publish_life(char election, int first, int last)
{
    unsigned number = (unsigned)wk.published + 1;
    for (int i = first; i <= last; i++) {
        kit_life(&kit.history, election, i, i);
        bool votes = i > KIT_OPENED && i <= KIT_CAST;
        (void)worker_publish(votes ? worker_voter('1') : worker_admin());
    }
    return number;
}

void worker_record_life(char election, int first, int last)
{
    for (int i = first; i <= last; i++) {
        struct pv_record_reader *reader;
        struct pv_record record;
        struct pv_appended appended;
        kit_life(&kit.history, election, i, i);
        read_newest(&reader, &record);
        struct pv_new_event event = {
            .id = record.event.id, .type = record.recorded.type, .data = record.recorded.data};
        check_int(wk.inside.ops->append(wk.inside.self, record.stream, PV_EXPECT_ANY, &event, 1, &appended,
                                        &kit.fault),
                  PV_STORE_OK);
        pv_record_reader_free(reader);
    }
}

/* --- running --- */

void worker_step(enum pv_worker_step expected)
{
    check_int(pv_worker_step(wk.worker, 0, 0, &kit.fault), expected);
    virtual_clock_advance(&wk.clock, wk.options.nak_delay_ms);
}

unsigned worker_run(void)
{
    unsigned steps = 0;
    struct pv_broker_health health;
    do {
        enum pv_worker_step step = pv_worker_step(wk.worker, 0, 0, &kit.fault);
        check_true(step != PV_WORKER_CLOSED);
        virtual_clock_advance(&wk.clock, wk.options.nak_delay_ms);
        wk.queue.ops->health(wk.queue.self, &health);
        check_int(health.unsettled, 0);
        check_true(++steps < 3000);
    } while (health.waiting > 0);
    return steps;
}

/* --- what came of it --- */

const struct pv_answer *worker_answered(unsigned number, enum pv_answer_kind kind)
{
    check_int(wk.answer_count[number], 1);
    check_int(wk.answers[number].kind, kind);
    return &wk.answers[number];
}

void worker_not_answered(unsigned number)
{
    check_int(wk.answer_count[number], 0);
}

void worker_recorded(unsigned number, int64_t record)
{
    check_int(worker_answered(number, PV_ANSWER_RECORDED)->number, record);
}

void worker_refused(unsigned number, enum pv_code code)
{
    check_int(worker_answered(number, PV_ANSWER_REFUSED)->why.code, code);
    check_int(wk.answers[number].number, -1);
    check_int(wk.answers[number].position, -1);
    check_true(wk.refusals > 0);
    assert_string_equal(wk.refused[wk.refusals - 1].code, pv_code_name(code));
}

/* Whatever there is, from position 0. */
static size_t read_all(struct pv_str stream, struct pv_recorded *records, size_t max,
                       struct pv_store_reader **reader)
{
    size_t count;
    check_int(wk.inside.ops->read(wk.inside.self, stream, 0, reader, &kit.fault), PV_STORE_OK);
    check_int(wk.inside.ops->next(*reader, records, max, &count, &kit.fault), PV_STORE_OK);
    check_true(count < max);
    return count;
}

const char *worker_stored(void)
{
    enum { MAX = 1000 };
    static char text[WORKER_TEXT_MAX];
    static struct pv_recorded records[MAX];
    struct pv_store_reader *reader;
    size_t len = 0, count = read_all((struct pv_str){NULL, 0}, records, MAX, &reader);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%c%lld", len == 0 ? "" : " ",
                             records[i].stream.ptr[records[i].stream.len - 1], (long long)records[i].number);
    wk.inside.ops->close_reader(reader);
    return text;
}

struct pv_str worker_data(char election, int64_t number, struct pv_str *metadata)
{
    enum { MAX = 100 };
    char stream[PV_STREAM_LEN];
    struct pv_recorded records[MAX];
    struct pv_store_reader *reader;
    pv_stream_format(kit_id_of(election), stream);
    size_t count = read_all((struct pv_str){stream, sizeof stream}, records, MAX, &reader);
    wk.inside.ops->close_reader(reader);
    check_true(number < (int64_t)count);
    if (metadata != NULL)
        *metadata = records[number].metadata;
    return records[number].data; /* a store in memory keeps it where it is */
}
