/* Reward `critic`: a decoder that writes a critique of the step and then its verdict (arXiv 2504.00891, 2504.16828).
 *
 *   template -> critique, line by line -> verdict line = `before`, then `yes` or `no`
 *
 * A critic is trained by `cairn train sft` on stepped records: the prompt is the filled template, the steps are the
 * lines of the critique, the last one is the verdict. The score is P(yes) / (P(yes) + P(no)) where the verdict's word
 * stands, after all other lines, or what the verdict line says; the mean over `samples` critiques. What is unreadable
 * is said by `unreadable`, never guessed. */
#include <math.h>
#include <string.h>

#include "core/maths.h"
#include "core/registry.h"
#include "reward/critic.h"
#include "reward/meanings.h"

static const cairn_option options[] = {
    LOADED_OPTIONS_WITH(config, model, "", "; or `policy`"),
    CAIRN_TEXT(config, policy, "", "", "policy that is asked instead of a model file: exec:CMD, say"),
    CAIRN_CHOICE(
        config, reads, "step", "step|solution",
        "asked about each step, or once about a whole solution: it names the first wrong paragraph in \\boxed{}, "
        "or -1"),
    CAIRN_TEXT(
        config, template, "", "",
        "file of what the critic is shown, with {problem}, {steps} (those before, one a line) and {step}, or with "
        "{problem} and {solution}; none: built in"),
    CAIRN_INT(config, max_tokens, "256", 0, 1000000, "tokens", "longest critique; 0: none, the verdict alone"),
    CAIRN_REAL(config, temperature, "0", 0, 100, "", "of the critiques; 0: the most likely token"),
    CAIRN_INT(config, samples, "1", 1, 1024, "critiques", "of each step; the score is their mean"),
    CAIRN_CHOICE(config, verdict, "forced", "forced|text",
                 "probability of yes against no after the critique, or what its last line says"),
    CAIRN_TEXT(config, before, "", "", "beginning of the verdict line"),
    CAIRN_TEXT(config, yes, "yes", "", "end of the verdict line: right"),
    CAIRN_TEXT(config, no, "no", "", "end of the verdict line: wrong"),
    CAIRN_CHOICE(
        config, unreadable, "unknown", "unknown|wrong|half",
        "a critique that was cut off or does not fit the context, or whose verdict cannot be read: left out, 0 or 0.5"),
    CAIRN_CHOICE(config, meaning, "correctness", MEANING_CHOICES, "what its scores mean"),
};

/* ---- what the critic is shown ----------------------------------------------------------------------------------------------- */

enum { PROBLEM, STEPS, STEP, PLACES };
static const char *const places[PLACES] = {"problem", "steps", "step"};

cairn_status cairn_critic_template(cairn_ctx *ctx, cairn_arena *arena, const char *path, cairn_template **out) {
    static const char built_in[] = CAIRN_CRITIC_TEMPLATE;
    if (!*path) return cairn_template_parse(ctx, arena, "template", built_in, sizeof built_in - 1, places, PLACES, out);
    CAIRN_TRY(cairn_template_read(ctx, arena, path, places, PLACES, out));
    if (cairn_template_has(*out, STEP)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: the step that is judged is never shown: {step} is missing", path);
}

cairn_status cairn_critic_prompt(cairn_ctx *ctx, const cairn_template *t, const char *problem, const char *const *steps,
                                 int32_t n_steps, cairn_text *out) {
    cairn_text before = {0};
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "critic: no step to judge");
    cairn_status status = cairn_text_add(ctx, &before, "", 0);
    for (int32_t i = 0; i + 1 < n_steps && status == CAIRN_OK; i++)
        status = cairn_text_printf(ctx, &before, "%s%s", i ? "\n" : "", steps[i]);
    if (status == CAIRN_OK)
        status = cairn_template_fill(
            ctx, t, (const char *[]){[PROBLEM] = problem, [STEPS] = before.data, [STEP] = steps[n_steps - 1]}, out);
    cairn_text_free(&before);
    return status;
}

/* ---- opening ----------------------------------------------------------------------------------------------------------------- */

