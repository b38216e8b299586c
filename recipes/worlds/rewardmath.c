/* The released scores of RewardMATH. A file has an array of ten scores a problem; of a process reward model each is an
 * array of step scores. */
#include "worlds/rewardmath.h"

#include "cairn/certify.h"

enum { ANSWERS = 10, DIRECT = 3, AGGREGATES = 8, SCORES = 2 * DIRECT + 2 * AGGREGATES };
static const char *const files[] = {"internlm2", "ArmoRM", "skywork_llama3", "Math_Shepherd", "ReasonEval_7B"};
static const char *const aggregates[AGGREGATES] = {":product", ":min",       ":mean",  ":last",
                                                   ":max",     ":geometric", ":logit", ":odds"};

/* Scores of one file: [aggregate][answer] of each problem. `rows` without memory: the data is absent. */
static cairn_status read_file(cairn_lab *lab, int file, cairn_certify_rows *rows) {
    static const char *const plain[] = {""};
    const char *names[AGGREGATES * ANSWERS], *path;
    cairn_certify_columns columns = {.label = "label", .scores = names};
    bool steps = file >= DIRECT;
    for (int a = 0; a < (steps ? AGGREGATES : 1); a++)
        for (int i = 0; i < ANSWERS; i++) {
            names[columns.k] = cairn_arena_printf(lab->arena, "score.%d%s", i, (steps ? aggregates : plain)[a]);
            if (!names[columns.k++]) return CAIRN_NO_MEMORY;
        }
    const char *name = cairn_arena_printf(lab->arena, "rewardmath/%s_reward.json", files[file]);
    if (!name) return CAIRN_NO_MEMORY;
    *rows = (cairn_certify_rows){0};
    CAIRN_TRY(cairn_lab_data(lab, name, &path));
    return path ? cairn_certify_read(lab->ctx, lab->arena, path, &columns, rows) : CAIRN_OK;
}

/* Of `scores` [ANSWERS] the index of the greatest but `left_out`. */
static int best_but(const double *scores, int left_out) {
    int best = left_out == 0;
    for (int i = 0; i < ANSWERS; i++)
        if (i != left_out && scores[i] > scores[best]) best = i;
    return best;
}

/* One answer a problem: the one that InternLM2 scores highest. The first of the ten answers is the right one. */
cairn_status rewardmath_read(cairn_lab *lab, items_scored *out) {
    *out = (items_scored){0};
    cairn_certify_rows rows[CAIRN_COUNT(files)];
    for (int f = 0; f < CAIRN_COUNT(files); f++) {
        CAIRN_TRY(read_file(lab, f, &rows[f]));
        if (!rows[f].rows) return CAIRN_OK; /* skipped */
        if (rows[f].n != rows[0].n) return cairn_lab_skip(lab, "the files of RewardMATH have different lengths");
    }
    *out = (items_scored){.score = cairn_arena_alloc(lab->arena, rows[0].n, SCORES * sizeof *out->score),
                          .right = cairn_arena_alloc(lab->arena, rows[0].n, sizeof *out->right),
                          .n = rows[0].n,
                          .k = SCORES};
    if (!out->score || !out->right) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < out->n; i++) {
        int answer = best_but(rows[0].rows[i].scores, -1);
        double *score = out->score + i;
        out->right[i] = answer == 0;
        for (int f = 0; f < CAIRN_COUNT(files); f++) {
            const double *s = rows[f].rows[i].scores;
            for (int a = 0; f >= DIRECT && a < AGGREGATES; a++, score += out->n) *score = s[a * ANSWERS + answer];
            if (f >= DIRECT) continue;
            *score = s[answer], score += out->n;
            *score = s[answer] - s[best_but(s, answer)], score += out->n;
        }
    }
    return CAIRN_OK;
}
