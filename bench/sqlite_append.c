/* pv-bench-sqlite-append DIRECTORY EVENTS GROUP STREAMS: rows as large as an event's, into a table with the
   store's index of ids and its index by stream, which is written for TAIL events at once
   (src/adapters/sqlite_schema.c), GROUP a transaction, each synced: what recording an event takes at least
   in SQLite, and nothing else. The streams are written in turns by chance, the ids are ULIDs
   of the moment. As many rows again go before, unmeasured. Prints one line of JSON. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DATA = 230, METADATA = 130, PATH_LEN = 4096, TAIL = 1024 };

static const char schema[] =
    "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, number INTEGER NOT NULL,"
    " type INTEGER NOT NULL, id BLOB, spelling INTEGER, created TEXT, metadata TEXT, data TEXT NOT NULL) "
    "STRICT;"
    "CREATE TABLE numbers(stream INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,"
    " PRIMARY KEY(stream, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE numbers_through(only INTEGER PRIMARY KEY, through INTEGER NOT NULL) STRICT;"
    "INSERT INTO numbers_through VALUES(0, 0);"
    "CREATE INDEX events_by_id ON events(id, stream) WHERE id IS NOT NULL";

struct loop {
    sqlite3 *db;
    sqlite3_stmt *begin, *insert, *index, *set_through, *commit;
    uint64_t chance;
    int64_t position, through, *numbers;
    unsigned streams, group;
};

static void check(const struct loop *loop, int status, int expected)
{
    if (status == expected)
        return;
    fprintf(stderr, "pv-bench-sqlite-append: %s\n", sqlite3_errmsg(loop->db));
    exit(2);
}

static uint64_t draw(struct loop *loop)
{
    loop->chance ^= loop->chance << 13;
    loop->chance ^= loop->chance >> 7;
    loop->chance ^= loop->chance << 17;
    return loop->chance;
}

static void run(const struct loop *loop, sqlite3_stmt *statement)
{
    check(loop, sqlite3_step(statement), SQLITE_DONE);
    check(loop, sqlite3_reset(statement), SQLITE_OK);
}

static void insert(struct loop *loop)
{
    static const char text[DATA] = {'x'}, created[] = "2024-02-24T18:00:00.123456Z";
    unsigned char id[16];
    uint64_t ms = UINT64_C(1700000000000) + (uint64_t)loop->position / 32, chance = draw(loop);
    unsigned stream = (unsigned)(draw(loop) % loop->streams);
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(ms >> (40 - 8 * i));
    memcpy(id + 6, &chance, 8);
    memcpy(id + 14, &chance, 2);
    int status = sqlite3_bind_int64(loop->insert, 1, ++loop->position);
    status |= sqlite3_bind_int64(loop->insert, 2, stream + 1);
    status |= sqlite3_bind_int64(loop->insert, 3, loop->numbers[stream]++);
    status |= sqlite3_bind_int64(loop->insert, 4, 1);
    status |= sqlite3_bind_blob(loop->insert, 5, id, sizeof id, SQLITE_STATIC);
    status |= sqlite3_bind_text(loop->insert, 7, created, sizeof created - 1, SQLITE_STATIC);
    status |= sqlite3_bind_text(loop->insert, 8, text, METADATA, SQLITE_STATIC);
    status |= sqlite3_bind_text(loop->insert, 9, text, DATA, SQLITE_STATIC);
    check(loop, status, SQLITE_OK);
    run(loop, loop->insert);
}

static void index_tail(struct loop *loop)
{
    if (loop->position - loop->through < TAIL)
        return;
    run(loop, loop->index);
    check(loop, sqlite3_bind_int64(loop->set_through, 1, loop->position), SQLITE_OK);
    run(loop, loop->set_through);
    loop->through = loop->position;
}

static void append(struct loop *loop, long events)
{
    for (long done = 0; done < events;) {
        run(loop, loop->begin);
        for (unsigned i = 0; i < loop->group && done < events; i++, done++)
            insert(loop);
        index_tail(loop);
        run(loop, loop->commit);
    }
}

static double processor_us(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static sqlite3_stmt *prepare(const struct loop *loop, const char *sql)
{
    sqlite3_stmt *statement;
    check(loop, sqlite3_prepare_v2(loop->db, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static void open_loop(struct loop *loop, const char *path)
{
    check(loop, sqlite3_open(path, &loop->db), SQLITE_OK);
    check(loop, sqlite3_exec(loop->db, schema, NULL, NULL, NULL), SQLITE_OK);
    loop->begin = prepare(loop, "BEGIN IMMEDIATE");
    loop->insert = prepare(loop, "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    loop->index = prepare(loop, "INSERT INTO numbers SELECT stream, number, position FROM events WHERE "
                                "position>(SELECT through FROM numbers_through) ORDER BY stream, number");
    loop->set_through = prepare(loop, "UPDATE numbers_through SET through=?1");
    loop->commit = prepare(loop, "COMMIT");
}

static void close_loop(struct loop *loop)
{
    (void)sqlite3_finalize(loop->begin);
    (void)sqlite3_finalize(loop->insert);
    (void)sqlite3_finalize(loop->index);
    (void)sqlite3_finalize(loop->set_through);
    (void)sqlite3_finalize(loop->commit);
    (void)sqlite3_close(loop->db);
    free(loop->numbers);
}

int main(int argc, char **argv)
{
    char path[PATH_LEN];
    if (argc != 5) {
        fputs("Usage: pv-bench-sqlite-append DIRECTORY EVENTS GROUP STREAMS\n", stderr);
        return 2;
    }
    long events = strtol(argv[2], NULL, 10);
    struct loop loop = {.chance = 88172645463325252U,
                        .group = (unsigned)strtoul(argv[3], NULL, 10),
                        .streams = (unsigned)strtoul(argv[4], NULL, 10)};
    loop.numbers = calloc(loop.streams, sizeof *loop.numbers);
    if (events <= 0 || loop.group == 0 || loop.streams == 0 || loop.numbers == NULL)
        return 2;
    snprintf(path, sizeof path, "%s/sqlite-append.db", argv[1]);
    open_loop(&loop, path);
    append(&loop, events);
    double before = processor_us();
    append(&loop, events);
    printf("{\"events\":%ld,\"cpu_us\":%.3f}\n", events, (processor_us() - before) / (double)events);
    close_loop(&loop);
    return unlink(path) == 0 ? 0 : 2;
}
