/* The items that are misjudged by most, step by step or candidate by candidate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/bench_page.h"

enum {
    ITEMS_MOST = 200,
    STEPS_MOST = 40,
    CANDIDATES_SHOWN = 20,
    PROBLEM = 3000,
    STEP = 1200,
    REPLY = 2000,
    NAME = 200
};

/* ---- how far off ------------------------------------------------------------------------------------------------- */

typedef struct miss {
    const cairn_bench_item *item;
    double distance; /* NaN: nothing is wrong, or nothing can be said */
    int32_t step;    /* the worst; of items of steps */
} miss;

static int32_t place_of(int32_t step, int32_t n) {
    return step < 0 || step > n ? n : step;
}

/* By scores how far the worst step is on the wrong side of the threshold; else how many steps the answer is off. */
static miss miss_of_steps(const bench_page *p, const cairn_bench_item *item) {
    const cairn_bench_candidate *c = &item->candidates[0];
    miss out = {.item = item, .distance = NAN};
    double tau = page_threshold(p, item), missed = 0;
    bool by_score = c->scores && !item->valid && (item->truth || item->said == CAIRN_EVAL_NONE);
    for (int32_t i = 0; i < c->n_steps; i++) {
        int8_t truth = page_truth(item, i);
        cairn_verdict said = page_said(p, item, i);
        if (truth == CAIRN_BENCH_STEP_UNTOLD || said == CAIRN_VERDICT_UNKNOWN) continue;
        if ((truth == 1) == (said == CAIRN_VERDICT_RIGHT)) continue;
        double distance = by_score ? fabs(c->scores[i] - tau) : ++missed;
        if (!isnan(out.distance) && !(distance > out.distance)) continue;
        out.distance = distance;
        if (by_score || missed == 1) out.step = i;
    }
    if (item->said != CAIRN_EVAL_NONE && item->label != CAIRN_EVAL_NONE && !item->truth && item->said != item->label) {
        int32_t said = place_of(item->said, c->n_steps), label = place_of(item->label, c->n_steps);
        out.distance = abs(said - label);
        out.step = said < label ? said : label;
    }
    return out;
}

/* How far the best wrong candidate is above the best right one. */
static miss miss_of_choice(const cairn_bench_item *item) {
    double best[2] = {NAN, NAN};
    miss out = {.item = item, .distance = NAN};
    for (int32_t i = 0; i < item->n; i++) {
        const cairn_bench_candidate *c = &item->candidates[i];
        bool right = c->right == CAIRN_VERDICT_RIGHT;
        if (c->right == CAIRN_VERDICT_UNKNOWN || isnan(c->score)) continue;
        if (isnan(best[right]) || c->score > best[right]) best[right] = c->score;
    }
    if (best[0] >= best[1]) out.distance = best[0] - best[1];
    if (item->n == 2 && item->said != CAIRN_EVAL_NONE) {
        bool first = item->candidates[0].right == CAIRN_VERDICT_RIGHT;
        bool hit = item->said == (int32_t)(first ? CAIRN_SLOT_ONE : CAIRN_SLOT_TWO);
        out.distance = hit ? NAN : 1;
    }
    return out;
}

static miss miss_of(const bench_page *p, const cairn_bench_item *item) {
    if (!item->answered || item->n < 1) return (miss){.item = item, .distance = NAN};
    return item->n == 1 ? miss_of_steps(p, item) : miss_of_choice(item);
}

/* One item that stands in several rows of the table, by several aggregates say. */
static bool same_item(const cairn_bench_item *a, const cairn_bench_item *b) {
    return a->problem && a->problem == b->problem && strcmp(a->id, b->id) == 0;
}

