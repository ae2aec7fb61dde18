// getopt_long, whose state is in variables that Swift must not touch.
#ifndef CSYSTEM_OPTIONS_H
#define CSYSTEM_OPTIONS_H

#include <stdbool.h>

typedef struct {
    const char *name;
    bool takes_argument;
} csystem_option;

typedef struct {
    /// 1000 and the option's place for a long one, the letter of a short one, '?' for one that is unknown or has an argument
    /// too many, ':' for one that lacks its argument, -1 at the end.
    int code;
    /// Its argument, or null.
    const char *argument;
    /// The option that a '?' or ':' is about, as a code; 0 where it is no option at all.
    int about;
    /// The place of the next word among the arguments.
    int next;
} csystem_parsed;

/// Goes to the next option; `begin` for the first. The words are moved about so that operands come last.
csystem_parsed csystem_next_option(int count, char **words, const char *letters, const csystem_option *options, int option_count, bool begin);

#endif
