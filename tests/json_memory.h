/* Memory of jansson's that fails once, as malloc fails: with ENOMEM. */
#ifndef CAIRN_TESTS_JSON_MEMORY_H
#define CAIRN_TESTS_JSON_MEMORY_H

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

static long json_allocations, json_fails_at;

static void *json_malloc_or_not(size_t size) {
    if (++json_allocations != json_fails_at) return malloc(size);
    errno = ENOMEM;
    return NULL;
}

/* The n-th allocation from now on fails; 0: none. */
static inline void json_fail_at(long n) {
    json_allocations = 0;
    json_fails_at = n;
    json_set_alloc_funcs(json_malloc_or_not, free);
}

#endif
