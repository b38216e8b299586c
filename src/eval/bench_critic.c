/* Asking a critic about the items: many requests at once where it computes elsewhere, every reply kept in a run file as
 * soon as it is there. */
#include <string.h>

#include "cairn/store.h"
#include "eval/bench_critic.h"

/* Requests in flight to a critic elsewhere, and replies that a model here makes together. */
enum { AT_ONCE = 64, TOGETHER = 16, FAILURES_TOLD = 5 };

/* A request among all of the run. */
typedef struct place {
    size_t item;
    int32_t k;
    const char **replies; /* [votes]; NULL: none yet, or it failed */
} place;

typedef struct asking {
    cairn_bench_run *run;
    const cairn_bench_critic *how;
    bench_prompts prompts;
    cairn_run *kept; /* or NULL */
    place *places;   /* [n] */
    int64_t n, next, failed, cut;
    cairn_status status; /* the first failure that ends the run, with its text */
    char error[1024], first[1024];
    cairn_status first_status; /* of the first failed request */
} asking;

/* ---- replies as records ------------------------------------------------------------------------------------------ */

static cairn_status write_record(cairn_ctx *ctx, const char *const *replies, int32_t n, int32_t cut, cairn_text *out) {
    json_t *record = json_pack("{s:o, s:i}", "replies", json_texts(replies, n), "cut", (int)cut);
    if (!record) return json_fail_build(ctx, "replies");
    cairn_status status = json_write(ctx, record, out);
    json_decref(record);
    return status;
}

static cairn_status take_replies(asking *a, const json_t *record, const char *where, place *p) {
    json_t *list;
    int64_t cut;
    CAIRN_TRY(json_get_array(a->run->ctx, record, "replies", where, &list));
    CAIRN_TRY(json_get_int(a->run->ctx, record, "cut", where, &cut));
    const char **replies = cairn_arena_alloc(a->run->arena, (size_t)a->how->votes, sizeof *replies);
    if (!replies) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < a->how->votes; i++) {
        const char *text = json_string_value(json_array_get(list, (size_t)i));
        if (!text) return cairn_fail(a->run->ctx, CAIRN_FORMAT, "%s: expected %d replies", where, (int)a->how->votes);
        replies[i] = cairn_arena_copy(a->run->arena, text, strlen(text));
        if (!replies[i]) return CAIRN_NO_MEMORY;
    }
    a->cut += cut;
    p->replies = replies;
    return CAIRN_OK;
}

/* What an earlier process kept. */
static cairn_status take_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    asking *a = arg;
    json_t *value;
    CAIRN_TRY(json_parse(a->run->ctx, record, length, id, &value));
    cairn_status status = take_replies(a, value, id, &a->places[index]);
    json_decref(value);
    return status;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* The reply's lines as one text, in which a byte that is no UTF-8 becomes ?. */
static const char *reply_text(cairn_ctx *ctx, cairn_arena *arena, const cairn_asking *asked) {
    cairn_text text = {0};
    cairn_status status = cairn_text_add(ctx, &text, "", 0);
    for (int32_t i = 0; i < asked->n_written && status == CAIRN_OK; i++)
        status = cairn_text_printf(ctx, &text, "%s%s", i ? "\n" : "", asked->written[i]);
    char *out = status == CAIRN_OK ? cairn_arena_copy(arena, text.data, text.length) : NULL;
    for (size_t at = 0, n; out && at < text.length; at += n) {
        n = cairn_utf8_character(out + at, text.length - at);
        if (n == 0) out[at] = '?', n = 1;
    }
    cairn_text_free(&text);
    return out;
}

static cairn_status keep(asking *a, cairn_ctx *ctx, int64_t index, int32_t cut) {
    cairn_text record = {0};
    if (!a->kept) return CAIRN_OK;
    cairn_status status = write_record(ctx, a->places[index].replies, a->how->votes, cut, &record);
    if (status == CAIRN_OK)
        status =
            cairn_run_put(a->kept, ctx, index, a->run->items[a->places[index].item].id, record.data, record.length);
    cairn_text_free(&record);
    return status;
}

