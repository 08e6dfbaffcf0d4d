#include "import.h"

int main(int argc, char **argv)
{
    return pv_import_main(argc, argv);
}
