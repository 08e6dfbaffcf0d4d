/* What is particular to the cache in files: the two files of an election, and whatever else is in the
 * directory. */
#include "adapters.h"
#include "cache_kit.h"
#include "check.h"
#include "nobody.h"
#include "workdir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct workdir dir;
static struct pv_fault fault;
static char json[64], last[64]; /* the names of the files of kit_election(1) */

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    char id[PV_ULID_LEN];
    pv_ulid_format(kit_election(1).bits, id);
    (void)snprintf(json, sizeof json, "cache/%.*s.json", PV_ULID_LEN, id);
    (void)snprintf(last, sizeof last, "cache/%.*s.last", PV_ULID_LEN, id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_remove(&dir);
    return 0;
}

static const char *path(const char *name)
{
    return workdir_file(&dir, name);
}

static struct pv_document_cache open_cache(enum pv_open_mode mode)
{
    struct pv_document_cache cache;
    if (!pv_file_cache_open(path("cache"), mode, &cache, &fault))
        fail_msg("%s", fault.text);
    return cache;
}

static void put_file(const char *name, const char *text)
{
    FILE *file = fopen(path(name), "wb");
    check_true(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* The text of a file, in a buffer that the next call overwrites. */
static const char *get_file(const char *name)
{
    static char text[4096];
    FILE *file = fopen(path(name), "rb");
    check_true(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    check_int(fclose(file), 0);
    return text;
}

static void put(const struct pv_document_cache *cache, unsigned election, unsigned revision)
{
    struct kit_document document;
    kit_document_make(&document, election, revision, 0, 0);
    if (kit_put(cache, &document, &fault) != PV_CACHE_OK)
        fail_msg("%s", fault.text);
    kit_document_deinit(&document);
}

static void check_gets(const struct pv_document_cache *cache, const char *document, int64_t number)
{
    struct pv_cached cached;
    if (cache->ops->get(cache->self, kit_election(1), &cached, &fault) != PV_CACHE_OK)
        fail_msg("%s", fault.text);
    check_str(((struct pv_str){cached.header.ptr, cached.header.len}), document);
    check_int(cached.last_number, number);
    pv_cached_deinit(&cached);
}

static void check_get_fault(const struct pv_document_cache *cache, enum pv_fault_kind kind, const char *says)
{
    struct pv_cached cached;
    check_int(cache->ops->get(cache->self, kit_election(1), &cached, &fault), PV_CACHE_FAULT);
    if (fault.kind != kind || strstr(fault.text, says) == NULL || strstr(fault.text, json) == NULL)
        fail_msg("the fault is of kind %d: %s", (int)fault.kind, fault.text);
}

#define DOCUMENT(revision) "{\"whole\":0,\"election\":1,\"revision\":" revision ",\"pad\":\"\"}"
/* sha256sum of these, by another program. */
#define HASH_1 "e8cde878e55c43da72be1543de78826ed125a68bf66ef0e1e77afd0a960c3d5b"
#define HASH_2 "d58af65b1284e7bfbc338816c15c7b09d03d754c11e0a48b47cc0e689ae0468c"

/* --- the two files --- */

static void put__the_file_is_the_document_and_one_line_feed(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 1);
    assert_string_equal(get_file(json), DOCUMENT("1") "\n");
    assert_string_equal(get_file(last), "10 " HASH_1 "\n");
    put(&cache, 1, 2);
    assert_string_equal(get_file(json), DOCUMENT("2") "\n");
    assert_string_equal(get_file(last), "20 " HASH_2 "\n10 " HASH_1 "\n");
    put(&cache, 1, 1);
    assert_string_equal(get_file(last), "10 " HASH_1 "\n20 " HASH_2 "\n");
    cache.ops->close(cache.self);
}

static void get__last_is_about_another_document__the_number_is_not_known(void **state)
{
    static const char *const pairs[] = {
        "10 " HASH_1 "\n",
        "",
        "20 " HASH_2, /* no line feed: not all of it */
        "20  " HASH_2 "\n",
        "20 " HASH_2 " \n",
        " " HASH_2 "\n",
        "-1 " HASH_2 "\n",
        "9223372036854775808 " HASH_2 "\n",
        "20 " HASH_2 "0\n",
        "x\n",
        "20\n" HASH_2 "\n",
    };
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 2);
    check_gets(&cache, DOCUMENT("2"), 20);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        put_file(last, pairs[i]);
        check_gets(&cache, DOCUMENT("2"), -1);
    }
    check_int(remove(path(last)), 0);
    check_gets(&cache, DOCUMENT("2"), -1);
    check_int(mkdir(path(last), 0755), 0);
    check_gets(&cache, DOCUMENT("2"), -1);
    check_int(rmdir(path(last)), 0);
    cache.ops->close(cache.self);
}

