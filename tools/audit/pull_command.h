/* The command pull. */
#ifndef PV_PULL_COMMAND_H
#define PV_PULL_COMMAND_H

/* As main; argv[0] is the command's name. The exit status (F5). */
int run_pull(int argc, char **argv);

#endif
