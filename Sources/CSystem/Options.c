#define _GNU_SOURCE
#include "CSystemOptions.h"

#include <getopt.h>
#include <stddef.h>

enum { most = 64 };

csystem_parsed csystem_next_option(int count, char **words, const char *letters, const csystem_option *options, int option_count, bool begin) {
    struct option table[most + 1] = {{0}};
    for (int i = 0; i < option_count && i < most; i++) {
        table[i].name = options[i].name;
        table[i].has_arg = options[i].takes_argument ? required_argument : no_argument;
        table[i].val = 1000 + i;
    }
    if (begin) {
#ifdef __GLIBC__
        optind = 0;
#else
        optreset = 1;
        optind = 1;
#endif
        opterr = 0;
    }
    optarg = NULL;
    optopt = 0;
    csystem_parsed parsed = {0};
    parsed.code = getopt_long(count, words, letters, table, NULL);
    parsed.argument = optarg;
    parsed.about = optopt;
    parsed.next = optind;
    return parsed;
}
