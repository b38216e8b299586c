/* Verdicts that choose: one of several options, one of two, yes or no. */
#include <string.h>

#include "eval/say.h"

/* ---- options ----------------------------------------------------------------------------------------------------- */

/* Place of the option in double brackets. */
static size_t find_bracketed(say_span t, const char *option) {
    size_t n = strlen(option);
    for (size_t at = 0; (at = say_find(t, at, option)) != SAY_NOWHERE; at++)
        if (at >= 2 && t.s[at - 1] == '[' && t.s[at - 2] == '[' && say_stands(t, at + n, "]]", false)) return at;
    return SAY_NOWHERE;
}

static size_t find_alone(say_span t, const char *option) {
    for (size_t at = 0; (at = say_find(t, at, option)) != SAY_NOWHERE; at++)
        if (say_stands_alone(t, at, option, false)) return at;
    return SAY_NOWHERE;
}

/* Where the option stands, as far as the rule can see: another one there makes the choice doubtful. */
static size_t find_option(say_span t, const char *option, cairn_choice_rule rule) {
    if (rule == CAIRN_CHOICE_BRACKETED) return find_bracketed(t, option);
    if (rule == CAIRN_CHOICE_FIRST || rule == CAIRN_CHOICE_SUBSTRING) return say_find(t, 0, option);
    return find_alone(t, option);
}

/* Is the option chosen by a rule that looks at the beginning only? `word`: where the first word begins. */
static bool begins(say_span t, size_t word, const char *option, cairn_choice_rule rule) {
    if (rule == CAIRN_CHOICE_FIRST_WORD) return say_stands_alone(t, word, option, true);
    return say_stands(t, 0, option, false) && (rule == CAIRN_CHOICE_PREFIX || strlen(option) == t.n);
}

cairn_said cairn_say_choice(const char *text, const char *const *options, int32_t n, cairn_choice_rule rule) {
    static const char *const names[] = {"whole", "prefix", "first-word", "first", "substring", "bracketed"};
    say_span t = say_trim(say_all(text));
    cairn_said said = say_nothing;
    size_t word = 0, first = SAY_NOWHERE;
    int32_t named = 0;
    while (word < t.n && !say_is_word(t, word)) word++;
    for (int32_t i = 0; i < n; i++) {
        size_t at = find_option(t, options[i], rule);
        bool chosen = said.value == CAIRN_SAID_NOTHING;
        if (rule <= CAIRN_CHOICE_FIRST_WORD)
            chosen &= begins(t, word, options[i], rule);
        else
            chosen = at != SAY_NOWHERE && (chosen || (rule == CAIRN_CHOICE_FIRST && at < first));
        named += at != SAY_NOWHERE;
        if (!chosen) continue;
        said.value = i;
        first = at;
    }
    if (said.value == CAIRN_SAID_NOTHING) return said;
    said.rule = names[rule];
    said.others = named - (find_option(t, options[said.value], rule) != SAY_NOWHERE);
    return said;
}

static cairn_said read_letter(say_span t, const void *how) {
    (void)how;
    for (size_t i = 0; i < t.n; i++)
        if (t.s[i] == 'A' || t.s[i] == 'B') return (cairn_said){.value = t.s[i] - 'A'};
    return say_nothing;
}

cairn_said cairn_say_judgement(const char *text) {
    static const char *const tags[2] = {"Judgement:", "[RESULT]"};
    return say_tagged(say_all(text), tags, read_letter, NULL);
}

/* ---- which of two ------------------------------------------------------------------------------------------------ */

static char upper(char c, bool any_case) {
    return any_case && (c == 'a' || c == 'b') ? (char)(c & ~0x20) : c;
}

/* What a label such as A>>B says; NOTHING for one that is none. */
static int32_t label_value(const char *s, size_t n, bool any_case) {
    char left = n >= 3 ? upper(s[0], any_case) : '\0', right = n >= 3 ? upper(s[n - 1], any_case) : '\0';
    bool letters = (left == 'A' && right == 'B') || (left == 'B' && right == 'A');
    bool twice = n == 4 && s[1] == s[2] && s[1] != '=';
    if (!letters || (n != 3 && !twice) || !strchr("<=>", s[1])) return CAIRN_SAID_NOTHING;
    if (s[1] == '=') return 0;
    int32_t value = twice ? 2 : 1;
    return (s[1] == '>') == (left == 'A') ? value : -value;
}

/* The next label in so many brackets, from *at on, which moves past it. */
static bool next_label(say_span t, size_t brackets, bool any_case, size_t *at, int32_t *value) {
    const char *open = brackets == 2 ? "[[" : "[", *close = brackets == 2 ? "]]" : "]";
    while ((*at = say_find(t, *at, open)) != SAY_NOWHERE) {
        size_t start = *at += brackets;
        while (*at < t.n && t.s[*at] && strchr("AB<=>", upper(t.s[*at], any_case))) ++*at;
        if (*at == start) {
            *at -= brackets - 1; /* the next may begin within this one */
            continue;
        }
        if (!say_stands(t, *at, close, false)) continue;
        *value = label_value(t.s + start, *at - start, any_case);
        return true;
    }
    return false;
}

/* The last label; `others` that differ from it. */
static cairn_said last_label(say_span t, size_t brackets, bool any_case) {
    cairn_said said = say_nothing;
    int32_t value = 0;
    for (size_t at = 0; next_label(t, brackets, any_case, &at, &value);)
        if (value != CAIRN_SAID_NOTHING) said.value = value;
    if (said.value == CAIRN_SAID_NOTHING) return said;
    said.rule = brackets == 2 ? "[[..]]" : "[..]";
    for (size_t at = 0; next_label(t, brackets, any_case, &at, &value);) said.others += value != said.value;
    return said;
}

cairn_said cairn_say_preference(const char *text, cairn_preference_rule rule) {
    bool last = rule == CAIRN_PREFERENCE_LAST;
    say_span t = say_all(text);
    cairn_said said = last_label(t, 2, last);
    if (last && said.value == CAIRN_SAID_NOTHING) return last_label(t, 1, true);
    if (!last && said.others > 0) said.value = CAIRN_SAID_NOTHING;
    return said;
}

/* ---- yes and no -------------------------------------------------------------------------------------------------- */

static bool names_word(say_span t, const char *word, bool alone) {
    for (size_t at = 0; at < t.n; at++)
        if (alone ? say_stands_alone(t, at, word, true) : say_stands(t, at, word, true)) return true;
    return false;
}

cairn_said_yes cairn_say_yes(const char *text, cairn_yes_rule rule) {
    static const char *const options[2] = {"no", "yes"};
    say_span t = say_all(text);
    bool word = rule == CAIRN_YES_WORD;
    if (rule == CAIRN_YES_FIRST_WORD) {
        int32_t said = cairn_say_choice(text, options, 2, CAIRN_CHOICE_FIRST_WORD).value;
        return (cairn_said_yes){.yes = said == 1, .no = said == 0};
    }
    return (cairn_said_yes){.yes = names_word(t, "yes", word) || (word && names_word(t, "true", true)),
                            .no = names_word(t, "no", word) || (word && names_word(t, "false", true))};
}