static void get__either_line_of_last__may_be_about_the_document(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 2);
    put_file(last, "10 " HASH_1 "\n20 " HASH_2 "\n");
    check_gets(&cache, DOCUMENT("2"), 20);
    put_file(last, "9223372036854775807 " HASH_2 "\n10 " HASH_1 "\n");
    check_gets(&cache, DOCUMENT("2"), INT64_MAX);
    put_file(json, DOCUMENT("1") "\n");
    check_gets(&cache, DOCUMENT("1"), 10);
    cache.ops->close(cache.self);
}

static void get__an_edited_document__is_given_as_it_is_with_no_number(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 1);
    put_file(json, "{ }");
    check_gets(&cache, "{ }", -1);
    put_file(json, "{ }\n\n");
    check_gets(&cache, "{ }\n", -1);
    put_file(json, "");
    check_gets(&cache, "", -1);
    put_file(json, DOCUMENT("1"));
    check_gets(&cache, DOCUMENT("1"), 10);
    cache.ops->close(cache.self);
}

static void remove__takes_both_files(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 1);
    check_int(cache.ops->remove(cache.self, kit_election(1), &fault), PV_CACHE_OK);
    check_true(access(path(json), F_OK) != 0 && access(path(last), F_OK) != 0);
    put_file(last, "left behind");
    check_int(cache.ops->remove(cache.self, kit_election(1), &fault), PV_CACHE_MISSING);
    check_true(access(path(last), F_OK) != 0);
    cache.ops->close(cache.self);
}

/* --- what else is in the directory --- */

static bool count(void *context, struct pv_election_id id)
{
    (void)id;
    ++*(unsigned *)context;
    return true;
}

static unsigned listed(const struct pv_document_cache *cache)
{
    unsigned seen = 0;
    if (cache->ops->list(cache->self, count, &seen, &fault) != PV_CACHE_OK)
        fail_msg("%s", fault.text);
    return seen;
}

static void list__files_that_are_no_documents__are_left_out(void **state)
{
    static const char *const foreign[] = {
        "cache/README",
        "cache/01HQ0000000000000000000001",
        "cache/01HQ0000000000000000000001.jso",
        "cache/01HQ0000000000000000000001.json~",
        "cache/01HQ0000000000000000000001.last",
        "cache/01HQ0000000000000000000001.JSON",
        "cache/01hq0000000000000000000001.json",
        "cache/01HQ000000000000000000000U.json",
        "cache/81HQ0000000000000000000001.json",
        "cache/00000000000000000000000000.json",
        "cache/01HQ000000000000000000001.json",
        "cache/.json",
        "cache/.put.tmp",
    };
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 1);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        put_file(foreign[i], "{}\n");
    check_int(mkdir(path("cache/01HQ0000000000000000000002.json"), 0755), 0);
    check_int(symlink("nowhere", path("cache/01HQ0000000000000000000003.json")), 0);
    check_int(listed(&cache), 1);
    put_file("cache/01HQ0000000000000000000004.json", "{}\n");
    check_int(listed(&cache), 2);
    cache.ops->close(cache.self);
}

