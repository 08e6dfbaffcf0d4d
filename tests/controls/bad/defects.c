/* One defect for each tool of scripts/gates/static; its controls demand that each is found. Never built. */
#include <stdio.h>
#include <stdlib.h>

int   badly_formatted( void );
int badly_formatted(void){
        return 1 ;
}

int leaks(size_t n);
int leaks(size_t n)
{
    char *p = malloc(n);
    if (p == NULL)
        return -1;
    if (n > 10)
        return 1;
    p[0] = 'a';
    printf("%c", p[0]);
    free(p);
    return 0;
}

int index_out_of_bounds(void);
int index_out_of_bounds(void)
{
    int slots[4] = {1, 2, 3, 4};
    return slots[4];
}
