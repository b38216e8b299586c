/* Small nets by spec: the forward passes first, opening below. */
#include "cairn/net.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 17, MOST_WIDTH = 65536 };

typedef struct net_layer {
    cairn_param *weight, *bias; /* [n, in], [n]; of a recurrent layer [3 n, in], [3 n]: reset, update, new */
    cairn_param *hidden_weight, *hidden_bias; /* [3 n, n], [3 n]; NULL where it is not recurrent */
    int32_t in, n;
} net_layer;

struct cairn_net {
    net_layer layers[MOST_LAYERS];
    int32_t count; /* the last is the linear map to the outputs */
    bool recurrent;
    cairn_map_kind activation;
};

/* ---- forward ------------------------------------------------------------------------------------------------------------------ */

static cairn_tensor *linear(cairn_tape *t, const net_layer *l, cairn_tensor *x) {
    return cairn_linear(t, x, cairn_tape_param(t, l->weight), cairn_tape_param(t, l->bias));
}

/* Gate number i of [rows, 3 n]. */
static cairn_tensor *gate(cairn_tape *t, cairn_tensor *x, int32_t i, int32_t n) {
    return x ? cairn_columns(t, x, (int64_t)i * n, (int64_t)(i + 1) * n) : NULL;
}

/* One time step of `rows` sequences: x [rows, 3 n] is W x + b, h [rows, n].
 *   r = s(x_r + U_r h)   z = s(x_z + U_z h)   c = tanh(x_c + r (U_c h + b))   h' = c + z (h - c) */
static cairn_tensor *gru_step(cairn_tape *t, const net_layer *l, cairn_tensor *x, cairn_tensor *h) {
    cairn_tensor *u = cairn_linear(t, h, cairn_tape_param(t, l->hidden_weight), cairn_tape_param(t, l->hidden_bias));
    cairn_tensor *r = cairn_map(t, cairn_add(t, gate(t, x, 0, l->n), gate(t, u, 0, l->n)), CAIRN_SIGMOID);
    cairn_tensor *z = cairn_map(t, cairn_add(t, gate(t, x, 1, l->n), gate(t, u, 1, l->n)), CAIRN_SIGMOID);
    cairn_tensor *c = cairn_map(t, cairn_add(t, gate(t, x, 2, l->n), cairn_mul(t, r, gate(t, u, 2, l->n))), CAIRN_TANH);
    return cairn_add(t, c, cairn_mul(t, z, cairn_sub(t, h, c)));
}

/* Which sequences are still running at a time, and where their rows go. All arrays live on the tape. */
typedef struct clock {
    int32_t *running; /* [n] sequences longer than the time */
    int32_t *before;  /* [n] the place of each in the list of the time before */
    int32_t *rows;    /* [n] their rows of x */
    int32_t *where;   /* [rows of x] the row of the stack of all times */
    int32_t n, done;  /* done: rows of the times before */
} clock;

static bool clock_open(cairn_tape *t, const int32_t *starts, int32_t sequences, clock *c) {
    size_t n = (size_t)sequences + 1, rows = (size_t)starts[sequences] + 1;
    *c = (clock){.running = cairn_tape_scratch(t, n * sizeof(int32_t)),
                 .before = cairn_tape_scratch(t, n * sizeof(int32_t)),
                 .rows = cairn_tape_scratch(t, n * sizeof(int32_t)),
                 .where = cairn_tape_scratch(t, rows * sizeof(int32_t))};
    if (!c->running || !c->before || !c->rows || !c->where) return false;
    for (int32_t s = 0; s < sequences; s++) c->running[s] = s;
    c->n = sequences;
    return true;
}

/* Goes to `time`: false when all sequences have ended. */
static bool clock_tick(clock *c, const int32_t *starts, int32_t time) {
    int32_t n = 0;
    for (int32_t i = 0; i < c->n; i++) {
        int32_t s = c->running[i];
        if (starts[s] + time >= starts[s + 1]) continue;
        c->running[n] = s;
        c->before[n] = i;
        c->rows[n] = starts[s] + time;
        c->where[starts[s] + time] = c->done + n;
        n++;
    }
    c->n = n;
    c->done += n;
    return n > 0;
}

