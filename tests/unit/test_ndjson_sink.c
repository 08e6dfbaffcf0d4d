/* The NDJSON sink: whole lines whatever happens, what may be added to, and new files that appear when they
 * are done. */
#include "ndjson_files.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {"out.ndjson", "out.ndjson.gz", "out.ndjson.zst"};
static const enum pv_inflate_form forms[] = {PV_INFLATE_PLAIN, PV_INFLATE_GZIP, PV_INFLATE_ZSTD};
enum { FORMS = 3 };

static struct listing listing;

static struct pv_ndjson_sink *open_sink(const char *path, size_t member)
{
    struct pv_ndjson_sink *sink = NULL;
    struct pv_fault fault;
    if (!pv_ndjson_sink_open_sized(path, member, &sink, &fault))
        fail_msg("%s", fault.text);
    return sink;
}

static void write_text(struct pv_ndjson_sink *sink, const char *text)
{
    check_int(pv_ndjson_sink_write(sink, text, strlen(text)), 0);
}

static void close_sink(struct pv_ndjson_sink *sink)
{
    struct pv_fault fault;
    if (!pv_ndjson_sink_close(sink, &fault))
        fail_msg("%s", fault.text);
}

static void append_text(const char *path, const char *text)
{
    struct pv_ndjson_sink *sink = open_sink(path, PV_NDJSON_MEMBER);
    write_text(sink, text);
    close_sink(sink);
}

static void check_listing(const char *path, const char *expected)
{
    list_source(&listing, path, PV_NDJSON_CHUNK, 64);
    assert_string_equal(listing.text, expected);
}

static void check_content(const char *path, const char *expected)
{
    struct bytes bytes = get_file(path);
    check_int(bytes.len, strlen(expected));
    assert_string_equal(bytes.ptr, expected);
    free(bytes.ptr);
}

/* Opening fails with this in the sentence and changes nothing. */
static void check_refused(const char *path, const char *sentence)
{
    struct pv_ndjson_sink *sink = NULL;
    struct pv_fault fault;
    struct bytes before = get_file(path);
    check_true(!pv_ndjson_sink_open(path, &sink, &fault));
    check_true(sink == NULL);
    if (strstr(fault.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.text, sentence);
    struct bytes after = get_file(path);
    check_int(after.len, before.len);
    check_int(memcmp(after.ptr, before.ptr, before.len), 0);
    free(before.ptr);
    free(after.ptr);
}

static int begin_test(void **state)
{
    (void)state;
    nothing_fails();
    for (size_t i = 0; i < FORMS; i++)
        (void)unlink(scratch(names[i]));
    return 0;
}

/* --- writing and adding --- */

static void new_file__of_each_form__is_read_back(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        struct pv_ndjson_sink *sink = open_sink(scratch(names[f]), PV_NDJSON_MEMBER);
        write_text(sink, "fir");
        write_text(sink, "st\nsecond\nth");
        write_text(sink, "");
        write_text(sink, "ird\n");
        close_sink(sink);
        check_listing(scratch(names[f]), "1:first;2:second;3:third;end");
        struct bytes bytes = get_file(scratch(names[f]));
        struct bytes packed = pack(forms[f], "first\nsecond\nthird\n", 19);
        check_int(memcmp(bytes.ptr, packed.ptr, 2), 0); /* the magic, as the library itself writes it */
        free(bytes.ptr);
        free(packed.ptr);
    }
}

static void existing_file__of_each_form__gets_more_lines(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        append_text(scratch(names[f]), "a\n");
        append_text(scratch(names[f]), "b\nc\n");
        append_text(scratch(names[f]), "");
        append_text(scratch(names[f]), "d\n");
        check_listing(scratch(names[f]), "1:a;2:b;3:c;4:d;end");
    }
}