/* An item is shown where it is worst. */
static void keep(miss *worst, size_t *n, size_t most, miss new) {
    size_t at = *n;
    for (size_t i = 0; i < *n; i++) {
        if (!same_item(worst[i].item, new.item)) continue;
        if (!(new.distance > worst[i].distance)) return;
        memmove(worst + i, worst + i + 1, (*n - i - 1) * sizeof *worst);
        at = --*n;
        break;
    }
    while (at > 0 && new.distance > worst[at - 1].distance) at--;
    if (at >= most) return;
    if (*n < most) ++*n;
    memmove(worst + at + 1, worst + at, (*n - at - 1) * sizeof *worst);
    worst[at] = new;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static const char *mark_of(cairn_verdict verdict) {
    return verdict == CAIRN_VERDICT_RIGHT ? "r" : verdict == CAIRN_VERDICT_WRONG ? "w" : "u";
}

static void put_step(bench_page *p, const cairn_bench_item *item, int32_t i) {
    const cairn_bench_candidate *c = &item->candidates[0];
    int8_t truth = page_truth(item, i);
    cairn_verdict said = page_said(p, item, i);
    bool known = truth != CAIRN_BENCH_STEP_UNTOLD && said != CAIRN_VERDICT_UNKNOWN;
    bool missed = known && (truth == 1) != (said == CAIRN_VERDICT_RIGHT);
    char score[PAGE_CELL] = "";
    if (c->scores) page_number(CAIRN_FIGURE_NUMBER, c->scores[i], score);
    page_put(&p->to,
             "<li class=\"%s%s\"><span class=\"no\">%d</span><span class=\"score\">%s</span><span class=\"text\">",
             mark_of(said), missed ? " missed" : "", (int)i, score);
    page_text(&p->to, c->steps ? c->steps[i] : "", STEP);
    page_put(&p->to, "</span><span class=\"tags\">");
    if (said != CAIRN_VERDICT_UNKNOWN)
        page_put(&p->to, "<span class=\"tag %s\">called %s</span>", mark_of(said),
                 said == CAIRN_VERDICT_RIGHT ? "right" : "wrong");
    if (truth == CAIRN_BENCH_STEP_UNTOLD)
        page_put(&p->to, "<span class=\"tag\">not marked</span>");
    else
        page_put(&p->to, "<span class=\"tag %s\">%s %s</span>", truth == 1 ? "r" : "w", missed ? "✗ marked" : "marked",
                 truth == 1 ? "right" : "wrong");
    page_put(&p->to, "</span></li>\n");
}

static void put_first(bench_page *p, const char *what, int32_t first, const char *none) {
    if (first == CAIRN_EVAL_ALL_RIGHT)
        page_put(&p->to, "<span>%s: <b>%s</b></span>", what, none);
    else if (first != CAIRN_EVAL_NONE)
        page_put(&p->to, "<span>%s: <b>step %d is the first wrong one</b></span>", what, (int)first);
}

static int32_t first_said(const bench_page *p, const cairn_bench_item *item) {
    if (item->said != CAIRN_EVAL_NONE && !item->truth) return item->said;
    for (int32_t i = 0; i < item->candidates[0].n_steps; i++)
        if (page_said(p, item, i) == CAIRN_VERDICT_WRONG) return i;
    return CAIRN_EVAL_ALL_RIGHT;
}

static void put_steps(bench_page *p, const miss *m) {
    const cairn_bench_item *item = m->item;
    int32_t n = item->candidates[0].n_steps, from = 0, to = n;
    if (n > STEPS_MOST) {
        from = m->step < STEPS_MOST / 2 ? 0 : m->step - STEPS_MOST / 2;
        to = n - from > STEPS_MOST ? from + STEPS_MOST : n;
    }
    page_put(&p->to, "<ol class=\"steps\">\n");
    if (from > 0) page_put(&p->to, "<li class=\"more\">… %d steps before</li>\n", (int)from);
    for (int32_t i = from; i < to; i++) put_step(p, item, i);
    if (to < n) page_put(&p->to, "<li class=\"more\">… %d steps after</li>\n", (int)(n - to));
    page_put(&p->to, "</ol>\n");
}

/* ---- candidates -------------------------------------------------------------------------------------------------- */

static int falling(const void *a, const void *b) {
    const cairn_bench_candidate *x = *(const cairn_bench_candidate *const *)a;
    const cairn_bench_candidate *y = *(const cairn_bench_candidate *const *)b;
    if (isnan(x->score) != isnan(y->score)) return isnan(x->score) ? 1 : -1;
    if (x->score != y->score && !isnan(x->score)) return x->score > y->score ? -1 : 1;
    return (x > y) - (x < y);
}

static void put_candidate(bench_page *p, const cairn_bench_candidate *c, int place) {
    char score[PAGE_CELL];
    size_t left = STEP;
    page_put(&p->to,
             "<li class=\"%s\"><span class=\"no\">%d</span><span class=\"score\">%s</span><span class=\"text\">",
             c->right == CAIRN_VERDICT_RIGHT ? "r chosen" : mark_of(c->right), place,
             page_number(CAIRN_FIGURE_NUMBER, c->score, score));
    for (int32_t i = 0; c->steps && i < c->n_steps && left > 0; i++) {
        size_t length = strlen(c->steps[i]);
        if (i) page_put(&p->to, "\n");
        page_text(&p->to, c->steps[i], left);
        left = length < left ? left - length : 0;
        if (left == 0 && i + 1 < c->n_steps) page_put(&p->to, "\n… %d steps more", (int)(c->n_steps - i - 1));
    }
    page_put(&p->to, "</span><span class=\"tags\">");
    if (c->source) {
        page_put(&p->to, "<span class=\"tag\">");
        page_text(&p->to, c->source, NAME);
        page_put(&p->to, "</span>");
    }
    if (c->right != CAIRN_VERDICT_UNKNOWN)
        page_put(&p->to, "<span class=\"tag %s\">marked %s</span>", mark_of(c->right),
                 c->right == CAIRN_VERDICT_RIGHT ? "right" : "wrong");
    page_put(&p->to, "</span></li>\n");
}

/* Those beyond the first are left out, but for right ones. */
static void put_candidates(bench_page *p, const cairn_bench_item *item) {
    const cairn_bench_candidate **order = cairn_alloc(p->run->ctx, (size_t)item->n, sizeof *order);
    int32_t left_out = 0;
    if (!order) {
        if (p->to.status == CAIRN_OK) p->to.status = CAIRN_NO_MEMORY;
        return;
    }
    for (int32_t i = 0; i < item->n; i++) order[i] = &item->candidates[i];
    qsort(order, (size_t)item->n, sizeof *order, falling);
    page_put(&p->to, "<ol class=\"steps\">\n");
    for (int32_t i = 0; i < item->n; i++) {
        if (i < CANDIDATES_SHOWN || (order[i]->right == CAIRN_VERDICT_RIGHT && i < 4 * CANDIDATES_SHOWN))
            put_candidate(p, order[i], (int)i + 1);
        else
            left_out++;
    }
    if (left_out) page_put(&p->to, "<li class=\"more\">… %d more</li>\n", (int)left_out);
    page_put(&p->to, "</ol>\n");
    cairn_free(order);
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static void put_reply(bench_page *p, const char *reply) {
    if (!reply || !*reply) return;
    page_put(&p->to, "<details><summary>what the judge said</summary><p class=\"question text\">");
    page_text(&p->to, reply, REPLY);
    page_put(&p->to, "</p></details>\n");
}

static void put_choice_facts(bench_page *p, const miss *m) {
    char gap[PAGE_CELL];
    const cairn_bench_item *item = m->item;
    if (item->n == 2 && item->said != CAIRN_EVAL_NONE)
        page_put(&p->to, "<span>the judge: <b>%s</b></span>",
                 item->said == (int32_t)CAIRN_SLOT_ONE   ? "the first"
                 : item->said == (int32_t)CAIRN_SLOT_TWO ? "the second"
                 : item->said == (int32_t)CAIRN_SLOT_TIE ? "a tie"
                                                         : "cannot be read");
    else
        page_put(&p->to, "<span>best wrong one above the best right one by <b>%s</b></span>",
                 page_number(CAIRN_FIGURE_NUMBER, m->distance, gap));
}

static void put_item(bench_page *p, const miss *m) {
    const cairn_bench_item *item = m->item;
    page_put(&p->to, "<article>\n<h3>");
    page_text(&p->to, item->id, NAME);
    page_put(&p->to, "</h3>\n<p class=\"facts\"><span>");
    page_text(&p->to, item->subset, NAME);
    page_put(&p->to, "</span>");
    if (item->n > 1) {
        put_choice_facts(p, m);
    } else {
        put_first(p, "marked", item->label, "all right");
        put_first(p, "the judge", first_said(p, item), "calls no step wrong");
    }
    page_put(&p->to, "</p>\n");
    if (item->problem && *item->problem) {
        page_put(&p->to, "<p class=\"question text\">");
        page_text(&p->to, item->problem, PROBLEM);
        page_put(&p->to, "</p>\n");
    }
    if (item->n > 1)
        put_candidates(p, item);
    else
        put_steps(p, m);
    put_reply(p, item->reply ? item->reply : item->candidates[0].reply);
    page_put(&p->to, "</article>\n");
}

void page_items(bench_page *p) {
    miss worst[ITEMS_MOST];
    char misses[PAGE_CELL];
    size_t n = 0, most = p->how->worst < ITEMS_MOST ? (size_t)p->how->worst : ITEMS_MOST;
    int64_t missed = 0;
    for (size_t i = 0; p->how->worst > 0 && i < p->run->n; i++) {
        miss m = miss_of(p, &p->run->items[i]);
        missed += !isnan(m.distance);
        if (!isnan(m.distance)) keep(worst, &n, most, m);
    }
    if (n == 0) return;
    page_put(&p->to,
             "<section>\n<h2>Misjudged by most</h2>\n<p class=\"note\">Misjudged items: %s; shown: the %zu worst. ",
             page_count(missed, misses), n);
    if (worst[0].item->n > 1)
        page_put(&p->to, "Candidates stand by falling score; an edge marks the right one.</p>\n");
    else
        page_put(&p->to,
                 "Steps count from 0. An edge marks where the judge and the file differ; the colour of a score says "
                 "what the judge said.</p>\n");
    for (size_t i = 0; i < n; i++) put_item(p, &worst[i]);
    page_put(&p->to, "</section>\n");
}