static void put__what_a_crash_left__is_gone_afterwards(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put_file("cache/.put.tmp",
             "half a document that is longer than what comes, so that its end would show through, if");
    put(&cache, 1, 1);
    check_true(access(path("cache/.put.tmp"), F_OK) != 0);
    check_gets(&cache, DOCUMENT("1"), 10);
    cache.ops->close(cache.self);
}

static void put__a_link_in_the_place_of_what_is_unfinished__is_not_followed(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    struct kit_document document;
    put_file("precious", "precious");
    check_int(symlink("../precious", path("cache/.put.tmp")), 0);
    kit_document_make(&document, 1, 1, 0, 0);
    check_int(kit_put(&cache, &document, &fault), PV_CACHE_FAULT);
    check_true(strstr(fault.text, "cache/.put.tmp': ") != NULL);
    assert_string_equal(get_file("precious"), "precious");
    kit_document_deinit(&document);
    cache.ops->close(cache.self);
}

static void get__what_is_no_regular_file__is_a_fault_that_names_it(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    check_int(mkdir(path(json), 0755), 0);
    check_get_fault(&cache, PV_FAULT_KIND_DAMAGED, "no regular file");
    check_int(rmdir(path(json)), 0);
    check_int(mkfifo(path(json), 0644), 0); /* must not wait for a writer */
    check_get_fault(&cache, PV_FAULT_KIND_DAMAGED, "no regular file");
    check_int(remove(path(json)), 0);
    check_int(symlink(json + strlen("cache/"), path(json)), 0); /* to itself */
    check_get_fault(&cache, PV_FAULT_KIND_IO, "Too many levels");
    cache.ops->close(cache.self);
}

static void get__a_file_beyond_any_document__is_not_read(void **state)
{
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put_file(json, "");
    if (truncate(path(json), ((off_t)16 << 30) + 1) == 0) /* a hole: it takes no room */
        check_get_fault(&cache, PV_FAULT_KIND_DAMAGED, "too large");
    cache.ops->close(cache.self);
}

/* --- opening --- */

static void open__no_folder__is_made_to_be_written_and_refused_to_be_read(void **state)
{
    struct pv_document_cache cache;
    (void)state;
    check_true(!pv_file_cache_open(path("cache"), PV_OPEN_READ, &cache, &fault));
    check_true(strstr(fault.text, "cannot open '") != NULL &&
               strstr(fault.text, "/cache': No such file") != NULL);
    cache = open_cache(PV_OPEN_WRITE);
    check_int(listed(&cache), 0);
    cache.ops->close(cache.self);
    cache = open_cache(PV_OPEN_READ);
    cache.ops->close(cache.self);
    check_true(!pv_file_cache_open(path("no/cache"), PV_OPEN_WRITE, &cache, &fault));
    check_true(strstr(fault.text, "cannot make '") != NULL);
    put_file("file", "");
    check_true(!pv_file_cache_open(path("file"), PV_OPEN_WRITE, &cache, &fault));
    check_true(strstr(fault.text, "Not a directory") != NULL);
}

static void open__to_read__denies_all_that_writes(void **state)
{
    struct kit_document document;
    (void)state;
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 1);
    cache.ops->close(cache.self);
    cache = open_cache(PV_OPEN_READ);
    kit_document_make(&document, 1, 2, 0, 0);
    check_int(kit_put(&cache, &document, &fault), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_int(cache.ops->remove(cache.self, kit_election(1), &fault), PV_CACHE_FAULT);
    check_int(fault.kind, PV_FAULT_KIND_DENIED);
    check_true(strstr(fault.text, json) != NULL);
    check_gets(&cache, DOCUMENT("1"), 10);
    kit_document_deinit(&document);
    cache.ops->close(cache.self);
}

