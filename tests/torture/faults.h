/* Calls that fail on purpose: the linker puts a wrapper before each fallible call that the program makes (the
   list is in CMakeLists.txt), and this decides which of them fails. */
#ifndef PV_FAULTS_H
#define PV_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum faults_mode {
    FAULTS_NONE,
    FAULTS_ONCE,    /* call `at` fails, and no other */
    FAULTS_FROM_ON, /* call `at` fails, and every one after it */
};

/* Calls are counted from 0 from here on. */
void faults_begin(enum faults_mode mode, size_t at);
/* Ends it; nothing fails any more. Returns how many fallible calls there were. */
size_t faults_end(void);
/* The name of the call that failed first; NULL if none did. */
const char *faults_first(void);
/* The name of call `at` since faults_begin; NULL if there was none, or there were very many. */
const char *faults_name(size_t at);

#endif