/* A request that failed costs its item. */
static void count_failure(asking *a, cairn_ctx *ctx, const cairn_bench_item *item, cairn_status status) {
    if (a->failed++ < FAILURES_TOLD)
        cairn_log(ctx, CAIRN_LOG_WARN, "%s: no reply: %.600s%s", item->id, cairn_error(ctx),
                  a->failed == FAILURES_TOLD ? " (further ones are only counted)" : "");
    if (a->first_status != CAIRN_OK) return;
    a->first_status = status;
    snprintf(a->first, sizeof a->first, "%s: %s", item->id, cairn_error(ctx));
}

static bool is_fatal(cairn_status status) {
    return status == CAIRN_NO_MEMORY || status == CAIRN_CANCELLED || status == CAIRN_INTERNAL;
}

/* The requests of one place, into asks[votes]. */
static cairn_status fill(asking *a, cairn_ctx *ctx, cairn_arena *arena, int64_t index, cairn_asking *asks) {
    const place *p = &a->places[index];
    const cairn_bench_item *item = &a->run->items[p->item];
    cairn_text text = {0};
    cairn_status status = bench_prompt(ctx, arena, a->run, &a->prompts, a->how->seed, item, p->k, &text);
    const char *prompt = status == CAIRN_OK ? cairn_arena_copy(arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    CAIRN_TRY(status);
    if (!prompt) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < a->how->votes; i++)
        asks[i] = (cairn_asking){.name = item->id,
                                 .problem = prompt,
                                 .sampling = a->how->sampling,
                                 .known = i > 0, /* the prompt */
                                 .rng = cairn_rng_open(a->how->seed, bench_item_key(item), (uint64_t)p->k,
                                                       CAIRN_VERB_SCORE, CAIRN_ROLE_CRITIC, (uint32_t)i)};
    return CAIRN_OK;
}

static cairn_status hear(asking *a, cairn_ctx *ctx, int64_t index, const cairn_asking *asks) {
    place *p = &a->places[index];
    int32_t cut = 0;
    for (int32_t i = 0; i < a->how->votes; i++) {
        if (asks[i].status == CAIRN_OK) continue;
        if (!is_fatal(asks[i].status)) count_failure(a, ctx, &a->run->items[p->item], asks[i].status);
        return is_fatal(asks[i].status) ? asks[i].status : CAIRN_OK;
    }
    const char **replies = cairn_arena_alloc(a->run->arena, (size_t)a->how->votes, sizeof *replies);
    if (!replies) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < a->how->votes; i++) {
        replies[i] = reply_text(ctx, a->run->arena, &asks[i]);
        if (!replies[i]) return CAIRN_NO_MEMORY;
        cut += asks[i].stop == CAIRN_STOP_LENGTH;
    }
    a->cut += cut;
    p->replies = replies;
    return keep(a, ctx, index, cut);
}

/* Places [0, n) of `which`, their replies drawn together. */
static cairn_status ask_some(asking *a, cairn_ctx *ctx, const int64_t *which, int32_t n) {
    size_t votes = (size_t)a->how->votes;
    int64_t asked[TOGETHER];
    int32_t m = 0;
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 16384, &arena));
    cairn_asking *asks = cairn_arena_alloc(arena, (size_t)n * votes, sizeof *asks);
    cairn_status status = asks ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n && status == CAIRN_OK; i++) {
        status = fill(a, ctx, arena, which[i], asks + (size_t)m * votes);
        if (status == CAIRN_LIMIT) {
            count_failure(a, ctx, &a->run->items[a->places[which[i]].item], status);
            status = CAIRN_OK;
        } else {
            asked[m++] = which[i];
        }
    }
    const cairn_policy *policy = a->how->policy;
    if (status == CAIRN_OK && m > 0) status = policy->type->ask(ctx, policy->self, arena, asks, m * (int32_t)votes);
    for (int32_t i = 0; i < m && status == CAIRN_OK; i++) status = hear(a, ctx, asked[i], asks + (size_t)i * votes);
    cairn_arena_close(arena);
    if (a->how->progress) cairn_progress_add(a->how->progress, n);
    return status;
}

static void stop(asking *a, cairn_ctx *ctx, cairn_status status) {
    if (status == CAIRN_OK || a->status != CAIRN_OK) return;
    a->status = status;
    snprintf(a->error, sizeof a->error, "%s", cairn_error(ctx));
}

