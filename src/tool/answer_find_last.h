/* Words of a last sentence that concludes. Included by answer_find_last.c, and by the test of these tables. */
#ifndef CAIRN_TOOL_ANSWER_FIND_LAST_H
#define CAIRN_TOOL_ANSWER_FIND_LAST_H

/* First words of a sentence that concludes. */
static const char *const conclusions[] = {
    "so",      "therefore",  "thus",        "hence",      "consequently", "in conclusion", "this means", "that means",
    "finally", "altogether", "to conclude", "in summary", "overall",      "we conclude",   "in total"};
/* Those after which a value alone follows. */
static const char *const statements[] = {"we find that",      "the solution is", "the solution set is",
                                         "the solutions are", "the result is",   "the final result is"};

/* Between it and the subject. */
static const char *const leads[] = {"we have",   "we get",   "we find",    "we see",    "we conclude",
                                    "we obtain", "we know",  "it follows", "we deduce", "that",
                                    "finally",   "in total", "altogether"};

/* What has a value that may be asked for, and what may stand before it. */
static const char *const determiners[] = {"the", "his", "her", "their", "its", "our"};
static const char *const adjectives[] = {"total",    "final",   "desired",  "required", "only",     "minimum",
                                         "maximum",  "least",   "greatest", "smallest", "largest",  "smaller",
                                         "larger",   "overall", "average",  "common",   "possible", "remaining",
                                         "original", "new",     "combined", "expected", "shortest", "longest",
                                         "lowest",   "highest", "exact",    "positive", "integer",  "real"};
static const char *const heads[] = {
    "answer",      "result",       "value",        "values",       "solution",      "solutions",  "total",
    "sum",         "number",       "difference",   "product",      "quotient",      "remainder",  "probability",
    "area",        "volume",       "perimeter",    "length",       "width",         "height",     "distance",
    "radius",      "diameter",     "side",         "angle",        "cost",          "price",      "profit",
    "amount",      "time",         "speed",        "average",      "mean",          "median",     "mode",
    "range",       "ratio",        "percentage",   "fraction",     "score",         "age",        "degree",
    "slope",       "equation",     "root",         "roots",        "domain",        "minimum",    "maximum",
    "pair",        "solution set", "ordered pair", "surface area", "circumference", "expression", "function",
    "coefficient", "sequence",     "integer",      "integers"};
static const char *const prepositions[] = {"of", "for", "in", "between", "from", "that", "to", "on", "per", "among"};
static const char *const states[] = {"increases by", "decreases by", "is",  "are",  "equals", "is equal to",
                                     "will be",      "must be",      "was", "were", "="};
static const char *const exists[] = {"there are", "there is", "there will be", "there were", "there was"};
static const char *const subjects[] = {"he", "she", "they", "it", "we"};
static const char *const objects[] = {"him", "her", "them", "us", "me"};
/* Of someone or something that has a number of things. */
static const char *const verbs[] = {
    "has",          "have",  "had",     "makes", "make",  "made",     "earns",  "earned", "spends",
    "spend",        "spent", "pays",    "paid",  "costs", "cost",     "needs",  "takes",  "weighs",
    "contains",     "saves", "saved",   "sold",  "sells", "receives", "bought", "buys",   "walks",
    "walked",       "drove", "travels", "lasts", "is",    "are",      "weigh",  "equals", "increases by",
    "decreases by", "ate",   "eats",    "read",  "reads", "needed",   "remain", "remains"};
static const char *const adverbs[] = {"exactly", "a total of", "only", "now", "simply", "just", "equal to", "given by"};

/* Words of a sentence that does not conclude after all, or whose value is another's, a bound or a part. */
static const char *const unsettled[] = {
    "not",         "if",          "suppose", "assume",   "wrong",        "incorrect", "check",      "verify",
    "let",         "need",        "try",     "want",     "next",         "consider",  "step",       "impossible",
    "whether",     "maybe",       "perhaps", "wait",     "unless",       "either",    "first",      "erroneous",
    "flawed",      "never",       "no",      "none",     "neither",      "false",     "doubt",      "cannot",
    "may",         "might",       "could",   "can",      "rule",         "discard",   "exclude",    "reject",
    "extraneous",  "suffices",    "fails",   "holds",    "divisible",    "divides",   "becomes",    "contradiction",
    "exceeds",     "substitute",  "plug",    "digits",   "multiple",     "when",      "up",         "at least",
    "at most",     "than",        "about",   "almost",   "nearly",       "twice",     "half",       "double",
    "triple",      "under",       "over",    "hardly",   "barely",       "initially", "previously", "formerly",
    "claims",      "claimed",     "thought", "thinks",   "says",         "said",      "supposed",   "someone",
    "nobody",      "should",      "would",   "second",   "third",        "other",     "another",    "except",
    "without",     "times",       "squared", "cubed",    "doubled",      "halved",    "tripled",    "plus",
    "minus",       "far",         "ago",     "already",  "instead",      "previous",  "case",       "contradicts",
    "yesterday",   "per cent of", "fewer",   "less",     "more",         "isn't",     "can't",      "doesn't",
    "don't",       "aren't",      "won't",   "close to", "congruent to", "square of", "cube of",    "reciprocal",
    "negative of", "opposite",    "unknown", "guess",    "each",         "one",       "left to",    "so far",
    "before",      "after",       "likely"};

#endif