/* A child that must not use cmocka's checks: they jump. */
static int write_as_nobody(void)
{
    struct pv_document_cache cache;
    struct kit_document document;
    if (!pv_file_cache_open(path("cache"), PV_OPEN_WRITE, &cache, &fault))
        return 3;
    kit_document_make(&document, 1, 2, 0, 0);
    bool denied = kit_put(&cache, &document, &fault) == PV_CACHE_FAULT &&
                  fault.kind == PV_FAULT_KIND_DENIED && strstr(fault.text, "Permission denied") != NULL &&
                  strstr(fault.text, "cache/") != NULL;
    denied = denied && cache.ops->remove(cache.self, kit_election(1), &fault) == PV_CACHE_FAULT &&
             fault.kind == PV_FAULT_KIND_DENIED && strstr(fault.text, json) != NULL;
    kit_document_deinit(&document);
    cache.ops->close(cache.self);
    return denied ? 0 : 1;
}

static void read_only_folder__is_denied_by_name(void **state)
{
    (void)state;
    workdir_remove(&dir);
    workdir_make_public(&dir);
    struct pv_document_cache cache = open_cache(PV_OPEN_WRITE);
    put(&cache, 1, 1);
    cache.ops->close(cache.self);
    check_int(chmod(path("cache"), 0555), 0);
    check_int(nobody_runs(write_as_nobody), 0);
    check_int(chmod(path("cache"), 0755), 0);
}

/* --- processes --- */

enum { CHILDREN = 4, EACH = 15 };

static bool put_in_turn(unsigned number)
{
    struct pv_document_cache cache;
    bool ok = pv_file_cache_open(path("cache"), PV_OPEN_WRITE, &cache, &fault);
    for (unsigned i = 0; ok && i < EACH; i++) {
        struct kit_document document;
        struct pv_cached cached;
        kit_document_make(&document, 1, 1 + i * CHILDREN + number, 0, 0);
        ok = kit_put(&cache, &document, &fault) == PV_CACHE_OK &&
             cache.ops->get(cache.self, kit_election(1), &cached, &fault) == PV_CACHE_OK;
        if (ok) {
            /* Whoever's it is, number and document are of one put. */
            document.revision = (unsigned)(cached.last_number / 10);
            ok = cached.last_number > 0 && kit_difference_of(&cached, &document, false) == NULL;
            pv_cached_deinit(&cached);
        }
        kit_document_deinit(&document);
    }
    if (!ok)
        (void)fprintf(stderr, "child %u: %s\n", number, fault.text);
    return ok;
}

static void processes__that_put_one_election__never_see_half_of_it(void **state)
{
    pid_t children[CHILDREN];
    bool ok = true;
    (void)state;
    for (unsigned i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(put_in_turn(i) ? 0 : 1);
    }
    for (unsigned i = 0; i < CHILDREN; i++) {
        int status = -1;
        ok = waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status) &&
             WEXITSTATUS(status) == 0 && ok;
    }
    check_true(ok);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(put__the_file_is_the_document_and_one_line_feed),
        CASE(get__last_is_about_another_document__the_number_is_not_known),
        CASE(get__either_line_of_last__may_be_about_the_document),
        CASE(get__an_edited_document__is_given_as_it_is_with_no_number),
        CASE(remove__takes_both_files),
        CASE(list__files_that_are_no_documents__are_left_out),
        CASE(put__what_a_crash_left__is_gone_afterwards),
        CASE(put__a_link_in_the_place_of_what_is_unfinished__is_not_followed),
        CASE(get__what_is_no_regular_file__is_a_fault_that_names_it),
        CASE(get__a_file_beyond_any_document__is_not_read),
        CASE(open__no_folder__is_made_to_be_written_and_refused_to_be_read),
        CASE(open__to_read__denies_all_that_writes),
        CASE(read_only_folder__is_denied_by_name),
        CASE(processes__that_put_one_election__never_see_half_of_it),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 14, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
