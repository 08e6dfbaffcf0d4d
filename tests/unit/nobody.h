/* A child process of somebody who owns nothing: permissions mean nothing to root. */
#ifndef PV_TEST_NOBODY_H
#define PV_TEST_NOBODY_H

/* Runs `run` there and gives what it returns; -1 if it could not. It must not use cmocka's checks: they jump,
   and a child must not leave by a jump. Whoever is not root already runs it as who they are. */
int nobody_runs(int (*run)(void));

#endif
