/* How often a proxy orders two items as the truth does. */
#include <math.h>
#include <stdlib.h>

#include "cairn/stat.h"

typedef struct item {
    double truth;
    size_t place; /* among the distinct proxies, from 1 */
    double proxy;
} item;

static int by_proxy(const void *a, const void *b) {
    double x = ((const item *)a)->proxy, y = ((const item *)b)->proxy;
    return (x > y) - (x < y);
}

static int by_truth(const void *a, const void *b) {
    double x = ((const item *)a)->truth, y = ((const item *)b)->truth;
    return (x > y) - (x < y);
}

/* A Fenwick tree: counts[1 .. n], how many were seen at each place. */
static void see(size_t *counts, size_t n, size_t place) {
    for (; place <= n; place += place & (0 - place)) counts[place]++;
}

static size_t seen_up_to(const size_t *counts, size_t place) {
    size_t sum = 0;
    for (; place > 0; place -= place & (0 - place)) sum += counts[place];
    return sum;
}

static void place_all(item *items, size_t n) {
    qsort(items, n, sizeof *items, by_proxy);
    for (size_t i = 0; i < n; i++)
        items[i].place = i == 0 ? 1 : items[i - 1].place + (items[i].proxy != items[i - 1].proxy);
}

/* Items in order of truth: each is compared with all of lower truth at once. */
static void compare_all(const item *items, size_t n, size_t *counts, double *right, double *pairs) {
    for (size_t first = 0, next; first < n; first = next) {
        for (next = first; next < n && items[next].truth == items[first].truth; next++) {
            size_t below = seen_up_to(counts, items[next].place - 1), up_to = seen_up_to(counts, items[next].place);
            *right += (double)below + 0.5 * (double)(up_to - below);
            *pairs += (double)first;
        }
        for (size_t i = first; i < next; i++) see(counts, n, items[i].place);
    }
}

cairn_status cairn_stat_count_pairs(cairn_ctx *ctx, const double *proxy, const double *truth, size_t n, double *right,
                                    double *pairs) {
    for (size_t i = 0; i < n; i++)
        if (isnan(proxy[i]) || isnan(truth[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "pairs: item %zu is not a number", i);
    item *items = cairn_alloc(ctx, n, sizeof *items);
    size_t *counts = cairn_alloc(ctx, n + 1, sizeof *counts);
    if (items && counts) {
        for (size_t i = 0; i < n; i++) items[i] = (item){truth[i], 0, proxy[i]};
        place_all(items, n);
        qsort(items, n, sizeof *items, by_truth);
        compare_all(items, n, counts, right, pairs);
    }
    cairn_status status = items && counts ? CAIRN_OK : CAIRN_NO_MEMORY;
    cairn_free(items);
    cairn_free(counts);
    return status;
}

cairn_status cairn_stat_pair_accuracy(cairn_ctx *ctx, const double *proxy, const double *truth, size_t n, double *out) {
    double right = 0.0, pairs = 0.0;
    CAIRN_TRY(cairn_stat_count_pairs(ctx, proxy, truth, n, &right, &pairs));
    if (!(pairs > 0.0)) return cairn_fail(ctx, CAIRN_INVALID, "pairs: no two items have different truth");
    *out = right / pairs;
    return CAIRN_OK;
}
