/* What the numbers mean that verbs print: help and reference say it. */
#include <string.h>

#include "cli/cli.h"

static const struct {
    const char *verb, *name, *meaning;
} numbers[] = {
    {"solve", "right",
     "Share of problems whose chosen answer is right, with Wilson's interval. The outcome is the recorded one, else "
     "that "
     "of the recorded answer, else that of the answer that the steps state."},
    {"solve", "unknown",
     "Outcomes that nobody knows: no answer can be read, or it cannot be compared. They count as not right; the second "
     "share takes them as right."},
    {"solve", "not judged",
     "Problems without a true answer and without a recorded outcome, or without a recorded solution. They are in no "
     "share."},
    {"solve", "samples", "Right ones of all solutions that were drawn; the bootstrap interval draws whole problems."},
    {"solve", "unscored", "Chosen answers of which the reward knows no score."},
    {"solve", "unknown scores",
     "Scored steps of which the reward knows no score: a file of scores does not have them, say."},
    {"solve", "failed",
     "Scored steps that are unknown because the reward's program failed on them (on_error=unknown)."},
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
    {"eval budget", "right %",
     "Share of problems whose chosen answer is right, with Wilson's 95 % interval. Unknown outcomes count as not right "
     "and are told under the row; problems that cannot be judged are left out."},
    {"eval budget", "against baseline",
     "Difference in right answers on the same problems, in points, with a paired bootstrap interval, never of width 0: "
     "green or red where it excludes 0."},
    {"eval budget", "found %", "Share of problems with a right answer among the candidates."},
    {"eval budget", "steps, tokens, scored",
     "Sampled steps and tokens and scored steps a problem: what was spent of the budget."},
    {"eval budget", "FLOP",
     "In the place of scored where models compute: floating-point operations a problem, of policy and reward; a "
     "multiplication and an addition are two, prefixes that share their beginning count it once."},
    {"eval budget", "optimum", "What the best possible search reaches with the same steps, computed exactly."},
    {"eval passk", "pass@k",
     "Chance that at least one of k samples is right, estimated without bias from n samples a problem: the mean of "
     "1 - C(n - c, k) / C(n, k) over problems with c right samples (arXiv 2107.03374). The bootstrap interval draws "
     "whole problems. Problems with fewer than k samples are left out of the row and counted. Each recorded solution "
     "is one sample."},
    {"eval passk", "maj@k",
     "Of FILE: chance that the most frequent answer of k samples is right, over all ways to draw k of n without "
     "replacement, exactly; a tie is shared, as where samples stand in random order and the earliest answer wins."},
    {"eval passk", "best of k",
     "Of FILE: chance that the sample with the highest score of k is right: the sum over ranks r of C(r - 1, k - 1) / "
     "C(n, k). Equal scores share. A sample with an answer goes before one without, an unknown score is lowest."},
    {"eval passk", "less first",
     "Of FILE: difference to the first row of the rule on the same problems, with a paired bootstrap interval that "
     "draws whole problems; never of width 0. A column is of the problems with k samples in every file."},
    {"eval passk", "unknown",
     "Samples whose outcome nobody knows. They count as not right; the second number of a row takes them as right."},
    {"eval mistakes", "marked mistakes found exactly",
     "acc_err: of the solutions with a marked first mistake the share whose first wrong step is that step."},
    {"eval mistakes", "solutions marked clean, and accepted",
     "acc_cor: of the solutions marked clean the share in which some step has a score and none is wrong. A solution "
     "without any score is not judged: it is neither accepted nor found, and counted."},
    {"eval mistakes", "F1",
     "2 acc_err acc_cor / (acc_err + acc_cor), the harmonic mean of these two accuracies and no precision/recall F1 "
     "(ProcessBench, arXiv 2412.06559). Its interval combines those of the two accuracies, which are Wilson's, with "
     "the "
     "solutions of one problem as one cluster."},
    {"eval mistakes", "AUROC",
     "Chance that a right step scores above a wrong one, ties half: over steps up to the first marked mistake, with a "
     "bootstrap interval over problems. Unknown scores are left out and counted."},
    {"eval mistakes", "label errors",
     "Solutions marked clean whose recorded answer is not the true one: something in them must be wrong."},
    {"eval mistakes", "mean F1",
     "Of several files: the plain mean, as published, and the mean weighted by their numbers of solutions."},
    {"eval steps", "AUROC",
     "Chance that a right step scores above a wrong one, ties half. Every figure is over steps with both a label and a "
     "score; the others are counted. Intervals are of a bootstrap over problems, widened by what problems of an unseen "
     "kind could change: up to z^2 / (n + z^2) of n problems, Wilson's bound of a share that was never seen."},
    {"eval steps", "accuracy", "Steps that the threshold calls what their labels say."},
    {"eval steps", "F1 of right, of wrong steps",
     "2 p r / (p + r) of precision p and recall r, where a step counts that is right, or wrong."},
    {"eval steps", "PRMScore", "Mean of these two F1 (arXiv 2501.03124)."},
    {"eval steps", "Brier score", "Mean of (score - label)^2; a soft label counts as it is."},
    {"eval steps", "expected calibration error",
     "Mean over the steps of |mean score - mean label| of their bin; bins have equal width."},
    {"eval steps", "first wrong steps",
     "As `eval mistakes`: the first step that its label calls wrong. A solution with a step without a label before it "
     "is "
     "left out; one without any score is not judged: it is neither accepted nor found."},
    {"eval answers", "right",
     "As the file records it, else by the answer. Several solutions of one problem give a bootstrap interval that "
     "draws "
     "whole problems."},
    {"eval answers", "unknown", "Outcomes that nobody knows; they count as not right."},
    {"eval answers", "slip", "A solution in which the reward calls a step wrong."},
    {"eval answers", "agree",
     "Solutions of one problem that give the vote's answer: equal answers are one, whatever their spelling. A tie goes "
     "to "
     "the answer that stands first in the file, as in `solve --policy recorded --search majority`."},
    {"score", "right",
     "Share of solutions whose outcome is right: the recorded one, else that of the answer. It says nothing of the "
     "scores."},
    {"credit", "without signal",
     "Groups of which every advantage is 0 before whitening, such as those whose responses are all right: nothing is "
     "learned from them."},
    {"credit", "outside",
     "Responses whose step rewards sum to what the credit says they cannot: a bug if there are any. The bound is that "
     "of the response with most steps."},
    {"credit", "scalar", "The number that outcome, format and thinking score of a response become."},
    {"credit", "advantage", "Of a step: the mean over its tokens that the policy drew."},
    {"credit", "mean length",
     "Drawn tokens of responses with an outcome from 0.5 on, and of the others. Alarm: right ones are over 1.5 times "
     "as "
     "long as wrong ones."},
    {"credit", "repeated",
     "Runs of 8 words that stand in a response more than once, each counted once, over all its runs of 8 words; the "
     "mean "
     "over responses. Alarm: over 0.2."},
    {"label", "right",
     "Share of labelled solutions whose outcome is right, with an interval that draws whole problems."},
    {"label", "truth, calculator",
     "Labels that agree with the world's verdicts on steps. In worlds of words the calculator gives them, which is no "
     "truth."},
    {"eval labels", "located", "First errors that the labels name, for 10,000 completions."},
    {"eval labels", "exact %", "Located errors that are the world's own first wrong step."},
    {"eval labels", "agreement %", "Labelled steps whose hard label (right above 0.5) is the world's verdict."},
    {"eval labels", "negative %", "Labelled steps that are labelled wrong."},
    {"eval ceiling", "accuracy",
     "Share of pairs of candidates of one prompt that differ in truth which the proxy orders rightly; ties count one "
     "half. It is of candidates as they were sampled, and cannot see a ceiling."},
    {"eval ceiling", "truth 1, truth n",
     "Mean true value of one candidate, and of the best of n by the proxy, estimated without bias from all candidates "
     "of "
     "a prompt (equal proxies share their mean)."},
    {"eval ceiling", "KL",
     "ln n - (n - 1) / n: the distance of best-of-n from the policy, in nats; with equal candidates "
     "an upper bound."},
    {"eval ceiling", "peak", "The n with the highest truth."},
    {"eval ceiling", "drop",
     "Truth at the peak minus truth at the greatest n. The peak is chosen on one half of the prompts and the drop is "
     "of "
     "the other, and the reverse; `ceiling` where its 95 % interval, of a bootstrap over prompts, lies above 0."},
    {"eval ceiling", "gap",
     "What the proxy gains from n = 1 to the greatest n more than the truth, each in standard deviations over "
     "candidates."},
    {"eval ceiling", "overrated",
     "The 5 % of candidates (--overrated) whose rank by the proxy exceeds their rank by truth most: their features "
     "against those of the others, in standard deviations."},
    {"eval ceiling", "left out",
     "Candidates of unknown truth or without this score, and prompts with fewer candidates than the greatest n."},
    {"eval binary", "uniform", "Exact binomial test that yes has probability 1/2."},
    {"eval binary", "lag 1",
     "Does an answer depend on the one before it: chi-square of the 2 x 2 table of neighbours, Fisher's exact test "
     "where "
     "an expected count is below 5."},
    {"eval binary", "runs",
     "Wald and Wolfowitz's test of the number of runs of equal answers, given the counts of yes and no. Too many: "
     "negative recency."},
    {"eval binary", "order 2",
     "Does an answer depend on the one before last, given the last: G-square; Fisher's exact tests, pooled, where an "
     "expected count is below 5."},
    {"eval binary", "verdict",
     "biased, dependent, both, or fair where nothing is rejected after Holm's correction; undecidable where all "
     "answers "
     "are equal."},
    {"eval binary", "power", "Chance that the test of `uniform` finds a share of yes of 60 % at this n."},
    {"eval binary", "order",
     "Share of answers that choose what stands first, over prompts that were asked in both orders; McNemar's exact "
     "test "
     "on the pairs that changed."},
    {"eval binary", "versions",
     "Difference of the shares of yes; equivalent where its 90 % interval lies within --margin, which is more than a "
     "difference that is not significant."},
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
    {"certify", "certified",
     "Items selected as right. Over repetitions of the whole experiment with new problems the mean share of wrong ones "
     "among them is at most --fdr (a repetition that certifies none counts as 0)."},
    {"certify", "chosen for",
     "Items for which this score was chosen: that by which most items would be certified, if the item itself were a "
     "wrong one with a label (arXiv 2411.17983)."},
    {"certify", "power", "Share of the right items that are certified, with Wilson's 95 % interval."},
    {"report", "AUROC",
     "Chance that a right chosen answer scores above a wrong one, ties half, with DeLong's interval."},
    {"report", "agreement",
     "Steps whose label (right above 0) is the world's verdict, with an interval that allows for several solutions of "
     "one problem."},
    {"data convert", "does not hold",
     "Records of which the written file does not say this: each was read back from what was written and compared."},
    {"data merge", "duplicates", "Records with the problem and all steps of an earlier one; the earlier one stays."},
    {"data balance", "of each class", "Records in the smallest class; as many are drawn from each other one."},
    {"data split", "problems", "Problems, told apart by their text: each is on one side with all its solutions."},
    {"data check", "opposite label of an equal beginning",
     "Steps with the same problem and the same steps up to it as an earlier one, which is labelled right (from 0.5 on) "
     "where this one is wrong, or the other way round."},
    {"run compare", "B - A",
     "Mean difference over the problems that both runs have, paired by their texts, with a paired bootstrap interval. "
     "Problems of one run only, and those of which a run does not know the value, are counted and left out."},
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
