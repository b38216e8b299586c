/* layer: reward */
/* Fuzzes what an external program answers: to a reward, to a policy. The program is played by the functions of data/child.h
 * below: the input up to its first byte 0xfe is the program's output, the rest is what it says on standard error. */
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "cairn/reward.h"
#include "data/child.h"
#include "fuzz.h"

enum { REQUESTS = 3, PIPE_BYTES = 1 << 20 };

static const uint8_t *output, *sayings;
static size_t output_size, sayings_size;

/* ---- the program ------------------------------------------------------------------------------------------------------- */

static int filled_pipe(const uint8_t *bytes, size_t size) {
    int ends[2];
    must(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    if (size > 65536) must(fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) >= 0);
    must(write(ends[1], bytes, size) == (ssize_t)size || size == 0);
    close(ends[1]);
    return ends[0];
}

cairn_status child_start(cairn_ctx *ctx, const char *command, child *out) {
    (void)ctx, (void)command;
    *out = (child){.pid = 1,
                   .in = open("/dev/null", O_WRONLY | O_CLOEXEC),
                   .out = filled_pipe(output, output_size),
                   .err = filled_pipe(sayings, sayings_size)};
    return CAIRN_OK;
}

ssize_t child_write(const child *c, const void *bytes, size_t length) {
    return write(c->in, bytes, length);
}

static void close_end(int *end) {
    if (*end >= 0) close(*end);
    *end = -1;
}

ssize_t child_read(int *end, void *bytes, size_t length) {
    if (*end < 0) return 0;
    ssize_t got = read(*end, bytes, length);
    if (got == 0) close_end(end);
    return got;
}

void child_hang_up(child *c) {
    close_end(&c->in);
}

void child_listen(child *c, child_said_fn said, void *arg) {
    char bytes[512];
    for (ssize_t got; (got = child_read(&c->err, bytes, sizeof bytes)) > 0;) said(arg, bytes, (size_t)got);
}

int child_end(child *c, double grace_s, child_said_fn said, void *arg, bool *asked) {
    (void)grace_s;
    child_listen(c, said, arg);
    close_end(&c->in);
    close_end(&c->out);
    close_end(&c->err);
    c->pid = 0;
    *asked = false;
    return 0;
}

/* ---- asking it ----------------------------------------------------------------------------------------------------------- */

static const char *const steps[] = {"2 + 3 = 5", "5 * 4 = 20"};
static const cairn_problem problem = {.id = "p", .text = "(2 + 3) * 4 =", .answer = "20", .max_steps = 4};

static void ask_reward(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, bool solution) {
    cairn_reward reward;
    cairn_scoring q[REQUESTS] = {0};
    const char *reads = solution ? "exec:command=x,limit=2,timeout=5,low=-1,high=2,retries=1,reads=solution"
                                 : "exec:command=x,limit=2,timeout=5,low=-1,high=2,retries=0";
    must(cairn_reward_open(ctx, arena, reads, world, NULL, &reward) == CAIRN_OK);
    for (int i = 0; i < REQUESTS; i++)
        q[i] = (cairn_scoring){.problem = &problem, .steps = steps, .n_steps = 1 + i % 2, .done = i % 2};
    int n = solution ? 2 : REQUESTS;
    cairn_score_fn score = solution ? reward.type->score_solution : reward.type->score;
    if (worked(ctx, score(ctx, reward.self, arena, q, n, NULL)))
        for (int i = 0; i < n; i++)
            if (q[i].status == CAIRN_OK)
                must(q[i].code && q[i].evidence && (isnan(q[i].score) || (q[i].score >= -1 && q[i].score <= 2)));
    cairn_reward_close(&reward);
}

static void ask_policy(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world) {
    cairn_policy policy;
    cairn_proposal q[REQUESTS] = {0};
    must(cairn_policy_open(ctx, arena, "exec:command=x,limit=2,timeout=5", world, &policy) == CAIRN_OK);
    for (int i = 0; i < REQUESTS; i++)
        q[i] = (cairn_proposal){.problem = &problem,
                                .steps = steps,
                                .n_steps = i % 2,
                                .draw = (uint32_t)i,
                                .sampling = CAIRN_SAMPLING_DEFAULT};
    if (worked(ctx, policy.type->propose(ctx, policy.self, arena, q, REQUESTS)))
        for (int i = 0; i < REQUESTS; i++)
            if (q[i].status == CAIRN_OK) must(q[i].text && q[i].text[0] && q[i].n_tokens >= 0 && !(q[i].logp > 0));
    cairn_policy_close(&policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    if (size < 1 || size > PIPE_BYTES / 2 || cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    const uint8_t *cut = memchr(data + 1, 0xfe, size - 1);
    output = data + 1;
    output_size = cut ? (size_t)(cut - output) : size - 1;
    sayings = cut ? cut + 1 : NULL;
    sayings_size = cut ? size - output_size - 2 : 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        if (cairn_world_open(ctx, arena, "text", &world) == CAIRN_OK) {
            if (data[0] % 2)
                ask_reward(ctx, arena, &world, data[0] % 4 == 3);
            else
                ask_policy(ctx, arena, &world);
            cairn_world_close(&world);
        }
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
