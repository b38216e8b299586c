/* What the numbers mean that verbs print: help and reference say it. */
#include <string.h>

#include "cli/cli.h"

static const struct {
    const char *verb, *name, *meaning;
} numbers[] = {
    {"solve", "right", "Share of problems whose chosen answer is right, with Wilson's interval."},
    {"solve", "unscored", "Chosen answers of which the reward knows no score."},
    {"solve", "found",
     "Share of problems with a right answer among the candidates: what a perfect choice at the end would reach."},
    {"solve", "optimum",
     "Highest share of right answers that any search could expect with as many sampled steps and perfect knowledge of "
     "right and wrong prefixes; exact, where the policy's script knows it."},
    {"solve", "steps, tokens", "What the policy sampled for a problem, on average: merged and pruned steps count."},
    {"solve", "scorings", "Steps that the reward scored, each distinct one once."},
    {"solve", "tokens of the reward",
     "What a reward that runs completions (mc) sampled for them, what a model (head) read; beginnings that were read "
     "before do not count."},
    {"solve", "FLOP",
     "Floating-point operations a problem of models in this process; a multiplication and an addition are two."},
    {"score", "wrong, unknown, right",
     "A step is wrong when its score is known and below --threshold, unknown when it has none."},
    {"eval budget", "right %", "Share of problems whose chosen answer is right, with Wilson's 95 % interval."},
    {"eval budget", "against baseline",
     "Difference in right answers on the same problems, in points, with a paired bootstrap interval: green or red "
     "where "
     "it excludes 0."},
    {"eval budget", "found %", "Share of problems with a right answer among the candidates."},
    {"eval budget", "steps, tokens, scored",
     "Sampled steps and tokens and scored steps a problem: what was spent of the budget."},
    {"eval budget", "FLOP",
     "In the place of scored where models compute: floating-point operations a problem, of policy and reward; a "
     "multiplication and an addition are two, prefixes that share their beginning count it once."},
    {"eval budget", "optimum", "What the best possible search reaches with the same steps, computed exactly."},
    {"eval passk", "pass@k",
     "Chance that at least one of k samples is right, estimated without bias from n samples a problem: the mean of "
     "1 - C(n - c, k) / C(n, k) over problems with c right samples (arXiv 2107.03374)."},
    {"eval mistakes", "marked mistakes found exactly",
     "acc_err: of the solutions with a marked first mistake the share whose first wrong step is that step."},
    {"eval mistakes", "solutions marked clean, and accepted",
     "acc_cor: of the solutions marked clean the share in which no step is wrong."},
    {"eval mistakes", "F1",
     "2 acc_err acc_cor / (acc_err + acc_cor), the harmonic mean of these two accuracies and no precision/recall F1 "
     "(ProcessBench, arXiv 2412.06559); bootstrap interval over solutions."},
    {"eval mistakes", "AUROC",
     "Chance that a right step scores above a wrong one, ties half: over steps up to the first marked mistake, with "
     "DeLong's interval. Unknown scores are left out."},
    {"eval mistakes", "label errors",
     "Solutions marked clean whose recorded answer is not the true one: something in them must be wrong."},
    {"eval mistakes", "mean F1",
     "Of several files: the plain mean, as published, and the mean weighted by their numbers of solutions."},
    {"eval answers", "right", "As the file records it, else by equality of the final numbers."},
    {"eval answers", "slip", "A solution in which the reward calls a step wrong."},
    {"eval answers", "agree", "Models that give the vote's answer, compared in canonical form; ties go to the first."},
    {"eval labels", "located", "First errors that the labels name, for 10,000 completions."},
    {"eval labels", "exact %", "Located errors that are the world's own first wrong step."},
    {"eval labels", "agreement %", "Labelled steps whose hard label (right above 0.5) is the world's verdict."},
    {"eval labels", "negative %", "Labelled steps that are labelled wrong."},
    {"eval replay", "visit counts",
     "Recorded nodes whose visit count is not the recorded one, or that the search does not reach: 0 is a "
     "reproduction."},
    {"report", "right",
     "Share of problems whose chosen answer is right, with Wilson's interval. An unknown outcome counts as not right; "
     "problems that are not judged, since they have no true answer or no solution, are left out and counted."},
    {"report", "found", "Problems with a right answer among the candidates."},
    {"report", "problem by problem",
     "Difference in right answers on the problems that both runs have and that are judged in both, in points, with the "
     "interval of Agresti and Min (2005); green or red where it excludes 0."},
    {"report", "Brier, calibration error",
     "Of the scores of distinct candidates against right and wrong: mean squared difference, and mean difference of "
     "score and share of right ones over ten bins. Candidates without score or outcome, or with a score outside 0 to "
     "1, are left out and counted."},
    {"report", "AUROC",
     "Chance that a right chosen answer scores above a wrong one, ties half, with DeLong's interval."},
    {"report", "agreement",
     "Steps whose label (right above 0) is the world's verdict, with an interval that allows for several solutions of "
     "one problem."},
    {"run compare", "B - A",
     "Mean difference over the problems that both runs have, with a paired bootstrap interval."},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

bool cli_number_of(const cli_verb *verb, int index, const char **name, const char **meaning) {
    for (int i = 0; i < NUMBERS; i++) {
        if (strcmp(numbers[i].verb, verb->about.name) != 0 || index-- > 0) continue;
        *name = numbers[i].name;
        *meaning = numbers[i].meaning;
        return true;
    }
    return false;
}