static void no_lines__leave_a_sound_file(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        append_text(scratch(names[f]), "");
        check_listing(scratch(names[f]), "end");
        struct bytes bytes = get_file(scratch(names[f]));
        check_int(bytes.len > 0,
                  forms[f] != PV_INFLATE_PLAIN); /* gzip -t and zstd -t must be content with it */
        free(bytes.ptr);
    }
}

static void members__end_where_a_line_ends(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct pv_ndjson_sink *sink = open_sink(scratch(names[f]), 5);
        write_text(sink, "aaa\nbbb\nccc");
        write_text(sink, "ccc\nddd\n");
        write_text(sink, "e\n");
        close_sink(sink);
        check_listing(scratch(names[f]), "1:aaa;2:bbb;3:cccccc;4:ddd;5:e;end");
        struct bytes bytes = get_file(scratch(names[f]));
        struct bytes first = pack(forms[f], "aaa\nbbb\ncccccc\n", 15);
        put_file(scratch(names[f]), bytes.ptr, first.len - 1);
        check_listing(scratch(names[f]), "1:aaa;2:bbb;3:cccccc;damaged");
        free(bytes.ptr);
        free(first.ptr);
    }
}

static void half_a_line__at_close__is_left_out(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        struct pv_ndjson_sink *sink = open_sink(scratch(names[f]), 1);
        write_text(sink, "a\n");
        write_text(sink, "b\n");
        write_text(sink, "hal");
        close_sink(sink);
        /* A compressed member that has half a line in it goes as a whole. */
        check_listing(scratch(names[f]), "1:a;2:b;end");
    }
}

/* --- the last line of a plain file --- */

static void torn_last_line__is_cut_off(void **state)
{
    (void)state;
    put_file(scratch(names[0]), "{\"a\":1}\n{\"b\":", 13);
    append_text(scratch(names[0]), "{\"c\":3}\n");
    check_content(scratch(names[0]), "{\"a\":1}\n{\"c\":3}\n");
    put_file(scratch(names[0]), "{\"stre", 6);
    append_text(scratch(names[0]), "");
    check_content(scratch(names[0]), "");
    put_file(scratch(names[0]), "{\"a\":1}\n{\"b\":2}}", 16);
    append_text(scratch(names[0]), "");
    check_content(scratch(names[0]), "{\"a\":1}\n");
    put_file(scratch(names[0]), " {\"a\":1}\n \t{\"b\":", 17);
    append_text(scratch(names[0]), "{\"c\":3}\n");
    check_content(scratch(names[0]), " {\"a\":1}\n{\"c\":3}\n");
}

static void last_line__that_only_lacks_its_lf__gets_it(void **state)
{
    (void)state;
    put_file(scratch(names[0]), "{\"a\":1}\n{\"b\":2}", 15);
    append_text(scratch(names[0]), "{\"c\":3}\n");
    check_content(scratch(names[0]), "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    put_file(scratch(names[0]), "\xef\xbb\xbf{\"a\":1} ", 11);
    append_text(scratch(names[0]), "");
    check_content(scratch(names[0]), "\xef\xbb\xbf{\"a\":1} \n");
}

static void foreign_file__is_not_cut_off(void **state)
{
    (void)state;
    put_file(scratch(names[0]), "a note of mine", 14);
    check_refused(scratch(names[0]), "does not hold event records");
    put_file(scratch(names[0]), "line one\nline two", 17);
    check_refused(scratch(names[0]), "does not hold event records");
    put_file(scratch(names[0]), "\xef\xbb\xbf", 3);
    check_refused(scratch(names[0]), "does not hold event records");
}

static void last_lf__at_every_distance_from_a_block__is_found(void **state)
{
    (void)state;
    static char content[3 * 65536];
    for (size_t block = 0; block < 3; block++) {
        for (size_t lf = block * 65536 - (block > 0 ? 2 : 0); lf <= block * 65536 + 2 && lf < sizeof content;
             lf++) {
            memset(content, '{', sizeof content);
            content[lf] = '\n';
            put_file(scratch(names[0]), content, sizeof content);
            append_text(scratch(names[0]), "");
            struct bytes bytes = get_file(scratch(names[0]));
            check_int(bytes.len, lf + 1);
            free(bytes.ptr);
        }
    }
}

/* --- what cannot be added to --- */

static void compressed_file__that_is_damaged__is_refused(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct bytes packed = pack(forms[f], "a\nb\n", 4);
        for (size_t cut = 4; cut < packed.len; cut++) {
            put_file(scratch(names[f]), packed.ptr, cut);
            check_refused(scratch(names[f]), "is damaged: it is cut short");
            check_refused(scratch(names[f]), "remove it and begin again");
        }
        packed = joined(packed, "\n", 1);
        put_file(scratch(names[f]), packed.ptr, packed.len);
        check_refused(scratch(names[f]), "other bytes follow");
        free(packed.ptr);
    }
}