static cairn_status check_options(cairn_ctx *ctx, const config *c) {
    if (c->reads == READS_SOLUTION && c->max_tokens == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "critic: max_tokens=0 writes no paragraph's number (reads=solution)");
    if (!*c->yes || !*c->no) return cairn_fail(ctx, CAIRN_INVALID, "critic: yes and no cannot be empty");
    if (strcasecmp(c->yes, c->no) == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "critic: yes and no are both `%.40s`", c->yes);
    if (c->max_tokens == 0 && (c->verdict == VERDICT_TEXT || c->samples > 1))
        return cairn_fail(ctx, CAIRN_INVALID, "critic: max_tokens=0 writes nothing that could %s",
                          c->verdict == VERDICT_TEXT ? "be read (verdict=text)" : "differ (samples)");
    if (c->temperature == 0 && c->samples > 1)
        return cairn_fail(ctx, CAIRN_INVALID, "critic: at temperature 0 all %d samples are the same", (int)c->samples);
    return CAIRN_OK;
}

/* A critic whose template is read and who asks nobody yet. */
static cairn_status open_unbound(cairn_ctx *ctx, cairn_arena *arena, const config *c, critic **out) {
    CAIRN_TRY(check_options(ctx, c));
    critic *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->c = *c;
    if (c->reads == READS_SOLUTION)
        CAIRN_TRY(critic_solution_template(ctx, arena, c->template, &self->template));
    else
        CAIRN_TRY(cairn_critic_template(ctx, arena, c->template, &self->template));
    *out = self;
    return CAIRN_OK;
}

static cairn_status check_policy(cairn_ctx *ctx, const cairn_policy *policy) {
    if (policy->type->ask) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_UNSUPPORTED, "critic: policy %s cannot be asked", policy->type->about.name);
}

static cairn_status open_policy(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, critic *self) {
    CAIRN_TRY(cairn_policy_open(ctx, arena, self->c.policy, world, &self->policy));
    self->own_policy = true;
    cairn_status status = check_policy(ctx, &self->policy);
    if (status != CAIRN_OK) cairn_policy_close(&self->policy);
    return status;
}

static cairn_status critic_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                const cairn_policy *policy, const void *configuration, void **out) {
    (void)policy;
    const config *c = configuration;
    critic *self;
    if (!*c->model.file == !*c->policy)
        return cairn_fail(ctx, CAIRN_INVALID, "critic: either file=MODEL or policy=SPEC");
    CAIRN_TRY(open_unbound(ctx, arena, c, &self));
    CAIRN_TRY(*c->policy ? open_policy(ctx, arena, world, self) : loaded_open(ctx, &c->model, &self->l));
    *out = self;
    return CAIRN_OK;
}

static void critic_close(void *data) {
    critic *self = data;
    if (!self->policy.type)
        loaded_close(&self->l);
    else if (self->own_policy)
        cairn_policy_close(&self->policy);
}

static void critic_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    *meaning = (cairn_meaning)((const critic *)data)->c.meaning;
    *low = 0;
    *high = 1;
}

/* ---- reading a verdict ------------------------------------------------------------------------------------------------------- */

static bool is_word_byte(char c) {
    unsigned char b = (unsigned char)c;
    return b >= 0x80 || (b >= '0' && b <= '9') || ((b | 32) >= 'a' && (b | 32) <= 'z');
}

/* Does text[length] end with this word, in letters of any case, as a word of its own? */
static bool ends_with(const char *text, size_t length, const char *word) {
    size_t n = strlen(word);
    if (n > length || strncasecmp(text + length - n, word, n) != 0) return false;
    return n == length || !is_word_byte(*word) || !is_word_byte(text[length - n - 1]);
}

/* Bytes of a line without blanks and a full stop after it. */
static size_t trimmed(const char *line) {
    size_t length = strlen(line);
    while (length && strchr(" \t\r\n", line[length - 1])) length--;
    return length && line[length - 1] == '.' ? length - 1 : length;
}

/* What the end of a line says; the longer of two words that fit. */
static cairn_verdict read_verdict(const config *c, const char *line) {
    bool yes = ends_with(line, trimmed(line), c->yes), no = ends_with(line, trimmed(line), c->no);
    if (yes && no) yes = strlen(c->yes) > strlen(c->no);
    return yes ? CAIRN_VERDICT_RIGHT : no ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN;
}

