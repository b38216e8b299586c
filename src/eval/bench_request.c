/* What a critic is shown of an item: texts for the places of its question's prompt. */
#include <math.h>
#include <string.h>

#include "eval/bench_critic.h"

/* ---- which requests ---------------------------------------------------------------------------------------------- */

const cairn_bench_question *bench_question_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    int32_t which = run->bench->question ? run->bench->question(run, item) : 0;
    return which >= 0 && which < run->bench->n_questions ? run->bench->questions[which] : NULL;
}

static int32_t count_wrong(const cairn_bench_item *item) {
    int32_t wrong = 0;
    for (int32_t i = 0; i < item->n; i++) wrong += item->candidates[i].right == CAIRN_VERDICT_WRONG;
    return wrong < item->n ? wrong : 0; /* none without a right one */
}

int32_t bench_requests_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    const cairn_bench_question *question = bench_question_of(run, item);
    const char *place[CAIRN_BENCH_PLACES] = {NULL};
    int32_t n = 0;
    if (!question) return 0;
    switch (question->shows) {
    case CAIRN_BENCH_SHOWS_EACH:
        return item->n;
    case CAIRN_BENCH_SHOWS_BOTH_ORDERS:
        return item->n == 2 ? 2 : 0;
    case CAIRN_BENCH_SHOWS_AGAINST:
        return count_wrong(item);
    case CAIRN_BENCH_SHOWS_RANKED:
        return item->n == 4;
    case CAIRN_BENCH_SHOWS_OWN:
        while (run->bench->request(run, item, n, place)) n++;
        return n;
    default:
        return item->n > 0;
    }
}

int64_t cairn_bench_requests(const cairn_bench_run *run) {
    int64_t n = 0;
    for (size_t i = 0; i < run->n; i++) n += bench_requests_of(run, &run->items[i]);
    return n;
}

uint64_t bench_item_key(const cairn_bench_item *item) {
    return cairn_key_mix(cairn_key(item->subset, strlen(item->subset)), cairn_key(item->id, strlen(item->id)));
}

/* The first right candidate, and the wrong one of this number. */
static void find_duel(const cairn_bench_item *item, int32_t number, int32_t out[2]) {
    out[0] = out[1] = -1;
    for (int32_t i = 0; i < item->n; i++) {
        if (item->candidates[i].right != CAIRN_VERDICT_WRONG)
            out[0] = out[0] < 0 ? i : out[0];
        else if (number-- == 0)
            out[1] = i;
    }
}

