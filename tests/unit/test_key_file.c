/* key_file.c: the server's own keys in files, and what comes of calls that fail. */
#include "key_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "failing.h"
#include "file_dir.h"
#include "jwt_kit.h"
#include "openssl_faults.h"
#include "workdir.h"

/* ---- calls that fail with EIO ---- */

static size_t fail_at = SIZE_MAX, calls;

static bool fails(void)
{
    if (calls++ != fail_at)
        return false;
    errno = EIO;
    return true;
}

static void calls_failing_at(size_t number)
{
    fail_at = number;
    calls = 0;
}

#define WRAP(type, name, parameters, arguments, failed)                                                      \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        return fails() ? (failed) : __real_##name arguments;                                                 \
    }
WRAP(ssize_t, read, (int fd, void *bytes, size_t len), (fd, bytes, len), -1)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t len), (fd, bytes, len), -1)
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(int, renameat, (int from, const char *old, int to, const char *name), (from, old, to, name), -1)
WRAP(int, unlinkat, (int dir, const char *name, int flags), (dir, name, flags), -1)
WRAP(int, fstat64, (int fd, struct stat *about), (fd, about), -1)
WRAP(int, fstatat64, (int dir, const char *name, struct stat *about, int flags), (dir, name, about, flags),
     -1)
WRAP(int, flock, (int fd, int how), (fd, how), -1)
WRAP(DIR *, fdopendir, (int fd), (fd), NULL)
WRAP(struct dirent *, readdir64, (DIR * dir), (dir), NULL)

int __real_openat64(int dir, const char *name, int flags, ...);
int __wrap_openat64(int dir, const char *name, int flags, ...);
int __wrap_openat64(int dir, const char *name, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails() ? -1 : __real_openat64(dir, name, flags, mode);
}

/* What is closed is closed, whatever is said. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    int closed = __real_close(fd);
    return fails() ? -1 : closed;
}

/* ---- a folder and a clock ---- */

static struct workdir dir;
static struct pv_fault fault;
static struct pv_own_keys keys;
static unsigned char chance;

static void draw(void *self, unsigned char *bytes, size_t len)
{
    (void)self;
    memset(bytes, ++chance, len);
}

static const struct pv_clock_ops clock_ops = {.random = draw};
static const struct pv_clock clock_with_chance = {&clock_ops, NULL};