static void compressed_file__without_last_lf__is_refused(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct bytes packed = pack(forms[f], "a\nb", 3);
        put_file(scratch(names[f]), packed.ptr, packed.len);
        check_refused(scratch(names[f]), "its last line does not end");
        free(packed.ptr);
    }
}

static void file__whose_name_says_another_form__is_refused(void **state)
{
    (void)state;
    static const char *const content_names[] = {"its content is plain text", "its content is gzip",
                                                "its content is zstd"};
    for (size_t name = 0; name < FORMS; name++) {
        for (size_t content = 0; content < FORMS; content++) {
            struct bytes packed = pack(forms[content], "a\nb\n", 4);
            put_file(scratch(names[name]), packed.ptr, packed.len);
            if (name != content)
                check_refused(scratch(names[name]), content_names[content]);
            free(packed.ptr);
        }
        put_file(scratch(names[name]), "", 0); /* says nothing yet */
        append_text(scratch(names[name]), "a\n");
        check_listing(scratch(names[name]), "1:a;end");
    }
}

static void path__that_cannot_be_written__says_why(void **state)
{
    (void)state;
    static const struct {
        const char *path, *sentence;
    } cases[] = {{".", "cannot open '.': Is a directory"},
                 {"nowhere/out.ndjson", "cannot create 'nowhere/out.ndjson': No such file or directory"},
                 {"/dev/null", "cannot write '/dev/null': it is not a regular file"}};
    for (size_t i = 0; i < 3; i++) {
        struct pv_ndjson_sink *sink = NULL;
        struct pv_fault fault;
        check_true(!pv_ndjson_sink_open(cases[i].path, &sink, &fault));
        assert_string_equal(fault.text, cases[i].sentence);
    }
}

static void file__that_another_process_writes__is_busy(void **state)
{
    (void)state;
    int ready[2], done[2], status;
    char byte = 0;
    check_true(pipe(ready) == 0 && pipe(done) == 0);
    pid_t child = fork();
    check_true(child >= 0);
    if (child == 0) {
        struct pv_fault fault;
        struct pv_ndjson_sink *sink = NULL;
        bool opened = pv_ndjson_sink_open(scratch(names[0]), &sink, &fault);
        (void)close(done[1]);
        (void)!write(ready[1], "", 1);
        (void)!read(done[0], &byte, 1); /* until the parent has tried, or is no more */
        _exit(opened && pv_ndjson_sink_close(sink, &fault) ? 0 : 1);
    }
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = NULL;
    check_int(read(ready[0], &byte, 1), 1);
    bool opened = pv_ndjson_sink_open(scratch(names[0]), &sink, &fault);
    for (int i = 0; i < 2; i++) {
        (void)close(ready[i]);
        (void)close(done[i]);
    }
    check_true(waitpid(child, &status, 0) == child && status == 0);
    check_true(!opened);
    check_int(fault.kind, PV_FAULT_KIND_BUSY);
    append_text(scratch(names[0]), "a\n");
}

/* Which of the forms the other process acts on, and what it has open. */
static size_t theirs;
static struct pv_ndjson_sink *their_sink;

static void they_append(void)
{
    append_text(scratch(names[theirs]), "b\n");
}