static void ask_place(cairn_ctx *ctx, void *arg, int64_t index) {
    asking *a = arg;
    if (a->status == CAIRN_OK) stop(a, ctx, ask_some(a, ctx, &index, 1));
}

static int64_t next_place(void *arg) {
    asking *a = arg;
    while (a->next < a->n && a->places[a->next].replies) a->next++;
    return a->next < a->n && a->status == CAIRN_OK ? a->next++ : -1;
}

static cairn_status ask_all(asking *a) {
    cairn_ctx *ctx = a->run->ctx;
    const cairn_policy *policy = a->how->policy;
    int32_t together = TOGETHER / a->how->votes > 0 ? TOGETHER / a->how->votes : 1;
    if (policy->type->file && policy->type->file(policy->self)) { /* a program: it computes elsewhere */
        CAIRN_TRY(cairn_fibers_run(ctx, AT_ONCE, next_place, ask_place, a));
        return a->status == CAIRN_OK ? CAIRN_OK : cairn_fail(ctx, a->status, "%s", a->error);
    }
    for (;;) {
        int64_t which[TOGETHER], index = -1;
        int32_t n = 0;
        while (n < together && (index = next_place(a)) >= 0) which[n++] = index;
        if (n == 0) return CAIRN_OK;
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
        CAIRN_TRY(ask_some(a, ctx, which, n));
    }
}

/* ---- the run file ------------------------------------------------------------------------------------------------ */

/* A key of all prompts. An item without texts is an error, found before anything is asked. */
static cairn_status key_of(const asking *a, uint64_t *out) {
    cairn_bench_run *run = a->run;
    cairn_text text = {0};
    cairn_status status = CAIRN_OK;
    *out = (uint64_t)a->n;
    for (int64_t i = 0; i < a->n && status == CAIRN_OK; i++) {
        cairn_arena_mark mark = cairn_arena_save(run->arena);
        cairn_text_clear(&text);
        status = bench_prompt(run->ctx, run->arena, run, &a->prompts, a->how->seed, &run->items[a->places[i].item],
                              a->places[i].k, &text);
        cairn_arena_restore(run->arena, mark);
        if (status == CAIRN_LIMIT) status = CAIRN_OK; /* it is counted when it is asked */
        *out = cairn_key_mix(*out, text.length ? cairn_key(text.data, text.length) : 0);
    }
    cairn_text_free(&text);
    return status;
}

static cairn_status open_kept(asking *a, uint64_t key) {
    const cairn_bench_run *run = a->run;
    const cairn_bench_critic *how = a->how;
    char seed[24], prompts[24], content[24], votes[16], temperature[32], tokens[16];
    const char *source;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)how->seed);
    snprintf(prompts, sizeof prompts, "%016llx", (unsigned long long)key);
    snprintf(content, sizeof content, "%016llx", (unsigned long long)cairn_policy_content(how->policy));
    snprintf(votes, sizeof votes, "%d", (int)how->votes);
    snprintf(tokens, sizeof tokens, "%d", (int)how->sampling.max_tokens);
    cairn_format_double(how->sampling.temperature, temperature);
    CAIRN_TRY(cairn_redact(run->ctx, run->arena, how->source ? how->source : "", &source));
    cairn_manifest_entry entries[] = {
        {"verb", "eval"},   {"benchmark", run->bench->about.name}, {"content", prompts},
        {"critic", source}, {"critic_content", content},           {"seed", seed},
        {"votes", votes},   {"temperature", temperature},          {"max_tokens", tokens}};
    cairn_manifest manifest = {.entries = entries,
                               .count = sizeof entries / sizeof *entries,
                               .problems = a->n,
                               .portable = cairn_ctx_portable(run->ctx)};
    if (!how->resume) return cairn_run_create(run->ctx, how->kept, &manifest, &a->kept);
    CAIRN_TRY(cairn_run_resume(run->ctx, how->kept, &manifest, &a->kept));
    if (how->progress) cairn_progress_resume(how->progress, cairn_run_done(a->kept));
    return cairn_run_each(a->kept, run->ctx, take_record, a);
}