static int set_up(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    workdir_make(&dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_remove(&dir);
    return 0;
}

static void put(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(workdir_file(&dir, name), "w");
    check_true(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    check_int(chmod(workdir_file(&dir, name), mode), 0);
}

/* The PEM of a key made of one byte. */
static const char *pem_of(unsigned char byte)
{
    static char text[256];
    unsigned char seed[PV_SIGNING_SEED_LEN];
    struct pv_signing_key *key;
    struct pv_buffer pem = {NULL, 0, 0};
    memset(seed, byte, sizeof seed);
    check_int(pv_signing_key_from_seed(seed, &key), PV_OK);
    check_int(pv_signing_key_pem(key, &pem), PV_OK);
    (void)snprintf(text, sizeof text, "%.*s", (int)pem.len, pem.bytes);
    pv_secret_deinit(&pem);
    pv_signing_key_free(key);
    return text;
}

static void check_open(void)
{
    if (!pv_own_keys_open(dir.path, &clock_with_chance, &keys, &fault))
        fail_msg("%s", fault.text);
}

static void check_no_open(enum pv_fault_kind kind, const char *words)
{
    memset(&keys, 0, sizeof keys);
    check_true(!pv_own_keys_open(dir.path, &clock_with_chance, &keys, &fault));
    check_true(keys.current == NULL && keys.all == NULL);
    check_int(fault.kind, kind);
    if (strstr(fault.text, words) == NULL)
        fail_msg("%s", fault.text);
}

/* The current key's name, terminated. */
static void name_key(char name[PV_THUMBPRINT_LEN + 1])
{
    (void)snprintf(name, PV_THUMBPRINT_LEN + 1, "%.*s", PV_THUMBPRINT_LEN,
                   pv_signing_key_id(keys.current).ptr);
}

static void check_key_file(void)
{
    struct stat about;
    check_int(stat(workdir_file(&dir, "token-key.pem"), &about), 0);
    check_int(about.st_mode & 07777, 0600);
    check_true(stat(workdir_file(&dir, ".secret.tmp"), &about) != 0);
}

/* ---- tests ---- */

static void keys__at_first__one_is_made(void **state)
{
    (void)state;
    char first[PV_THUMBPRINT_LEN + 1], again[PV_THUMBPRINT_LEN + 1];
    mode_t was = umask(0);
    check_open();
    (void)umask(was);
    check_key_file();
    check_int(pv_jwt_keys_count(keys.all), 1);
    name_key(first);
    pv_own_keys_deinit(&keys);
    check_open();
    name_key(again);
    pv_own_keys_deinit(&keys);
    assert_string_equal(first, again);
    check_true(pv_own_keys_open(dir.path, NULL, &keys, &fault));
    pv_own_keys_deinit(&keys);
    pv_own_keys_deinit(&keys);
}

static void keys__without_chance__are_not_made(void **state)
{
    (void)state;
    check_true(!pv_own_keys_open(dir.path, NULL, &keys, &fault));
    check_true(strstr(fault.text, "there is no key '") != NULL);
    check_true(access(workdir_file(&dir, "token-key.pem"), F_OK) != 0);
}

static void keys__without_a_folder__are_a_fault(void **state)
{
    (void)state;
    check_true(!pv_own_keys_open(workdir_file(&dir, "none"), &clock_with_chance, &keys, &fault));
    check_int(fault.kind, PV_FAULT_KIND_IO);
}

static void keys__that_others_can_read_or_change__are_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666, 0777};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        put("token-key.pem", pem_of(9), modes[i]);
        check_no_open(PV_FAULT_KIND_DENIED, "chmod 600");
    }
    put("token-key.pem", pem_of(9), 0400);
    check_open();
    pv_own_keys_deinit(&keys);
    put("token-key-2024.pem", pem_of(8), 0644);
    check_no_open(PV_FAULT_KIND_DENIED, "token-key-2024.pem");
    put("token-key-2024.pem", pem_of(8), 0600);
    check_open();
    check_int(pv_jwt_keys_count(keys.all), 2);
    pv_own_keys_deinit(&keys);
}

static void keys__that_are_none__are_refused(void **state)
{
    (void)state;
    put("token-key.pem", "", 0600);
    check_no_open(PV_FAULT_KIND_DAMAGED, "not an Ed25519 private key");
    put("token-key.pem", "nothing", 0600);
    check_no_open(PV_FAULT_KIND_DAMAGED, "not an Ed25519 private key");
    check_int(unlink(workdir_file(&dir, "token-key.pem")), 0);
    check_int(mkdir(workdir_file(&dir, "token-key.pem"), 0700), 0);
    check_no_open(PV_FAULT_KIND_DAMAGED, "no regular file");
    check_int(rmdir(workdir_file(&dir, "token-key.pem")), 0);
    check_int(mkfifo(workdir_file(&dir, "token-key.pem"), 0600), 0);
    check_no_open(PV_FAULT_KIND_DAMAGED, "no regular file");
    check_int(unlink(workdir_file(&dir, "token-key.pem")), 0);
    static char large[PV_DIR_SECRET_MAX + 2];
    memset(large, '\n', sizeof large - 1);
    memcpy(large + PV_DIR_SECRET_MAX - strlen(pem_of(1)), pem_of(1), strlen(pem_of(1)));
    put("token-key.pem", large, 0600);
    check_no_open(PV_FAULT_KIND_DAMAGED, "too large");
    large[PV_DIR_SECRET_MAX] = '\0';
    put("token-key.pem", large, 0600);
    check_open();
    pv_own_keys_deinit(&keys);
}