static void they_open(void)
{
    their_sink = open_sink(scratch(names[theirs]), PV_NDJSON_MEMBER);
}

static void they_remove(void)
{
    (void)unlink(scratch(names[theirs]));
}

static void lines__that_another_adds_just_before_the_lock__are_kept(void **state)
{
    (void)state;
    for (theirs = 0; theirs < FORMS; theirs++) {
        append_text(scratch(names[theirs]), "a\n");
        before_lock = they_append;
        append_text(scratch(names[theirs]), "c\n");
        check_listing(scratch(names[theirs]), "1:a;2:b;3:c;end");
    }
}

static void new_file__that_another_locks_first__is_left_to_it(void **state)
{
    (void)state;
    for (theirs = 0; theirs < FORMS; theirs++) {
        struct pv_fault fault;
        struct pv_ndjson_sink *sink = NULL;
        before_lock = they_open;
        check_true(!pv_ndjson_sink_open(scratch(names[theirs]), &sink, &fault));
        check_int(fault.kind, PV_FAULT_KIND_BUSY);
        write_text(their_sink, "a\n");
        close_sink(their_sink);
        check_listing(scratch(names[theirs]), "1:a;end");
    }
}

static void file__that_is_removed_just_before_the_lock__is_not_written(void **state)
{
    (void)state;
    for (theirs = 0; theirs < FORMS; theirs++) {
        struct pv_fault fault;
        struct pv_ndjson_sink *sink = NULL;
        append_text(scratch(names[theirs]), "a\n");
        before_lock = they_remove;
        check_true(!pv_ndjson_sink_open(scratch(names[theirs]), &sink, &fault));
        check_int(fault.kind, PV_FAULT_KIND_BUSY);
        check_true(strstr(fault.text, "it was removed just now; try again") != NULL);
        check_true(!file_exists(scratch(names[theirs])));
    }
}

/* --- failures while writing --- */

/* Three lines go in; the disk is full after `after` writes of at most `some` bytes. Whatever is left is
 * whole. */
static bool run_full_disk(size_t f, unsigned after, size_t some)
{
    static const char *const prefixes[] = {"1:old;end", "1:old;2:first;end", "1:old;2:first;3:second;end",
                                           "1:old;2:first;3:second;4:third;end"};
    struct pv_fault fault = {.text = ""};
    (void)unlink(scratch(names[f]));
    append_text(scratch(names[f]), "old\n");
    struct pv_ndjson_sink *sink = open_sink(scratch(names[f]), 1);
    failing[CALL_WRITE] = (struct failing){.error = ENOSPC, .after = after, .times = 1000, .some = some};
    bool taken = pv_ndjson_sink_write(sink, "first\nsec", 9) == 0 &&
                 pv_ndjson_sink_write(sink, "ond\n", 4) == 0 && pv_ndjson_sink_write(sink, "third\n", 6) == 0;
    bool closed = pv_ndjson_sink_close(sink, &fault);
    nothing_fails();
    list_source(&listing, scratch(names[f]), PV_NDJSON_CHUNK, 64);
    size_t lines = (size_t)listing.lines;
    check_true(lines >= 1 && lines <= 4);
    assert_string_equal(listing.text, prefixes[lines - 1]);
    if (closed)
        check_int(lines, 4);
    else
        check_true(strstr(fault.text, "No space left on device") != NULL);
    check_true(taken || !closed);
    return closed;
}

static void full_disk__at_every_write__leaves_whole_lines(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 3, 7};
    for (size_t f = 0; f < FORMS; f++) {
        for (size_t i = 0; i < 4; i++) {
            unsigned after = 0;
            while (!run_full_disk(f, after, pieces[i]))
                after++;
            check_true(after >= 1);
        }
    }
}

static void interrupted_writes__go_on(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        failing[CALL_WRITE] = (struct failing){.error = EINTR, .times = 3, .some = 2};
        append_text(scratch(names[f]), "first\nsecond\n");
        nothing_fails();
        check_listing(scratch(names[f]), "1:first;2:second;end");
    }
}

