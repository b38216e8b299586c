/* Names of meanings for options tables, in the order of cairn_meaning. */
#ifndef CAIRN_REWARD_MEANINGS_H
#define CAIRN_REWARD_MEANINGS_H

#define MEANING_CHOICES "success|correctness|progress|advantage|return|reachability|log-ratio"

#endif
