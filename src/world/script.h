/* What scripts of several worlds share. */
#ifndef CAIRN_WORLD_SCRIPT_H
#define CAIRN_WORLD_SCRIPT_H

#include "cairn/world.h"

/* How often a script errs and mends, and how far problems differ in that. */
typedef struct script_rates {
    double error, repair, difficulty_spread, repair_spread;
} script_rates;

/* In how many ways it says a step, and is wrong. */
typedef struct script_choices {
    int64_t paraphrases, wrong_values;
} script_choices;

#define SCRIPT_SHARE(type, at, name, preset, help) CAIRN_REAL_AS(name, type, at, preset, 0, 1, "", help)
#define SCRIPT_SPREAD(type, at, name, help)        CAIRN_REAL_AS(name, type, at, "0", 0, 100, "logits", help)

/* The rows of an options table for a `script_rates` at `member` of a configuration. */
#define SCRIPT_RATE_OPTIONS(type, member)                                                           \
    SCRIPT_SHARE(type, member.error, "error", "0.1", "probability that a step goes wrong"),         \
        SCRIPT_SHARE(type, member.repair, "repair", "0",                                            \
                     "probability that a later step puts a wrong value right again, where it can"), \
        SCRIPT_SPREAD(type, member.difficulty_spread, "difficulty_spread",                          \
                      "standard deviation over problems of the shift of `error`"),                  \
        SCRIPT_SPREAD(type, member.repair_spread, "repair_spread",                                  \
                      "standard deviation over problems of the shift of `repair`")

/* The same for a `script_choices`, of which there are as many as the last two say. */
#define SCRIPT_CHOICE_OPTIONS(type, member, paraphrases_, most_paraphrases, most_wrong_values)        \
    CAIRN_INT_AS("paraphrases", type, member.paraphrases, paraphrases_, 1, most_paraphrases, "texts", \
                 "texts that say one step, chosen uniformly; as many as there are"),                  \
        CAIRN_INT_AS("wrong_values", type, member.wrong_values, "4", 1, most_wrong_values, "values",  \
                     "wrong results of one step, chosen uniformly")

/* The rates of a problem with these standard normal shifts, on the logit scale; 0 and 1 stay. */
double script_error(const script_rates *rates, double hardness);
double script_repair(const script_rates *rates, double recovery);

#endif