static void new_file__whose_first_write_fails__is_removed(void **state)
{
    (void)state;
    struct pv_fault fault;
    for (size_t f = 0; f < FORMS; f++) {
        struct pv_ndjson_sink *sink = open_sink(scratch(names[f]), PV_NDJSON_MEMBER);
        failing[CALL_WRITE] = (struct failing){.error = EIO, .times = 1000};
        (void)pv_ndjson_sink_write(sink, "a\n", 2);
        check_true(!pv_ndjson_sink_close(sink, &fault));
        nothing_fails();
        check_true(!file_exists(scratch(names[f])));
    }
}

static void failure__sticks(void **state)
{
    (void)state;
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = open_sink(scratch(names[0]), PV_NDJSON_MEMBER);
    write_text(sink, "a\n");
    failing[CALL_WRITE] = (struct failing){.error = EIO, .times = 1};
    check_int(pv_ndjson_sink_write(sink, "b\n", 2), -1);
    check_int(pv_ndjson_sink_write(sink, "c\n", 2), -1);
    check_true(!pv_ndjson_sink_close(sink, &fault));
    check_true(strstr(fault.text, "cannot write") != NULL);
    check_content(scratch(names[0]), "a\n");
}

static void sync__that_fails__is_a_failure(void **state)
{
    (void)state;
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = open_sink(scratch(names[0]), PV_NDJSON_MEMBER);
    write_text(sink, "a\n");
    failing[CALL_SYNC] = (struct failing){.error = EIO, .times = 1};
    check_true(!pv_ndjson_sink_close(sink, &fault));
    check_int(failing[CALL_SYNC].called, 1);
}

static void cut__that_fails__is_a_failure(void **state)
{
    (void)state;
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = NULL;
    put_file(scratch(names[0]), "{}\n{", 4);
    failing[CALL_TRUNCATE] = (struct failing){.error = EIO, .times = 1};
    check_true(!pv_ndjson_sink_open(scratch(names[0]), &sink, &fault));
    check_content(scratch(names[0]), "{}\n{");
    sink = open_sink(scratch(names[0]), PV_NDJSON_MEMBER);
    write_text(sink, "{");
    failing[CALL_TRUNCATE] = (struct failing){.error = EIO, .times = 1};
    check_true(!pv_ndjson_sink_close(sink, &fault));
}

/* --- a new file as a whole --- */

static void created_file__appears_when_it_is_closed(void **state)
{
    (void)state;
    struct pv_fault fault;
    for (size_t f = 0; f < FORMS; f++) {
        struct pv_ndjson_sink *sink = NULL;
        check_true(pv_ndjson_sink_create(scratch(names[f]), &sink, &fault));
        write_text(sink, "a\n");
        check_true(!file_exists(scratch(names[f])));
        close_sink(sink);
        check_only_files(&names[f], 1);
        check_listing(scratch(names[f]), "1:a;end");
        (void)unlink(scratch(names[f]));
    }
}

static void created_file__that_is_discarded_or_fails__leaves_nothing(void **state)
{
    (void)state;
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = NULL;
    check_true(pv_ndjson_sink_create(scratch(names[0]), &sink, &fault));
    write_text(sink, "a\n");
    pv_ndjson_sink_discard(sink);
    check_only_files(NULL, 0);
    check_true(pv_ndjson_sink_create(scratch(names[0]), &sink, &fault));
    write_text(sink, "a\n");
    failing[CALL_WRITE] = (struct failing){.error = ENOSPC, .times = 1};
    check_int(pv_ndjson_sink_write(sink, "b\n", 2), -1);
    check_true(!pv_ndjson_sink_close(sink, &fault));
    check_only_files(NULL, 0);
    check_true(pv_ndjson_sink_create(scratch(names[0]), &sink, &fault));
    failing[CALL_SYNC] = (struct failing){.error = EIO, .times = 1};
    check_true(!pv_ndjson_sink_close(sink, &fault));
    check_only_files(NULL, 0);
}