/* A line that begins with `before` is the verdict, whatever follows; without `before`, one that is `yes` or `no` and
 * nothing else. */
static bool is_verdict_line(const config *c, const char *line) {
    if (*c->before) return strncmp(line, c->before, strlen(c->before)) == 0;
    cairn_verdict verdict = read_verdict(c, line);
    return verdict != CAIRN_VERDICT_UNKNOWN && trimmed(line) == strlen(verdict == CAIRN_VERDICT_RIGHT ? c->yes : c->no);
}

/* ---- scoring --------------------------------------------------------------------------------------------------------------------- */

enum { SHOWN = 240 };

/* What the critiques of one step come to. */
typedef struct opinion {
    double sum;                      /* of the scores that count */
    int32_t counted;                 /* of these */
    int32_t unreadable, cut, unsaid; /* critiques; cut off among them; readable ones without a verdict line */
    cairn_status status;
    char shown[SHOWN]; /* the first critique */
} opinion;

static void add_score(opinion *o, double score) {
    o->sum += score;
    o->counted++;
}

static void add_unreadable(const critic *self, opinion *o, bool cut) {
    o->unreadable++;
    o->cut += cut;
    if (self->c.unreadable != UNREADABLE_UNKNOWN) add_score(o, self->c.unreadable == UNREADABLE_HALF ? 0.5 : 0);
}

/* Printable characters of the critique's lines, as many as there is room for. */
static void show(const cairn_asking *critique, int32_t n_lines, char out[SHOWN]) {
    size_t used = 0;
    for (int32_t i = 0; i < n_lines; i++) {
        const char *line = critique->written[i];
        size_t left = strlen(line), n;
        if (i && used + 2 < SHOWN) used += (size_t)snprintf(out + used, SHOWN - used, "; ");
        for (; left > 0; line += n, left -= n) {
            n = cairn_utf8_character(line, left);
            bool plain = n > 1 || (n == 1 && *line >= ' ' && *line != 0x7f);
            if (used + (plain ? n : 1) >= SHOWN) return;
            if (plain)
                memcpy(out + used, line, n);
            else
                out[used] = '?';
            used += plain ? n : 1;
            if (n == 0) n = 1;
        }
    }
}

static cairn_status ask_critiques(cairn_ctx *ctx, critic *self, cairn_arena *arena, const cairn_scoring *q,
                                  cairn_asking *out) {
    cairn_text text = {0};
    const char *const *shown;
    CAIRN_TRY(cairn_turn_texts(arena, q->steps, q->observations, q->n_steps, &shown));
    cairn_status status = cairn_critic_prompt(ctx, self->template, q->problem->text, shown, q->n_steps, &text);
    const char *prompt = status == CAIRN_OK ? cairn_arena_copy(arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    CAIRN_TRY(status);
    if (!prompt) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < self->c.samples; i++)
        out[i] = (cairn_asking){
            .name = q->problem->id,
            .problem = prompt,
            .sampling = {.temperature = self->c.temperature, .max_tokens = (int32_t)self->c.max_tokens},
            .known = i > 0, /* the prompt */
            .rng = cairn_rng_open(q->seed, q->problem->key, q->path, CAIRN_VERB_SCORE, CAIRN_ROLE_CRITIC, (uint32_t)i)};
    return CAIRN_OK;
}

/* Counts a critique whose verdict stands in its text, or asks for its words after its other lines. True when it asks.
 */
static bool ask_verdict(const critic *self, const cairn_asking *critique, const char *const *words, opinion *o,
                        cairn_asking *out) {
    const config *c = &self->c;
    int32_t n = critique->n_written;
    bool cut = c->max_tokens > 0 && critique->stop != CAIRN_STOP_END;
    bool said = n > 0 && is_verdict_line(c, critique->written[n - 1]);
    if (!*o->shown) show(critique, n - said, o->shown);
    if (cut) {
        add_unreadable(self, o, true);
        return false;
    }
    if (c->verdict == VERDICT_TEXT) {
        cairn_verdict verdict = n > 0 ? read_verdict(c, critique->written[n - 1]) : CAIRN_VERDICT_UNKNOWN;
        if (verdict == CAIRN_VERDICT_UNKNOWN)
            add_unreadable(self, o, false);
        else
            add_score(o, verdict == CAIRN_VERDICT_RIGHT);
        return false;
    }
    o->unsaid += c->max_tokens > 0 && !said;
    *out = (cairn_asking){
        .name = critique->name,
        .problem = critique->problem,
        .steps = critique->written,
        .n_steps = n - said,
        .begun = c->before,
        .choices = words,
        .n_choices = 2,
        .known = c->max_tokens > 0 ? 1 + n : 0}; /* the prompt and the lines, with the verdict's if it was said */
    return true;
}

