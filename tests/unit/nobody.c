#define _GNU_SOURCE /* setresuid */
#include "nobody.h"

#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* What coverage has counted is written at exit, which a child must go past. */
void __gcov_dump(void) __attribute__((weak));

int nobody_runs(int (*run)(void))
{
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0) {
        /* The saved id stays root's, so that the counts can be written to where root builds. */
        if (getuid() == 0 && (setresgid(NOBODY, NOBODY, 0) != 0 || setresuid(NOBODY, NOBODY, 0) != 0))
            _exit(255);
        int status = run();
        if (setresuid((uid_t)-1, 0, 0) == 0)
            (void)setresgid((gid_t)-1, 0, 0);
        if (__gcov_dump != NULL)
            __gcov_dump();
        _exit(status);
    }
    int status = -1;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}