/* The first state: zeros for the sequences that run. */
static cairn_tensor *zeros(cairn_tape *t, int32_t rows, int32_t n) {
    size_t bytes = (size_t)rows * (size_t)n * sizeof(float);
    float *numbers = cairn_tape_scratch(t, bytes);
    if (!numbers) return NULL;
    memset(numbers, 0, bytes);
    return cairn_tape_input(t, 2, (int64_t[]){rows, n}, numbers, false);
}

/* x [rows, in] to [rows, n]: all sequences at once, time by time. */
static cairn_tensor *gru(cairn_tape *t, const net_layer *l, cairn_tensor *x, const int32_t *starts, int32_t sequences) {
    clock c;
    int32_t longest = 0, time = 0;
    for (int32_t s = 0; s < sequences; s++)
        if (starts[s + 1] - starts[s] > longest) longest = starts[s + 1] - starts[s];
    cairn_tensor *in = linear(t, l, x), *h = NULL; /* [rows, 3 n] */
    cairn_tensor **states = cairn_tape_scratch(t, (size_t)longest * sizeof(cairn_tensor *) + 1);
    if (!in || !states || !clock_open(t, starts, sequences, &c)) return NULL;
    for (; clock_tick(&c, starts, time); time++) {
        h = time ? cairn_rows(t, h, c.before, c.n) : zeros(t, c.n, l->n);
        h = states[time] = gru_step(t, l, cairn_rows(t, in, c.rows, c.n), h);
        if (!h) return NULL;
    }
    return cairn_rows(t, cairn_stack(t, states, time), c.where, starts[sequences]);
}

cairn_tensor *cairn_net_apply_sequences(cairn_tape *tape, const cairn_net *net, cairn_tensor *x, const int32_t *starts,
                                        int32_t sequences, cairn_tensor **features) {
    for (int32_t i = 0; i + 1 < net->count && x; i++) {
        const net_layer *l = &net->layers[i];
        x = net->recurrent ? gru(tape, l, x, starts, sequences) : cairn_map(tape, linear(tape, l, x), net->activation);
    }
    if (features) *features = x;
    return x ? linear(tape, &net->layers[net->count - 1], x) : NULL;
}

cairn_tensor *cairn_net_apply(cairn_tape *tape, const cairn_net *net, cairn_tensor *x, cairn_tensor **features) {
    if (!x) return NULL;
    const int32_t starts[2] = {0, (int32_t)cairn_tensor_rows(x)};
    return cairn_net_apply_sequences(tape, net, x, starts, 1, features);
}

/* ---- specs -------------------------------------------------------------------------------------------------------------------- */

typedef struct net_spec {
    int32_t widths[MOST_LAYERS], count;
    bool recurrent, orthogonal;
    cairn_map_kind activation;
} net_spec;

static bool is_word(const char *text, size_t length, const char *word) {
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static cairn_status read_item(cairn_ctx *ctx, const char *spec, const char *item, size_t length, net_spec *out) {
    static const struct {
        const char *name;
        cairn_map_kind kind;
    } activations[] = {{"activation=relu", CAIRN_RELU},
                       {"activation=tanh", CAIRN_TANH},
                       {"activation=gelu", CAIRN_GELU},
                       {"activation=silu", CAIRN_SILU},
                       {"activation=elu", CAIRN_ELU}};
    if (length > 0 && strspn(item, "0123456789") == length && length < 6) {
        long width = strtol(item, NULL, 10);
        if (width < 1 || width > MOST_WIDTH || out->count == MOST_LAYERS - 1)
            return cairn_fail(ctx, CAIRN_INVALID, "net `%s`: up to %d widths from 1 to %d", spec, MOST_LAYERS - 1,
                              MOST_WIDTH);
        out->widths[out->count++] = (int32_t)width;
        return CAIRN_OK;
    }
    for (size_t i = 0; !out->recurrent && i < sizeof activations / sizeof *activations; i++)
        if (is_word(item, length, activations[i].name)) {
            out->activation = activations[i].kind;
            return CAIRN_OK;
        }
    out->orthogonal = is_word(item, length, "init=orthogonal");
    if (out->orthogonal || is_word(item, length, "init=uniform")) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "net `%s`: expected a width%s or init=uniform|orthogonal, got `%.*s`", spec,
                      out->recurrent ? "" : ", activation=relu|tanh|gelu|silu|elu", (int)length, item);
}

