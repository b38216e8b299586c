/* Skipping a test with the reason, in the form that scripts/test repeats in its summary. */
#ifndef CAIRN_TESTS_SKIP_H
#define CAIRN_TESTS_SKIP_H

#define skip_because(reason)                    \
    do {                                        \
        print_message("skipped: %s\n", reason); \
        skip();                                 \
    } while (0)

#endif
