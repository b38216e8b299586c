/* How a judgement is explained. */
#include <string.h>

#include "tool/math/explain.h"
#include "tool/math/read.h"

/* What each name of a rule means to a reader of a record. */
static const struct {
    const char *rule, *means;
} meanings[] = {
    {"base", "numbers in a base are compared by digits and base"},
    {"base-missing", "the base may be missing where the problem names it"},
    {"brackets-missing", "a list without brackets may be a tuple in the same order"},
    {"cases", "cases are compared one by one"},
    {"choice", "letters of a multiple choice are compared"},
    {"choice-content", "a letter stands for its content in the problem"},
    {"congruence", "congruences are equal where their remainders are"},
    {"date", "days are compared"},
    {"degrees", "an angle in degrees has its value in radians"},
    {"empty", "nothing is equal to nothing"},
    {"equation", "equations are equal up to moving terms and a factor"},
    {"expression", "expressions are equal where they are one function of their variables"},
    {"grouped", "digits with commas may be one number or several"},
    {"hundredfold", "a factor 100 is allowed by an option"},
    {"identical", "both texts say the same part by part"},
    {"inequality", "inequalities are equal up to moving terms and a positive factor"},
    {"interval", "sets of real numbers are compared piece by piece"},
    {"kinds", "the kinds of both answers are compared"},
    {"list", "lists are compared in any order, unless the problem asks for one"},
    {"matrix", "matrices are compared entry by entry"},
    {"number", "numbers are compared by exact value"},
    {"percent", "x% is x/100"},
    {"percent-missing", "the sign % may be missing where the problem asks for a percentage or is not known"},
    {"prefix", "a name before the sign = is dropped"},
    {"quantity", "units of one dimension are converted"},
    {"ratio", "ratios are equal where their terms are in proportion"},
    {"readings", "expressions that people read in two ways are not judged by one"},
    {"rounded", "a decimal stands for all values that round to it, given three digits"},
    {"set", "sets are compared in any order"},
    {"text", "words are compared without case, articles and punctuation"},
    {"time", "times of day are compared"},
    {"tolerance", "an option allows a relative difference"},
    {"too-large", "the work of one comparison is bounded"},
    {"too-long", "long texts are compared byte by byte"},
    {"tuple", "tuples are compared place by place"},
    {"unit", "units of different dimensions are different"},
    {"unit-missing", "a unit on one side only is told, and the numbers decide"},
    {"unread", "what the grammar does not cover is not judged"},
    {"vector-as-tuple", "a vector may be written as a tuple"},
};

const char *math_rule_means(const char *rule) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].rule, rule) == 0) return meanings[i].means;
    return "";
}

cairn_status math_explain(cairn_arena *arena, const math_node *answer, const math_node *reference,
                          const math_judgement *judgement, cairn_grade *out) {
    const char *means = math_rule_means(judgement->rule);
    const char *why = judgement->why ? judgement->why : "";
    const char *colon = *why && *means ? ": " : "";
    out->read[0] = answer ? math_draw(arena, answer) : "";
    out->read[1] = reference ? math_draw(arena, reference) : "";
    out->why = cairn_arena_printf(arena, "%s%s%s.", means, colon, why);
    return out->read[0] && out->read[1] && out->why ? CAIRN_OK : CAIRN_NO_MEMORY;
}
