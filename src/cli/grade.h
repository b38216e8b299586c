/* cairn eval grade: what was counted, and how it is told. */
#ifndef CAIRN_CLI_GRADE_H
#define CAIRN_CLI_GRADE_H

#include "cairn/answer.h"
#include "cairn/pairs.h"
#include "cairn/stat.h"
#include "cli/cli.h"

enum { GRADE_MOST_RULES = 128 };

typedef struct grade_config {
    const char *answer, *reference, *problem, *out;
    cairn_pair_fields fields;
    double tolerance;
    int64_t count, show;
    uint64_t seed;
    bool percent_hundredfold, find, explain, skip_bad, quiet, json;
} grade_config;

/* A pair that was judged. Texts are NULL where nothing is stated. */
typedef struct graded {
    cairn_pair pair;
    cairn_grade grade;
    const char *answer_rule; /* with --find: where the answer was; NULL: none was found */
} graded;

/* How often a rule said what. */
typedef struct rule_count {
    const char *rule;
    int64_t n[3]; /* [GRADE_RIGHT ..] */
} rule_count;
enum { GRADE_RIGHT, GRADE_WRONG, GRADE_UNKNOWN };

/* What shares are of. */
typedef enum grade_figure {
    GRADE_FIGURE_RIGHT, /* of all pairs */
    GRADE_FIGURE_WRONG,
    GRADE_FIGURE_UNKNOWN,
    GRADE_FIGURE_DECIDED, /* of pairs with an expected verdict: right or wrong was said */
    GRADE_FIGURE_AGREE,
    GRADE_FIGURE_FALSE_RIGHT,
    GRADE_FIGURE_FALSE_WRONG,
    GRADE_FIGURE_UNDECIDED, /* unknown where right or wrong was expected */
    GRADE_FIGURES
} grade_figure;

/* What is kept of each pair for the shares. */
typedef struct grade_row {
    uint64_t problem; /* key: pairs of one problem are alike */
    int8_t verdict, expected;
} grade_row;

typedef struct grading {
    const grade_config *config;
    grade_row *rows; /* [n] */
    size_t n, capacity;
    rule_count rules[GRADE_MOST_RULES], found[GRADE_MOST_RULES]; /* by which answers were judged; found */
    int32_t n_rules, n_found;
    graded *listed; /* [n_listed] undecided pairs and those that differ from what was expected, the first ones */
    size_t n_listed, listed_capacity;
    int64_t to_list;  /* how many there are */
    int64_t expected; /* pairs with an expected verdict */
    int64_t skipped;
    int64_t counts[GRADE_FIGURES];
    cairn_interval shares[GRADE_FIGURES]; /* NaN where there is nothing to share */
} grading;

/* Name of a figure in JSON, and in words. */
const char *grade_figure_name(grade_figure figure);
cairn_status grade_print(cli *c, const grading *g);
cairn_status grade_print_json(cli *c, const grading *g);
/* One pair of the command line. */
void grade_print_one(cli *c, const graded *one);
cairn_status grade_print_one_json(cli *c, const graded *one);
/* One line of the file of --out: fields in byte order. */
cairn_status grade_write(cairn_out *out, const graded *one, bool explained);

#endif