int32_t bench_shown(const cairn_bench_question *question, uint64_t seed, const cairn_bench_item *item, int32_t k,
                    int32_t out[4]) {
    bool ranked = question->shows == CAIRN_BENCH_SHOWS_RANKED,
         orders = question->shows == CAIRN_BENCH_SHOWS_BOTH_ORDERS;
    int32_t n = ranked ? 4 : question->shows == CAIRN_BENCH_SHOWS_EACH ? 1 : 2;
    cairn_rng rng = cairn_rng_open(seed, bench_item_key(item), (uint64_t)k, CAIRN_VERB_EVAL, CAIRN_ROLE_CRITIC, 0);
    for (int32_t i = 0; i < 4; i++) out[i] = n == 1 ? k : i;
    if (question->shows == CAIRN_BENCH_SHOWS_AGAINST) find_duel(item, k, out);
    int32_t other = orders ? k : n > 1 ? (int32_t)cairn_rng_below(&rng, (uint32_t)n) : 0;
    int32_t first = out[0];
    out[0] = out[other];
    out[other] = first;
    return n;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* Steps [from, to) with a blank line or a line break between them. */
static const char *join(cairn_ctx *ctx, cairn_arena *arena, const cairn_bench_candidate *c, int32_t from, int32_t to,
                        cairn_bench_shows shows) {
    cairn_text text = {0};
    cairn_status status = cairn_text_add(ctx, &text, "", 0);
    for (int32_t i = from; i < to && status == CAIRN_OK; i++) {
        if (shows == CAIRN_BENCH_SHOWS_PARAGRAPHS)
            status = cairn_text_printf(ctx, &text, "%s<paragraph_%d>\n%s\n</paragraph_%d>", i > from ? "\n\n" : "",
                                       (int)i, c->steps[i], (int)i);
        else if (shows == CAIRN_BENCH_SHOWS_NUMBERED)
            status = cairn_text_printf(ctx, &text, "%sStep %d: %s", i > from ? "\n" : "", (int)i + 1, c->steps[i]);
        else
            status = cairn_text_printf(ctx, &text, "%s%s", i > from ? "\n" : "", c->steps[i]);
    }
    const char *out = status == CAIRN_OK ? cairn_arena_copy(arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    return out;
}

/* A step that holds a tag would shift the paragraphs that the critic counts. */
static bool holds_tag(const cairn_bench_candidate *c) {
    for (int32_t i = 0; i < c->n_steps; i++)
        if (strstr(c->steps[i], "<paragraph_") || strstr(c->steps[i], "</paragraph_")) return true;
    return false;
}

static cairn_status lacks_text(cairn_ctx *ctx, const cairn_bench_item *item) {
    return cairn_fail(ctx, CAIRN_INVALID, "%s: %s: the file holds no text to be shown to a critic", item->subset,
                      item->id);
}

static cairn_status show_solution(cairn_ctx *ctx, cairn_arena *arena, const cairn_bench_question *question,
                                  const cairn_bench_item *item, const char **place) {
    const cairn_bench_candidate *c = &item->candidates[0];
    if (!c->steps || c->n_steps < 1) return lacks_text(ctx, item);
    if (question->shows == CAIRN_BENCH_SHOWS_PARAGRAPHS && holds_tag(c))
        return cairn_fail(ctx, CAIRN_LIMIT, "%s: %s: a step holds a paragraph's tag", item->subset, item->id);
    place[CAIRN_BENCH_SOLUTION] = join(ctx, arena, c, 0, c->n_steps, question->shows);
    return place[CAIRN_BENCH_SOLUTION] ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status show_candidates(cairn_ctx *ctx, cairn_arena *arena, const cairn_bench_question *question,
                                    uint64_t seed, const cairn_bench_item *item, int32_t k, const char **place) {
    int32_t shown[4], n = bench_shown(question, seed, item, k, shown);
    for (int32_t i = 0; i < n; i++) {
        const cairn_bench_candidate *c = &item->candidates[shown[i]];
        const char **at = &place[n == 1 ? CAIRN_BENCH_ANSWER : CAIRN_BENCH_ANSWER_A + i];
        if (!c->steps || c->n_steps < 1) return lacks_text(ctx, item);
        *at = join(ctx, arena, c, question->history ? c->n_steps - 1 : 0, c->n_steps, question->shows);
        if (question->history)
            place[CAIRN_BENCH_HISTORY] = join(ctx, arena, c, 0, c->n_steps - 1, CAIRN_BENCH_SHOWS_OWN);
        if (!*at || (question->history && !place[CAIRN_BENCH_HISTORY])) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

cairn_status bench_prompt(cairn_ctx *ctx, cairn_arena *arena, const cairn_bench_run *run, const bench_prompts *prompts,
                          uint64_t seed, const cairn_bench_item *item, int32_t k, cairn_text *out) {
    const cairn_bench_question *question = bench_question_of(run, item);
    const char *place[CAIRN_BENCH_PLACES] = {[CAIRN_BENCH_PROBLEM] = item->problem}, *number;
    int32_t which = 0;
    while (run->bench->questions[which] != question) which++;
    number = cairn_arena_printf(arena, "%d", item->n > 0 ? (int)item->candidates[0].n_steps : 0);
    if (!number) return CAIRN_NO_MEMORY;
    place[CAIRN_BENCH_STEPS] = number;
    if (question->shows == CAIRN_BENCH_SHOWS_OWN)
        (void)run->bench->request(run, item, k, place);
    else if (question->shows <= CAIRN_BENCH_SHOWS_NUMBERED)
        CAIRN_TRY(show_solution(ctx, arena, question, item, place));
    else
        CAIRN_TRY(show_candidates(ctx, arena, question, seed, item, k, place));
    for (int i = 0; i < CAIRN_BENCH_PLACES; i++)
        if (!place[i]) place[i] = "";
    return cairn_template_fill(ctx, prompts->templates[which], place, out);
}

/* ---- prompts ----------------------------------------------------------------------------------------------------- */

static const char *const places[CAIRN_BENCH_PLACES] = {
    [CAIRN_BENCH_PROBLEM] = "problem",    [CAIRN_BENCH_SOLUTION] = "solution", [CAIRN_BENCH_STEPS] = "steps",
    [CAIRN_BENCH_HISTORY] = "history",    [CAIRN_BENCH_ANSWER] = "answer",     [CAIRN_BENCH_ANSWER_A] = "answer_a",
    [CAIRN_BENCH_ANSWER_B] = "answer_b",  [CAIRN_BENCH_ANSWER_C] = "answer_c", [CAIRN_BENCH_ANSWER_D] = "answer_d",
    [CAIRN_BENCH_CRITERION] = "criterion"};

/* "QUESTION=" before *text, which moves past it; -1: another name. Without a name it is the first. */
static int32_t named_question(const cairn_bench_run *run, const char **text) {
    const char *equals = strchr(*text, '=');
    size_t length = equals ? (size_t)(equals - *text) : 0;
    if (!equals) return 0;
    for (int32_t i = 0; i < run->bench->n_questions; i++) {
        const char *name = run->bench->questions[i]->name;
        if (strlen(name) != length || memcmp(name, *text, length) != 0) continue;
        *text = equals + 1;
        return i;
    }
    return -1;
}

static cairn_status name_files(cairn_bench_run *run, const char *text, const char **files) {
    while (*text) {
        int32_t which = named_question(run, &text);
        size_t length = strcspn(text, ",");
        if (which < 0)
            return cairn_fail(run->ctx, CAIRN_INVALID, "prompt: %s has no question `%.*s`; its first is `%s`",
                              run->bench->about.name, (int)strcspn(text, "="), text, run->bench->questions[0]->name);
        files[which] = cairn_arena_copy(run->arena, text, length);
        if (!files[which]) return CAIRN_NO_MEMORY;
        text += length + (text[length] == ',');
    }
    return CAIRN_OK;
}

/* A prompt of the user's shows all that the built-in one does; problem, history and the number of steps may go. */
static cairn_status check_places(cairn_bench_run *run, const char *file, const cairn_template *own,
                                 const cairn_template *preset) {
    for (int32_t p = CAIRN_BENCH_SOLUTION; p < CAIRN_BENCH_PLACES; p++) {
        if (p == CAIRN_BENCH_STEPS || p == CAIRN_BENCH_HISTORY) continue;
        if (cairn_template_has(preset, p) && !cairn_template_has(own, p))
            return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: what is judged is never shown: {%s} is missing", file,
                              places[p]);
    }
    return CAIRN_OK;
}

cairn_status bench_prompts_open(cairn_bench_run *run, const char *text, bench_prompts *out) {
    size_t n = (size_t)run->bench->n_questions;
    out->templates = cairn_arena_alloc(run->arena, n, sizeof *out->templates);
    out->files = cairn_arena_alloc(run->arena, n, sizeof *out->files);
    if (!out->templates || !out->files) return CAIRN_NO_MEMORY;
    CAIRN_TRY(name_files(run, text, out->files));
    for (size_t i = 0; i < n; i++) {
        const cairn_bench_question *question = run->bench->questions[i];
        cairn_template *own;
        CAIRN_TRY(cairn_template_parse(run->ctx, run->arena, question->name, question->template,
                                       strlen(question->template), places, CAIRN_BENCH_PLACES, &out->templates[i]));
        if (!out->files[i]) continue;
        CAIRN_TRY(cairn_template_read(run->ctx, run->arena, out->files[i], places, CAIRN_BENCH_PLACES, &own));
        CAIRN_TRY(check_places(run, out->files[i], own, out->templates[i]));
        out->templates[i] = own;
    }
    return CAIRN_OK;
}

cairn_status bench_prompts_name(cairn_bench_run *run, const bench_prompts *prompts, const char **out) {
    *out = "";
    for (int32_t i = 0; i < run->bench->n_questions; i++) {
        const cairn_bench_question *question = run->bench->questions[i];
        bool asked = false;
        for (size_t k = 0; k < run->n && !asked; k++) asked = bench_question_of(run, &run->items[k]) == question;
        if (!asked) continue;
        const char *comma = **out ? "," : "";
        unsigned long long key = (unsigned long long)cairn_template_key(prompts->templates[i]);
        *out = prompts->files[i] ? cairn_arena_printf(run->arena, "%s%s%s=%016llx", *out, comma, question->name, key)
                                 : cairn_arena_printf(run->arena, "%s%s%s", *out, comma, question->name);
        if (!*out) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}
