/* Fiber switches, by cairn_yield among 2 and 1,024 fibers: a yield is two switches, out of a fiber and into the next, with the
 * scheduler between.
 *
 *     bench_core_fiber [runs] */
#include "bench.h"

enum { YIELDS = 2000000 };

typedef struct turns {
    int64_t next, fibers;
} turns;

static int64_t next_item(void *arg) {
    turns *self = arg;
    return self->next < self->fibers ? self->next++ : -1;
}

static void take_turns(cairn_ctx *ctx, void *arg, int64_t item) {
    (void)item;
    const turns *self = arg;
    for (int64_t i = 0; i < YIELDS / self->fibers; i++) cairn_yield(ctx);
}

static cairn_status switch_all(cairn_ctx *ctx, void *arg, int64_t *items) {
    turns self = {.fibers = *(const int *)arg};
    *items = 2 * (YIELDS / self.fibers) * self.fibers;
    return cairn_fibers_run(ctx, (int)self.fibers, next_item, take_turns, &self);
}

static cairn_status all(const bench *b) {
    int few = 2, many = 1024;
    CAIRN_TRY(bench_measure(b, "2 fibers", 0, switch_all, &few));
    return bench_measure(b, "1,024 fibers", 0, switch_all, &many);
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, "fibers", "switch", all);
}