/* ---- all together ------------------------------------------------------------------------------------------------ */

static cairn_status check(const cairn_bench_run *run, const cairn_bench_critic *how) {
    if (run->bench->n_questions == 0)
        return cairn_fail(run->ctx, CAIRN_UNSUPPORTED, "%s has no questions for a critic", run->bench->about.name);
    if (!how->policy->type->ask)
        return cairn_fail(run->ctx, CAIRN_UNSUPPORTED, "critic: policy %s cannot be asked",
                          how->policy->type->about.name);
    if (how->votes < 1 || how->votes > 1024)
        return cairn_fail(run->ctx, CAIRN_INVALID, "critic: expected 1 to 1024 votes, got %d", (int)how->votes);
    if (how->votes > 1 && how->sampling.temperature == 0)
        return cairn_fail(run->ctx, CAIRN_INVALID, "critic: at temperature 0 all %d votes are the same",
                          (int)how->votes);
    return CAIRN_OK;
}

static cairn_status list_places(asking *a) {
    cairn_bench_run *run = a->run;
    a->n = cairn_bench_requests(run);
    if (a->n == 0)
        return cairn_fail(run->ctx, CAIRN_INVALID, "%s: a critic can be asked about none of the items",
                          run->bench->about.name);
    a->places = cairn_arena_alloc(run->arena, (size_t)a->n, sizeof *a->places);
    if (!a->places) return CAIRN_NO_MEMORY;
    int64_t at = 0;
    for (size_t i = 0; i < run->n; i++)
        for (int32_t k = 0, n = bench_requests_of(run, &run->items[i]); k < n; k++)
            a->places[at++] = (place){.item = i, .k = k};
    return CAIRN_OK;
}

/* Requests of one item stand together. */
static cairn_status take_all(asking *a, cairn_bench_criticism *out) {
    cairn_bench_run *run = a->run;
    run->heard = cairn_arena_alloc(run->arena, run->n, sizeof *run->heard);
    if (!run->heard) return CAIRN_NO_MEMORY;
    for (int64_t at = 0; at < a->n;) {
        size_t i = a->places[at].item;
        int32_t n = 0;
        while (at + n < a->n && a->places[at + n].item == i) n++;
        cairn_bench_heard *heard = cairn_arena_alloc(run->arena, (size_t)n, sizeof *heard);
        if (!heard) return CAIRN_NO_MEMORY;
        for (int32_t k = 0; k < n; k++, at++)
            if (a->places[at].replies)
                CAIRN_TRY(bench_hear(run, &run->items[i], a->how->seed, k, a->places[at].replies, a->how->votes, out,
                                     &heard[k]));
        run->heard[i] = (bench_heard){bench_question_of(run, &run->items[i]), heard, n};
    }
    for (size_t i = 0; i < run->n; i++) bench_silence(&run->items[i]);
    for (size_t i = 0; i < run->n; i++)
        if (run->heard[i].question) CAIRN_TRY(bench_take(run, &run->items[i], &run->heard[i]));
    return CAIRN_OK;
}

cairn_status cairn_bench_ask_critic(cairn_bench_run *run, const cairn_bench_critic *how, cairn_bench_criticism *out) {
    asking a = {.run = run, .how = how};
    uint64_t key;
    *out = (cairn_bench_criticism){0};
    CAIRN_TRY(cairn_bench_end(run));
    CAIRN_TRY(check(run, how));
    CAIRN_TRY(bench_prompts_open(run, how->prompts ? how->prompts : "", &a.prompts));
    CAIRN_TRY(bench_prompts_name(run, &a.prompts, &out->prompts));
    CAIRN_TRY(list_places(&a));
    CAIRN_TRY(key_of(&a, &key));
    cairn_status status = how->kept ? open_kept(&a, key) : CAIRN_OK;
    if (status == CAIRN_OK) status = ask_all(&a);
    cairn_run_close(a.kept);
    CAIRN_TRY(status);
    if (a.failed == a.n)
        return cairn_fail(run->ctx, a.first_status, "all %lld requests failed; %s", (long long)a.n, a.first);
    out->requests = a.n;
    out->failed = a.failed;
    out->cut = a.cut;
    return take_all(&a, out);
}
