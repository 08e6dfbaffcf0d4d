/* photovote-import as a function: what main does. */
#ifndef PV_IMPORT_H
#define PV_IMPORT_H

/* Runs the command line; returns the exit status (F5). */
int pv_import_main(int argc, char **argv);

#endif
