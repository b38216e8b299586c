/* Solutions of eight steps in which a step slips or repairs an earlier slip, with rates that differ by question: what
 * rules over completions are tried on. A step that slips makes the state wrong; from a wrong state a later step repairs
 * it, or goes on without a further slip.
 *
 *   slips_solve(&rng, error, repair, &solution);                    // one solution and its truth
 *   slips_probe(&rng, &question, &solution, 8, true, counts);       // completions of its prefixes
 *   slips_learn(&table, &rng, &solution, labels);                   // a table of (step, does it look wrong?) learns labels
 *   slips_f1(ctx, &table, &rng, error, repair, &f1);                // first errors that it finds
 */
#ifndef CAIRN_RECIPES_SLIPS_H
#define CAIRN_RECIPES_SLIPS_H

#include "cairn/label.h"

enum { SLIPS_STEPS = 8 };

typedef struct slips_question {
    double error, completer_error, repair; /* probabilities of a step: generator, completer, both */
} slips_question;

typedef struct slips_solution {
    bool slip[SLIPS_STEPS];  /* the step is wrong */
    bool right[SLIPS_STEPS]; /* the state after it can end right as it is */
    int32_t first;           /* first slip, or CAIRN_NO_ERROR */
} slips_solution;

/* One of n rates, with these probabilities, which sum to 1. */
double slips_pick(cairn_rng *rng, const double *rates, const double *probabilities, int n);
void slips_solve(cairn_rng *rng, double error, double repair, slips_solution *out);
/* Whether a completion of `left` steps from a right or wrong state ends right. */
bool slips_complete(cairn_rng *rng, const slips_question *q, bool right, int left);
/* n completions of each prefix but the whole, whose own outcome is its count; up to the first that none gets right with
 * `stop`. Returns the completions made. */
int64_t slips_probe(cairn_rng *rng, const slips_question *q, const slips_solution *s, int32_t n, bool stop,
                    cairn_step_count counts[SLIPS_STEPS]);
/* Evidence of counts. */
cairn_evidence slips_evidence(const slips_solution *s, const cairn_step_count *counts, cairn_root_count root);
/* Share of right completions by the exact chance from the state after step t. */
double slips_value(double error, double repair, bool right, int left);

/* A step reward of two inputs: which step it is, and whether it looks wrong, which errs in one of twenty. */
typedef struct slips_table {
    double sum[SLIPS_STEPS][2], n[SLIPS_STEPS][2];
} slips_table;
/* Labels that are NaN teach nothing. */
void slips_learn(slips_table *table, cairn_rng *rng, const slips_solution *s, const double *labels);
/* F1 of first errors (arXiv 2412.06559) on 1,000 solutions with a slip and 1,000 without; a step is called wrong below
 * 0.5. */
cairn_status slips_f1(cairn_ctx *ctx, const slips_table *table, cairn_rng *rng, double error, double repair,
                      double *f1);

#endif
