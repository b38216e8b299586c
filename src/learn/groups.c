/* Which examples belong together. */
#include <stdlib.h>

#include "learn/trainer.h"

typedef struct keyed {
    uint64_t key;
    int32_t example;
    int32_t first; /* first example of the key */
} keyed;

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->example > y->example) - (x->example < y->example);
}

static int by_first(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return (x->example > y->example) - (x->example < y->example);
}

/* Examples group by group: groups by their first examples, members by their numbers. */
static void sort(const cairn_examples *e, keyed *all) {
    for (int32_t i = 0; i < e->count; i++) all[i] = (keyed){e->groups[i], i, i};
    qsort(all, (size_t)e->count, sizeof *all, by_key);
    for (int32_t i = 1; i < e->count; i++)
        if (all[i].key == all[i - 1].key) all[i].first = all[i - 1].first;
    qsort(all, (size_t)e->count, sizeof *all, by_first);
}

static void divide(const cairn_examples *e, const keyed *all, grouping *g) {
    for (int32_t i = 0; i < e->count; i++) {
        if (i == 0 || all[i].key != all[i - 1].key) g->starts[g->count++] = i;
        int64_t *size = &g->sizes[g->count - 1];
        g->members[i] = all[i].example;
        *size += e->starts[all[i].example + 1] - e->starts[all[i].example];
        if (*size > g->largest) g->largest = *size;
    }
    g->starts[g->count] = e->count;
}

cairn_status grouping_open(cairn_ctx *ctx, const cairn_examples *examples, grouping *out) {
    size_t n = (size_t)examples->count;
    *out = (grouping){0};
    keyed *all = cairn_alloc(ctx, n + 1, sizeof *all);
    out->starts = cairn_alloc(ctx, n + 1, sizeof *out->starts);
    out->members = cairn_alloc(ctx, n + 1, sizeof *out->members);
    out->sizes = cairn_alloc(ctx, n + 1, sizeof *out->sizes);
    bool room = all && out->starts && out->members && out->sizes;
    if (room) {
        sort(examples, all);
        divide(examples, all, out);
    }
    cairn_free(all);
    return room ? CAIRN_OK : CAIRN_NO_MEMORY;
}

void grouping_close(grouping *g) {
    cairn_free(g->starts);
    cairn_free(g->members);
    cairn_free(g->sizes);
    *g = (grouping){0};
}