static cairn_status read_spec(cairn_ctx *ctx, const char *spec, net_spec *out) {
    const char *at;
    size_t length;
    cairn_spec_split(spec, &length, &at);
    *out = (net_spec){.activation = CAIRN_RELU, .recurrent = is_word(spec, length, "gru")};
    if (!out->recurrent && !is_word(spec, length, "mlp"))
        return cairn_fail(ctx, CAIRN_INVALID, "net `%s`: there are mlp and gru", spec);
    while (*at) {
        length = strcspn(at, ",");
        CAIRN_TRY(read_item(ctx, spec, at, length, out));
        at += length + (at[length] == ',');
    }
    if (out->recurrent && out->count == 0) return cairn_fail(ctx, CAIRN_INVALID, "net `%s`: gru needs a width", spec);
    return CAIRN_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------- */

typedef struct builder {
    cairn_ctx *ctx;
    cairn_params *params;
    const char *name;
    const net_spec *spec;
    uint64_t seed;
} builder;

/* Parameter NAME.LAYER.PART with its first values. fan_in: numbers that each output is a sum over. */
static cairn_status add(const builder *b, int32_t layer, const char *part, int32_t rank, const int64_t *shape,
                        int32_t fan_in, double gain, cairn_param **out) {
    char name[64];
    int length = snprintf(name, sizeof name, "%s.%d.%s", b->name, layer, part);
    if (length >= (int)sizeof name)
        return cairn_fail(b->ctx, CAIRN_INVALID, "the name of a net is too long: %.40s...", b->name);
    CAIRN_TRY(cairn_params_add(b->params, name, rank, shape, out));
    double bound = 1 / sqrt((double)fan_in);
    if (!b->spec->orthogonal)
        cairn_param_init_uniform(*out, b->seed, -bound, bound);
    else if (rank == 2)
        return cairn_param_init_orthogonal(b->ctx, *out, b->seed, gain);
    return CAIRN_OK;
}

static cairn_status add_layer(const builder *b, int32_t i, bool recurrent, double gain, net_layer *l) {
    int64_t n = recurrent ? 3 * (int64_t)l->n : l->n;
    int32_t fan_in = recurrent ? l->n : l->in; /* as PyTorch bounds both kinds */
    CAIRN_TRY(add(b, i, "weight", 2, (int64_t[]){n, l->in}, fan_in, gain, &l->weight));
    CAIRN_TRY(add(b, i, "bias", 1, &n, fan_in, gain, &l->bias));
    if (!recurrent) return CAIRN_OK;
    CAIRN_TRY(add(b, i, "hidden_weight", 2, (int64_t[]){n, l->n}, fan_in, gain, &l->hidden_weight));
    return add(b, i, "hidden_bias", 1, &n, fan_in, gain, &l->hidden_bias);
}

cairn_status cairn_net_open(cairn_ctx *ctx, cairn_params *params, const char *name, const char *spec, int32_t inputs,
                            int32_t outputs, uint64_t seed, cairn_net **out) {
    net_spec s;
    CAIRN_TRY(read_spec(ctx, spec, &s));
    if (inputs < 1 || outputs < 1)
        return cairn_fail(ctx, CAIRN_INVALID, "net `%s`: %d inputs and %d outputs", spec, inputs, outputs);
    cairn_net *net = cairn_alloc(ctx, 1, sizeof *net);
    if (!net) return CAIRN_NO_MEMORY;
    *net = (cairn_net){.count = s.count + 1, .recurrent = s.recurrent, .activation = s.activation};
    const builder b = {ctx, params, name, &s, seed};
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < net->count && status == CAIRN_OK; i++) {
        bool last = i == s.count;
        net->layers[i] = (net_layer){.in = i ? s.widths[i - 1] : inputs, .n = last ? outputs : s.widths[i]};
        status = add_layer(&b, i, s.recurrent && !last, last ? 1 : sqrt(2), &net->layers[i]);
    }
    if (status != CAIRN_OK) {
        cairn_net_close(net);
        return status;
    }
    *out = net;
    return CAIRN_OK;
}

void cairn_net_close(cairn_net *net) {
    cairn_free(net);
}