/* A token of an old key holds as long as its file is there. */
static void keys__after_a_rotation__the_old_one_still_verifies(void **state)
{
    (void)state;
    struct pv_buffer token = {NULL, 0, 0};
    struct pv_jwt jwt;
    enum pv_token_code why;
    char old[PV_THUMBPRINT_LEN + 1], current[PV_THUMBPRINT_LEN + 1];
    check_open();
    name_key(old);
    check_int(pv_jwt_sign(keys.current, PV_STR("{}"), &token), PV_OK);
    pv_own_keys_deinit(&keys);
    check_int(rename(workdir_file(&dir, "token-key.pem"), workdir_file(&dir, "token-key-2024-02.pem")), 0);
    check_open();
    name_key(current);
    check_true(strcmp(old, current) != 0);
    check_int(pv_jwt_keys_count(keys.all), 2);
    check_int(pv_jwt_parse((struct pv_str){token.bytes, token.len}, &jwt, &why), PV_OK);
    check_int(pv_jwt_verify(&jwt, keys.all, &why), PV_OK);
    pv_own_keys_deinit(&keys);
    check_int(unlink(workdir_file(&dir, "token-key-2024-02.pem")), 0);
    check_open();
    check_int(pv_jwt_verify(&jwt, keys.all, &why), PV_REFUSED);
    check_int(why, PV_TOKEN_UNKNOWN_KEY);
    pv_own_keys_deinit(&keys);
    pv_jwt_deinit(&jwt);
    pv_buffer_deinit(&token);
}

static void keys__other_files__are_let_be(void **state)
{
    (void)state;
    static const char *const names[] = {"token-key.pem.bak", "token-key-",       "token-key-2024.pem~",
                                        "token-ke-y.pem",    "xtoken-key-1.pem", "token-key-1.PEM",
                                        "token-key.pe",      "election.db"};
    put("token-key.pem", pem_of(9), 0600);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        put(names[i], "x", 0644);
    put("token-key-.pem", pem_of(9), 0600); /* the same key again */
    check_open();
    check_int(pv_jwt_keys_count(keys.all), 1);
    pv_own_keys_deinit(&keys);
}

static void keys__more_than_16_old_ones__are_a_fault(void **state)
{
    (void)state;
    put("token-key.pem", pem_of(100), 0600);
    for (int i = 0; i <= PV_OLD_KEYS_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "token-key-%d.pem", i);
        if (i == PV_OLD_KEYS_MAX) {
            check_open();
            check_int(pv_jwt_keys_count(keys.all), PV_OLD_KEYS_MAX + 1);
            pv_own_keys_deinit(&keys);
        }
        put(name, pem_of((unsigned char)(i + 1)), 0600);
    }
    check_no_open(PV_FAULT_KIND_TOO_LARGE, "more than 16 old keys");
}

/* What a crash left, and what somebody else put there for the key to be written into. */
static void keys__an_unfinished_one__is_not_written_into(void **state)
{
    (void)state;
    struct stat about;
    put("elsewhere", "", 0644);
    check_int(symlink("elsewhere", workdir_file(&dir, ".secret.tmp")), 0);
    check_open();
    check_key_file();
    pv_own_keys_deinit(&keys);
    check_int(stat(workdir_file(&dir, "elsewhere"), &about), 0);
    check_int(about.st_size, 0);
    check_int(unlink(workdir_file(&dir, "token-key.pem")), 0);
    put(".secret.tmp", "half a key", 0644);
    check_open();
    check_key_file();
    pv_own_keys_deinit(&keys);
}

enum { PROCESSES = 6 };