/* What does not fit the critic's context, because steps or critiques are long, cannot be judged. */
static void add_failure(const critic *self, cairn_status status, opinion *o) {
    if (status != CAIRN_LIMIT) {
        o->status = status;
        return;
    }
    add_unreadable(self, o, false);
    if (*o->shown) return;
    if (self->policy.type)
        snprintf(o->shown, SHOWN, "too long for the critic's context");
    else
        snprintf(o->shown, SHOWN, "too long for a context of %d tokens", (int)self->l.format.context);
}

/* P(yes) / (P(yes) + P(no)) */
static void add_verdict(const critic *self, const cairn_asking *verdict, opinion *o) {
    if (verdict->status != CAIRN_OK) {
        add_failure(self, verdict->status, o);
        return;
    }
    double score = 1 / (1 + maths_exp(verdict->choice_logp[1] - verdict->choice_logp[0]));
    if (isnan(score))
        add_unreadable(self, o, false); /* neither word can follow */
    else
        add_score(o, score);
}

/* Opinions on n steps, each by all its critiques. asks and verdicts have room for one a critique, `of` says whose a
 * verdict is. */
static cairn_status judge(cairn_ctx *ctx, critic *self, cairn_arena *arena, const cairn_scoring *requests, int32_t n,
                          opinion *opinions, cairn_asking *asks, cairn_asking *verdicts, int32_t *of,
                          cairn_reward_cost *cost) {
    const char *const words[] = {self->c.yes, self->c.no};
    int32_t samples = (int32_t)self->c.samples, asked = 0;
    for (int32_t i = 0; i < n; i++)
        CAIRN_TRY(ask_critiques(ctx, self, arena, &requests[i], asks + (int64_t)i * samples));
    CAIRN_TRY(critic_ask(ctx, self, arena, asks, n * samples));
    for (int32_t i = 0; i < n * samples; i++) {
        opinion *o = &opinions[i / samples];
        if (asks[i].status != CAIRN_OK)
            add_failure(self, asks[i].status, o);
        else if (ask_verdict(self, &asks[i], words, o, &verdicts[asked]))
            of[asked++] = i / samples;
    }
    CAIRN_TRY(critic_ask(ctx, self, arena, verdicts, asked));
    for (int32_t i = 0; i < asked; i++) add_verdict(self, &verdicts[i], &opinions[of[i]]);
    critic_debit(asks, n * samples, cost);
    critic_debit(verdicts, asked, cost);
    return CAIRN_OK;
}

