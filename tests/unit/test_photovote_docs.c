/* The page of the API out of a folder: what is read, and what leads to none. */
#include "check.h"
#include "docs_ui.h"
#include "parts.h"
#include "workdir.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct workdir dir;
static const struct pv_log quiet = {(enum pv_log_level)(PV_LOG_ERROR + 1)};

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_remove(&dir);
    return 0;
}

static const char *put(const char *name, const char *text)
{
    const char *path = workdir_file(&dir, name);
    FILE *file = fopen(path, "w");
    check_true(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

static const char *put_parts(void)
{
    (void)put("swagger-ui.css", "b{color:red}");
    (void)put("swagger-ui-bundle.js", "window.x = 1;");
    return dir.path;
}

static void check_none(const char *setting)
{
    struct pv_text page = pv_docs_ui_make(setting, &quiet);
    check_true(page.ptr == NULL && page.len == 0);
}

/* --- files --- */

static void file__is_read_up_to_the_limit(void **state)
{
    (void)state;
    const char *path = put("file", "12345");
    struct pv_text bytes = {NULL, 0};
    check_int(pv_read_file(path, 5, &bytes), 0);
    check_str(((struct pv_str){bytes.ptr, bytes.len}), "12345");
    free(bytes.ptr);
    bytes.ptr = NULL;
    check_int(pv_read_file(path, 4, &bytes), EFBIG);
    check_true(bytes.ptr == NULL);
    check_int(pv_read_file(put("empty", ""), 0, &bytes), 0);
    check_int(bytes.len, 0);
    free(bytes.ptr);
}

static void file__that_is_none_is_not_read(void **state)
{
    (void)state;
    struct pv_text bytes;
    check_int(pv_read_file(workdir_file(&dir, "none"), 5, &bytes), ENOENT);
    check_int(pv_read_file(dir.path, 5, &bytes), EINVAL);
    check_int(mkfifo(workdir_file(&dir, "pipe"), 0600), 0);
    check_int(pv_read_file(workdir_file(&dir, "pipe"), 5, &bytes), EINVAL);
    check_int(symlink(put("file", "1"), workdir_file(&dir, "link")), 0);
    check_int(pv_read_file(workdir_file(&dir, "link"), 5, &bytes), ELOOP);
}

/* --- the page --- */

static void page__is_made_of_the_two_files(void **state)
{
    (void)state;
    struct pv_text page = pv_docs_ui_make(put_parts(), &quiet);
    char *text = malloc(page.len + 1);
    check_true(page.len > 0 && text != NULL);
    memcpy(text, page.ptr, page.len);
    text[page.len] = '\0';
    check_true(strstr(text, "<style>b{color:red}</style>") != NULL);
    check_true(strstr(text, "<script>window.x = 1;</script>") != NULL);
    free(text);
    free(page.ptr);
}

static void page__without_a_folder_is_none(void **state)
{
    (void)state;
    check_none("");
    check_none(dir.path);
    check_none("there-is-no-such-folder");
}

static void page__without_one_of_the_files_is_none(void **state)
{
    (void)state;
    static const char *const names[] = {"swagger-ui.css", "swagger-ui-bundle.js"};
    for (size_t i = 0; i < 2; i++) {
        (void)put_parts();
        check_int(unlink(workdir_file(&dir, names[i])), 0);
        check_none(dir.path);
        check_int(mkdir(workdir_file(&dir, names[i]), 0700), 0);
        check_none(dir.path);
        check_int(rmdir(workdir_file(&dir, names[i])), 0);
    }
}

/* At the limit it is read, and not taken: it is of NUL. */
static void page__of_a_file_that_is_too_large_is_none(void **state)
{
    (void)state;
    (void)put_parts();
    for (off_t more = 0; more < 2; more++) {
        check_int(truncate(workdir_file(&dir, "swagger-ui-bundle.js"), (8 << 20) + more), 0);
        check_none(dir.path);
    }
}

static void page__of_files_that_it_cannot_hold_is_none(void **state)
{
    (void)state;
    (void)put_parts();
    (void)put("swagger-ui-bundle.js", "'</script>'");
    check_none(dir.path);
    (void)put_parts();
    (void)put("swagger-ui.css", "");
    check_none(dir.path);
}

static void page__of_a_path_that_is_too_long_is_none(void **state)
{
    (void)state;
    char path[5000];
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    check_none(path);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(file__is_read_up_to_the_limit),
    CASE(file__that_is_none_is_not_read),
    CASE(page__is_made_of_the_two_files),
    CASE(page__without_a_folder_is_none),
    CASE(page__without_one_of_the_files_is_none),
    CASE(page__of_a_file_that_is_too_large_is_none),
    CASE(page__of_files_that_it_cannot_hold_is_none),
    CASE(page__of_a_path_that_is_too_long_is_none),
};

CHECK_MAIN(tests, 8)