/* Each with chance of its own; all must have the same key. */
static void keys__many_processes_at_once__make_one(void **state)
{
    (void)state;
    pid_t children[PROCESSES];
    int ends[2];
    char first[PV_THUMBPRINT_LEN + 1] = "";
    check_int(pipe(ends), 0);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        check_true(children[i] >= 0);
        if (children[i] == 0) {
            char name[PV_THUMBPRINT_LEN + 1] = "";
            chance = (unsigned char)(i * 20);
            bool ok = pv_own_keys_open(dir.path, &clock_with_chance, &keys, &fault);
            if (ok)
                name_key(name);
            ok = ok && write(ends[1], name, PV_THUMBPRINT_LEN) == PV_THUMBPRINT_LEN;
            pv_own_keys_deinit(&keys);
            _exit(ok ? 0 : 1);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        char name[PV_THUMBPRINT_LEN + 1] = "";
        int status;
        check_int(waitpid(children[i], &status, 0), children[i]);
        check_int(status, 0);
        check_int(read(ends[0], name, PV_THUMBPRINT_LEN), PV_THUMBPRINT_LEN);
        if (i == 0)
            memcpy(first, name, sizeof first);
        assert_string_equal(name, first);
    }
    check_int(__real_close(ends[0]), 0);
    check_int(__real_close(ends[1]), 0);
}

/* ---- failures ---- */

enum kind { ALLOCATION, OPENSSL, SYSTEM, KINDS };

static void arm(enum kind kind, size_t number)
{
    failing_at(kind == ALLOCATION ? number : SIZE_MAX);
    openssl_failing_at(kind == OPENSSL ? number : SIZE_MAX);
    calls_failing_at(kind == SYSTEM ? number : SIZE_MAX);
}

static size_t counted(enum kind kind)
{
    return kind == ALLOCATION ? failing_count() : kind == OPENSSL ? openssl_count() : calls;
}

/* Opens with one failure. Then a sound open gives the key that was given or was there before, if there was
 * one. */
static bool survives(enum kind kind, size_t number, bool there)
{
    char before[PV_THUMBPRINT_LEN + 1] = "", after[PV_THUMBPRINT_LEN + 1] = "";
    struct stat about;
    if (there) {
        check_open();
        name_key(before);
        pv_own_keys_deinit(&keys);
    }
    fault.text[0] = '\0';
    arm(kind, number);
    bool ok = pv_own_keys_open(dir.path, &clock_with_chance, &keys, &fault);
    bool failed = counted(kind) > number;
    arm(KINDS, 0);
    check_true(ok || (failed && fault.text[0] != '\0'));
    if (!ok && kind != SYSTEM)
        check_int(fault.kind, PV_FAULT_KIND_NO_MEMORY);
    check_true(ok || kind == SYSTEM || failed);
    if (ok) {
        name_key(before);
        pv_own_keys_deinit(&keys);
    }
    if (stat(workdir_file(&dir, "token-key.pem"), &about) == 0)
        check_key_file();
    check_open();
    check_key_file();
    name_key(after);
    pv_own_keys_deinit(&keys);
    if (before[0] != '\0')
        assert_string_equal(after, before);
    return failed;
}

static void keys__whatever_fails__are_whole_or_not_there(void **state)
{
    (void)state;
    size_t failures = 0;
    for (int there = 0; there < 2; there++) {
        for (int kind = 0; kind < KINDS; kind++) {
            size_t number = 0;
            do {
                (void)unlink(workdir_file(&dir, "token-key.pem"));
                put("token-key-old.pem", pem_of(200), 0600);
            } while (survives((enum kind)kind, number++, there == 1));
            failures += number;
        }
    }
    check_true(failures > 60);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(keys__at_first__one_is_made),
    TEST(keys__without_chance__are_not_made),
    TEST(keys__without_a_folder__are_a_fault),
    TEST(keys__that_others_can_read_or_change__are_refused),
    TEST(keys__that_are_none__are_refused),
    TEST(keys__after_a_rotation__the_old_one_still_verifies),
    TEST(keys__other_files__are_let_be),
    TEST(keys__more_than_16_old_ones__are_a_fault),
    TEST(keys__an_unfinished_one__is_not_written_into),
    TEST(keys__many_processes_at_once__make_one),
    TEST(keys__whatever_fails__are_whole_or_not_there),
};
CHECK_MAIN(tests, 11)
