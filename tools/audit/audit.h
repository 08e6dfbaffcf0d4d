/* photovote-audit as a function: what main does. */
#ifndef PV_AUDIT_H
#define PV_AUDIT_H

/* Runs the command of the line; returns the exit status (F5). */
int pv_audit_main(int argc, char **argv);

#endif