static cairn_status answer(const critic *self, cairn_arena *arena, const opinion *o, cairn_scoring *q) {
    int32_t samples = (int32_t)self->c.samples;
    q->status = o->status;
    q->score = o->counted > 0 ? o->sum / o->counted : NAN;
    q->code = o->unreadable == samples ? "unreadable"
              : o->unreadable > 0      ? "partly-unreadable"
              : o->unsaid == samples   ? "forced"
                                       : "";
    if (o->unreadable == 0)
        q->evidence = cairn_arena_copy(arena, o->shown, strlen(o->shown));
    else
        q->evidence =
            cairn_arena_printf(arena, "%d of %d critiques without a readable verdict, %d of them cut off%s%s",
                               (int)o->unreadable, (int)samples, (int)o->cut, *o->shown ? ": " : "", o->shown);
    return q->evidence ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* A stretch of the array: what was asked is of no use after it is counted, and goes back to the arena. */
static cairn_status score_some(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               opinion *opinions, cairn_reward_cost *cost) {
    size_t all = (size_t)n * (size_t)self->c.samples;
    cairn_arena_mark mark = cairn_arena_save(arena);
    cairn_asking *asks = cairn_arena_alloc(arena, all, sizeof *asks);
    cairn_asking *verdicts = cairn_arena_alloc(arena, all, sizeof *verdicts);
    int32_t *of = cairn_arena_alloc(arena, all, sizeof *of);
    cairn_status status = asks && verdicts && of
                              ? judge(ctx, self, arena, requests, n, opinions, asks, verdicts, of, cost)
                              : CAIRN_NO_MEMORY;
    cairn_arena_restore(arena, mark);
    for (int32_t i = 0; i < n && status == CAIRN_OK; i++) status = answer(self, arena, &opinions[i], &requests[i]);
    return status;
}

static cairn_status critic_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                 cairn_reward_cost *cost) {
    critic *self = data;
    if (self->c.reads == READS_SOLUTION) return critic_score_ends(ctx, self, arena, requests, n, cost);
    int32_t most = (int32_t)(256 / self->c.samples) + 1; /* steps judged together */
    opinion *opinions = cairn_alloc(ctx, (size_t)most, sizeof *opinions);
    cairn_status status = opinions ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (int32_t i = 0, m; i < n && status == CAIRN_OK; i += m) {
        m = n - i < most ? n - i : most;
        memset(opinions, 0, (size_t)m * sizeof *opinions);
        status = score_some(ctx, self, arena, requests + i, m, opinions, cost);
    }
    if (cost && status == CAIRN_OK) cost->calls += n;
    cairn_free(opinions);
    return status;
}

static cairn_status critic_score_solution(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests,
                                          int32_t n, cairn_reward_cost *cost) {
    critic *self = data;
    if (self->c.reads == READS_STEP) return critic_score(ctx, data, arena, requests, n, cost);
    return critic_judge_solution(ctx, self, arena, requests, n, cost);
}

static const char *critic_file(const void *data) {
    const critic *self = data;
    return self->policy.type && self->policy.type->file ? self->policy.type->file(self->policy.self) : NULL;
}

static bool critic_elsewhere(const void *data) {
    return critic_file(data) != NULL;
}

static uint64_t critic_content(const void *data) {
    const critic *self = data;
    if (self->policy.type)
        return cairn_key_mix(cairn_policy_content(&self->policy), cairn_template_key(self->template));
    return cairn_key_mix(cairn_engine_content(self->l.engine), cairn_template_key(self->template));
}

static void critic_held(const void *data, cairn_engine_held *sum) {
    const critic *self = data;
    if (self->policy.type) {
        if (self->policy.type->held) self->policy.type->held(self->policy.self, sum);
        return;
    }
    cairn_engine_add_held(self->l.engine, sum);
}

const cairn_reward_type cairn_reward_critic = {
    .about = {.name = "critic",
              .summary = "a decoder or a program that writes a critique, then its verdict (cairn train sft)",
              .source = "arXiv 2504.00891",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = critic_open,
    .close = critic_close,
    .scale = critic_scale,
    .score = critic_score,
    .score_solution = critic_score_solution,
    .file = critic_file,
    .elsewhere = critic_elsewhere,
    .content = critic_content,
    .held = critic_held,
};

/* ---- on a policy of the caller's ---------------------------------------------------------------------------------------------- */

cairn_status cairn_reward_open_critic(cairn_ctx *ctx, cairn_arena *arena, const cairn_policy *policy,
                                      const char *options_text, const cairn_world *world, cairn_reward *out) {
    const void *configuration;
    critic *self;
    const char *source = cairn_arena_printf(arena, "critic:%s", options_text ? options_text : "");
    if (!source) return CAIRN_NO_MEMORY;
    CAIRN_TRY(
        registry_config(ctx, arena, &cairn_reward_critic.about, options_text ? options_text : "", &configuration));
    const config *c = configuration;
    if (*c->model.file || *c->policy)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "critic: file and policy are not options where the caller gives the policy");
    CAIRN_TRY(check_policy(ctx, policy));
    CAIRN_TRY(open_unbound(ctx, arena, c, &self));
    self->policy = *policy;
    *out = (cairn_reward){.type = &cairn_reward_critic, .world = world, .self = self, .source = source, .n_outputs = 1};
    critic_scale(self, &out->meaning, &out->low, &out->high);
    return CAIRN_OK;
}
