#include "photovote.h"

extern char **environ;

int main(int argc, char **argv)
{
    return pv_photovote_main(argc, argv, environ);
}
