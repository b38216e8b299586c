/* Binary answers as they were read, and the series that they make. */
#ifndef CAIRN_EVAL_ANSWERS_H
#define CAIRN_EVAL_ANSWERS_H

#include "cairn/series.h"

enum { ANSWER_NO, ANSWER_YES, ANSWER_OTHER };

typedef struct binary_answer {
    uint32_t series;
    uint8_t value;
    uint64_t segment; /* key of what makes a segment */
    size_t first;     /* index of the segment's first answer; set when all is read */
    int64_t position; /* within the segment, as told; else the index */
    size_t index;     /* in the order of the file */
} binary_answer;

/* An answer whose prompt says in which order the options stood. */
typedef struct ordered_answer {
    uint64_t key; /* of everything but the order */
    uint32_t model;
    bool swapped;
    uint8_t first; /* the option in the first place was chosen */
    size_t index;
} ordered_answer;

typedef struct named_series {
    uint64_t key;
    cairn_series_report report;
    const char *stratum_of; /* name without the true label; "" where there is none */
    double sum_p, squares_p;
} named_series;

struct cairn_series {
    cairn_series_fields fields;
    cairn_arena *arena; /* names, results */
    named_series *list; /* [n] */
    size_t n, capacity;
    binary_answer *answers; /* [n_answers] */
    size_t n_answers, answers_capacity;
    ordered_answer *ordered; /* [n_ordered] */
    size_t n_ordered, ordered_capacity;
    cairn_series_pair *modes, *versions;
    int32_t n_modes, n_versions;
    cairn_series_order *orders;
    int32_t n_orders;
    cairn_series_pool *pools;
    int32_t n_pools;
};

/* ANSWER_YES, ANSWER_NO or ANSWER_OTHER of a text, by the words for yes and no. */
uint8_t answer_value(const cairn_series_fields *fields, const char *text);

#endif