static void created_file__that_exists__is_refused(void **state)
{
    (void)state;
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = NULL;
    put_file(scratch(names[0]), "mine", 4);
    check_true(!pv_ndjson_sink_create(scratch(names[0]), &sink, &fault));
    check_true(strstr(fault.text, "it exists already") != NULL);
    check_content(scratch(names[0]), "mine");
    check_only_files(names, 1);
    (void)unlink(scratch(names[0]));
    check_true(!pv_ndjson_sink_create("nowhere/out.ndjson", &sink, &fault));
    assert_string_equal(fault.text, "cannot create 'nowhere/out.ndjson': No such file or directory");
}

static void created_file__that_another_makes_meanwhile__is_left_to_it(void **state)
{
    (void)state;
    struct pv_fault fault;
    struct pv_ndjson_sink *sink = NULL;
    check_true(pv_ndjson_sink_create(scratch(names[0]), &sink, &fault));
    write_text(sink, "a\n");
    put_file(scratch(names[0]), "theirs", 6);
    check_true(!pv_ndjson_sink_close(sink, &fault));
    check_true(strstr(fault.text, "File exists") != NULL);
    check_content(scratch(names[0]), "theirs");
    check_only_files(names, 1);
}

static void opened_file__that_is_discarded__keeps_its_whole_lines(void **state)
{
    (void)state;
    put_file(scratch(names[0]), "{}\n", 3);
    struct pv_ndjson_sink *sink = open_sink(scratch(names[0]), PV_NDJSON_MEMBER);
    write_text(sink, "{}\n{");
    pv_ndjson_sink_discard(sink);
    check_content(scratch(names[0]), "{}\n{}\n");
}

#define SINK_TEST(name) cmocka_unit_test_setup(name, begin_test)
static const struct CMUnitTest tests[] = {
    SINK_TEST(new_file__of_each_form__is_read_back),
    SINK_TEST(existing_file__of_each_form__gets_more_lines),
    SINK_TEST(no_lines__leave_a_sound_file),
    SINK_TEST(members__end_where_a_line_ends),
    SINK_TEST(half_a_line__at_close__is_left_out),
    SINK_TEST(torn_last_line__is_cut_off),
    SINK_TEST(last_line__that_only_lacks_its_lf__gets_it),
    SINK_TEST(foreign_file__is_not_cut_off),
    SINK_TEST(last_lf__at_every_distance_from_a_block__is_found),
    SINK_TEST(compressed_file__that_is_damaged__is_refused),
    SINK_TEST(compressed_file__without_last_lf__is_refused),
    SINK_TEST(file__whose_name_says_another_form__is_refused),
    SINK_TEST(path__that_cannot_be_written__says_why),
    SINK_TEST(file__that_another_process_writes__is_busy),
    SINK_TEST(lines__that_another_adds_just_before_the_lock__are_kept),
    SINK_TEST(new_file__that_another_locks_first__is_left_to_it),
    SINK_TEST(file__that_is_removed_just_before_the_lock__is_not_written),
    SINK_TEST(full_disk__at_every_write__leaves_whole_lines),
    SINK_TEST(interrupted_writes__go_on),
    SINK_TEST(new_file__whose_first_write_fails__is_removed),
    SINK_TEST(failure__sticks),
    SINK_TEST(sync__that_fails__is_a_failure),
    SINK_TEST(cut__that_fails__is_a_failure),
    SINK_TEST(created_file__appears_when_it_is_closed),
    SINK_TEST(created_file__that_is_discarded_or_fails__leaves_nothing),
    SINK_TEST(created_file__that_exists__is_refused),
    SINK_TEST(created_file__that_another_makes_meanwhile__is_left_to_it),
    SINK_TEST(opened_file__that_is_discarded__keeps_its_whole_lines),
};
CHECK_MAIN(tests, 28)
