#include "audit.h"

int main(int argc, char **argv)
{
    return pv_audit_main(argc, argv);
}
