/* What a critic's replies come to: votes, candidates behind letters, and what an item says then. */
#include <math.h>
#include <string.h>

#include "eval/bench_critic.h"

/* ---- one request ------------------------------------------------------------------------------------------------- */

/* A letter as a candidate: which one, or of two whether it is the first, the right one (1), the other (-1) or neither.
 */
static void name_candidate(const cairn_bench_question *question, uint64_t seed, const cairn_bench_item *item, int32_t k,
                           cairn_bench_heard *heard) {
    int32_t shown[4], letter = heard->said ? (int32_t)heard->value : -1;
    if (!heard->said || question->shows < CAIRN_BENCH_SHOWS_BOTH_ORDERS || question->shows == CAIRN_BENCH_SHOWS_OWN)
        return;
    int32_t n = bench_shown(question, seed, item, k, shown);
    if (question->shows == CAIRN_BENCH_SHOWS_RANKED)
        heard->value = shown[letter];
    else if (letter >= n)
        heard->value = 0;
    else if (question->shows == CAIRN_BENCH_SHOWS_BOTH_ORDERS)
        heard->value = shown[letter] == 0 ? 1 : -1;
    else
        heard->value = item->candidates[shown[letter]].right != CAIRN_VERDICT_WRONG ? 1 : -1;
}

/* What votes where the reader tells no word. */
static cairn_status find_word(cairn_bench_run *run, const cairn_bench_item *item, cairn_bench_heard *heard) {
    const int8_t *lists[] = {heard->valid, heard->redundant};
    size_t n = item->n > 0 ? (size_t)item->candidates[0].n_steps : 0;
    if (heard->word || !heard->said) return CAIRN_OK;
    char *word = cairn_arena_alloc(run->arena, 40 + 2 * n, 1);
    if (!word) return CAIRN_NO_MEMORY;
    size_t used = (size_t)snprintf(word, 32, "%g ", heard->value);
    for (int list = 0; list < 2; list++)
        for (size_t i = 0; lists[list] && i < n; i++) word[used++] = lists[list][i] ? '1' : '0';
    heard->word = word;
    return CAIRN_OK;
}

static void count_rule(cairn_bench_criticism *sum, const cairn_bench_heard *heard) {
    const char *name = heard->rule ? heard->rule : "";
    int32_t i = 0;
    sum->replies++;
    sum->unreadable += !heard->said;
    while (i < sum->n_rules && strcmp(sum->rules[i].name, name) != 0) i++;
    if (i == CAIRN_BENCH_RULES_MOST) return;
    if (i == sum->n_rules) sum->rules[sum->n_rules++] = (cairn_bench_rule){.name = name};
    sum->rules[i].replies++;
}

/* Ratings have a mean: the first one's text and rule stand for it. */
static void average(const cairn_bench_heard *all, int32_t n, cairn_bench_heard *out) {
    double total = 0;
    int32_t counted = 0;
    for (int32_t i = n; i-- > 0;) {
        if (!all[i].said) continue;
        *out = all[i];
        total += all[i].value;
        counted++;
    }
    if (counted) out->value = total / counted;
}

cairn_status bench_hear(cairn_bench_run *run, const cairn_bench_item *item, uint64_t seed, int32_t k,
                        const char *const *replies, int32_t n, cairn_bench_criticism *sum, cairn_bench_heard *out) {
    const cairn_bench_question *question = bench_question_of(run, item);
    cairn_bench_heard *all = cairn_arena_alloc(run->arena, (size_t)n, sizeof *all);
    const char **words = cairn_arena_alloc(run->arena, (size_t)n, sizeof *words);
    if (!all || !words) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        all[i] = (cairn_bench_heard){.text = replies[i], .value = NAN};
        CAIRN_TRY(question->read(run, item, question, &all[i]));
        name_candidate(question, seed, item, k, &all[i]);
        CAIRN_TRY(find_word(run, item, &all[i]));
        words[i] = all[i].word;
        count_rule(sum, &all[i]);
    }
    size_t winner = cairn_say_vote(words, (size_t)n);
    *out = all[winner < (size_t)n ? winner : 0];
    if (question->shows == CAIRN_BENCH_SHOWS_EACH) average(all, n, out);
    return CAIRN_OK;
}

/* ---- an item ----------------------------------------------------------------------------------------------------- */

void bench_silence(cairn_bench_item *item) {
    item->said = CAIRN_EVAL_NONE;
    item->valid = NULL;
    item->reply = NULL;
    item->answered = false;
    for (int32_t i = 0; i < item->n; i++) {
        item->candidates[i].scores = NULL;
        item->candidates[i].score = NAN;
        item->candidates[i].reply = NULL;
    }
}

static void take_steps(cairn_bench_item *item, const cairn_bench_heard *heard) {
    item->reply = heard->text;
    item->valid = heard->valid;
    if (!heard->valid && heard->said) item->said = (int32_t)heard->value;
}

static void take_ratings(cairn_bench_item *item, const bench_heard *all) {
    for (int32_t i = 0; i < all->n; i++) {
        cairn_bench_candidate *c = &item->candidates[i];
        c->reply = all->heard[i].text;
        if (c->reply) c->score = all->heard[i].said ? all->heard[i].value : all->question->unread;
    }
}

/* Both orders must agree; without one of them nothing is said. */
static void take_orders(cairn_bench_item *item, const cairn_bench_heard *heard) {
    item->reply = heard[0].text;
    item->answered = heard[0].said && heard[1].said;
    if (!item->answered) return;
    double both = heard[0].value + heard[1].value;
    item->said = both == 2 ? CAIRN_SLOT_ONE : both == -2 ? CAIRN_SLOT_TWO : CAIRN_SLOT_TIE;
}

/* The right candidate has 1 and its wins. A wrong one has 1 where it was beaten, else more than any number of wins
 * (arXiv 2410.01729); what cannot be read is a loss. */
static void take_duels(cairn_bench_item *item, const bench_heard *all) {
    int32_t wins = 0, number = 0, right = -1;
    for (int32_t i = 0; i < item->n; i++) {
        cairn_bench_candidate *c = &item->candidates[i];
        if (c->right != CAIRN_VERDICT_WRONG) {
            right = right < 0 ? i : right;
            continue;
        }
        const cairn_bench_heard *heard = &all->heard[number++];
        bool won = heard->said && heard->value > 0;
        c->reply = heard->text;
        c->score = won ? 1 : all->n + 2;
        wins += won;
    }
    if (right >= 0) item->candidates[right].score = 1 + wins;
}

static void take_choice(cairn_bench_item *item, const cairn_bench_heard *heard) {
    item->reply = heard->text;
    for (int32_t i = 0; heard->said && i < item->n; i++) item->candidates[i].score = i == (int32_t)heard->value;
}

cairn_status bench_take(cairn_bench_run *run, cairn_bench_item *item, const bench_heard *all) {
    for (int32_t i = 0; i < all->n; i++) item->answered = item->answered || all->heard[i].said;
    if (run->bench->reply) return run->bench->reply(run, item, all->heard, all->n);
    switch (all->question->shows) {
    case CAIRN_BENCH_SHOWS_EACH:
        take_ratings(item, all);
        break;
    case CAIRN_BENCH_SHOWS_BOTH_ORDERS:
        take_orders(item, all->heard);
        break;
    case CAIRN_BENCH_SHOWS_AGAINST:
        if (item->answered) take_duels(item, all);
        break;
    case CAIRN_BENCH_SHOWS_RANKED:
        take_choice(item, all->heard);
        break;
    default:
        take_steps(item, all->heard);
    }
    return CAIRN_OK;
}
