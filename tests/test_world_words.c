/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "near.h"
#include "words_fixture.h"

static cairn_problem problem_of(fixture *f, uint64_t seed, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->type->generate(f->ctx, f->world.self, seed, index, f->arena, &p), CAIRN_OK);
    return p;
}

/* ---- the text, understood independently --------------------------------------------------------------------------------- */

/* O o, L l, R r: owner and object of the quantity, its left, its right operand; K: a number. A missing owner or object is the quantity's
 * own (of R: that of L). */
static const struct {
    char op;
    const char *text;
} meanings[] = {
    {'=', "O has K o"},
    {'=', "O has exactly K o"},
    {'=', "O owns K o"},
    {'=', "the number of o that O has is K"},
    {'+', "O has K more o than L"},
    {'+', "O has K more o than L has l"},
    {'+', "O has K more o than l"},
    {'+', "O has as many o as L plus K more"},
    {'+', "O has as many o as L has l plus K more"},
    {'+', "O has as many o as l plus K more"},
    {'+', "the number of o that O has is K more than the number of l that L has"},
    {'-', "O has K fewer o than L"},
    {'-', "O has K fewer o than L has l"},
    {'-', "O has K fewer o than l"},
    {'-', "O has as many o as L minus K"},
    {'-', "O has as many o as L has l minus K"},
    {'-', "O has as many o as l minus K"},
    {'-', "the number of o that O has is K less than the number of l that L has"},
    {'*', "O has K times as many o as L"},
    {'*', "O has K times as many o as L has l"},
    {'*', "O has K times as many o as l"},
    {'2', "O has twice as many o as L"},
    {'2', "O has twice as many o as L has l"},
    {'2', "O has twice as many o as l"},
    {'*', "the number of o that O has is K times the number of l that L has"},
    {'2', "the number of o that O has is twice the number of l that L has"},
    {'*', "O has K o for each l that L has"},
    {'*', "for each l that L has O has K o"},
    {'h', "O has half as many o as L"},
    {'h', "O has half as many o as L has l"},
    {'h', "O has half as many o as l"},
    {'t', "O has a third as many o as L"},
    {'t', "O has a third as many o as L has l"},
    {'t', "O has a third as many o as l"},
    {'q', "O has a quarter as many o as L"},
    {'q', "O has a quarter as many o as L has l"},
    {'q', "O has a quarter as many o as l"},
    {'h', "the number of o that O has is half of the number of l that L has"},
    {'t', "the number of o that O has is a third of the number of l that L has"},
    {'q', "the number of o that O has is a quarter of the number of l that L has"},
    {'/', "for every K l that L has O has 1 o"},
    {'+', "the number of o that O has is the number of l that L has plus the number of r that R has"},
    {'+', "to get the number of o that O has add the number of l that L has and the number of r that R has"},
    {'+', "O has as many o as L's l and R's r put together"},
    {'+', "O has as many o as L's l and r put together"},
    {'+', "O has as many o as L and R together"},
    {'-', "the number of o that O has is the number of l that L has minus the number of r that R has"},
    {'-', "to get the number of o that O has subtract the number of r that R has from the number of l that L has"},
    {'-', "O has as many o as the difference between L's l and R's r"},
    {'-', "O has as many o as the difference between L's l and r"},
    {'*', "the number of o that O has is the number of l that L has times the number of r that R has"},
    {'*', "to get the number of o that O has multiply the number of l that L has by the number of r that R has"},
    {'*', "for each l that L has O has as many o as R"},
    {'*', "for each l that L has O has as many o as R has r"},
    {'?', "how many o does O have"},
    {'?', "what is the number of o that O has"},
    {'?', "find the number of o that O has"},
    {'s', "how many l do L and R have together"},
    {'s', "what is the total number of l that L and R have"},
    {'s', "how many l and r does L have together"},
    {'s', "what is the total number of l and r that L has"},
    {'d', "how many more l does L have than R"},
    {'d', "how many fewer l does R have than L"},
    {'d', "how many more l than r does L have"},
    {'d', "how many fewer r than l does L have"},
};
#define MEANINGS (sizeof meanings / sizeof *meanings)

typedef struct fact {
    char slot[128][16]; /* by letter: O o L l R r K */
    char op;
} fact;

static bool is_place(const char *word) {
    static const char *const places[] = {"shop", "farm", "hotel", "school", "market", "library", "zoo", "studio"};
    for (size_t i = 0; i < 8; i++)
        if (strncmp(word, places[i], strlen(places[i])) == 0) return true;
    return false;
}

/* Words in lower case without punctuation, and without "the" before places. */
static int split(const char *sentence, size_t length, char words[64][16]) {
    char whole[512];
    int n = 0;
    assert_true(length < sizeof whole);
    for (size_t i = 0; i < length; i++)
        whole[i] = (char)(strchr(",.?", sentence[i])                 ? ' '
                          : sentence[i] >= 'A' && sentence[i] <= 'Z' ? sentence[i] + 32
                                                                     : sentence[i]);
    whole[length] = '\0';
    for (char *word = strtok(whole, " "); word; word = strtok(NULL, " ")) {
        if (n > 0 && is_place(word) && strcmp(words[n - 1], "the") == 0) n--;
        assert_true(n < 64 && strlen(word) < 16);
        strcpy(words[n++], word);
    }
    return n;
}

/* "L's" fits "ben's"; owners never are number words or names of objects, objects never owners. */
static bool fits(const char *pattern, const char *word, fact *f) {
    static const char *const objects[] = {"pear",   "apple", "plum",  "lemon", "ball",  "card", "kite",
                                          "puzzle", "book",  "pen",   "map",   "ruler", "lamp", "chair",
                                          "table",  "clock", "stone", "shell", "coin",  "stamp"};
    char stem[16];
    bool object = false, slot = strchr("OoLlRrK", pattern[0]) && (pattern[1] == '\0' || pattern[1] == '\'');
    if (!slot) return strcmp(pattern, word) == 0;
    strcpy(stem, word);
    size_t length = strlen(stem);
    if (pattern[1] == '\'') {
        if (length < 3 || strcmp(stem + length - 2, "'s") != 0) return false;
        stem[length - 2] = '\0';
    } else if (stem[length - 1] == 's') {
        stem[length - 1] = '\0';
    }
    for (size_t i = 0; i < 20; i++) object = object || strcmp(stem, objects[i]) == 0;
    if (pattern[0] == 'K' ? stem[0] < '0' || stem[0] > '9' : object != (strchr("olr", pattern[0]) != NULL))
        return false;
    strcpy(f->slot[(int)pattern[0]], stem);
    return true;
}

/* The one meaning of a sentence. */
static fact understand(const char *sentence, size_t length) {
    char words[64][16], pattern[64][16];
    int n = split(sentence, length, words), found = 0;
    fact out = {0};
    for (size_t m = 0; m < MEANINGS; m++) {
        fact f = {.op = meanings[m].op};
        char text[128];
        int count = 0, same = 0;
        strcpy(text, meanings[m].text);
        for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) strcpy(pattern[count++], word);
        if (count != n) continue;
        while (same < n && fits(pattern[same], words[same], &f)) same++;
        if (same < n) continue;
        found++;
        out = f;
    }
    if (found != 1) print_error("%d meanings: %.*s\n", found, (int)length, sentence);
    assert_int_equal(found, 1);
    const char *const from[3][2] = {{"L", "O"}, {"R", "L"}, {"R", "O"}};
    for (int i = 0; i < 2; i++) { /* what is not said */
        bool pair = i == 1 && (out.op == 's' || out.op == 'd' || out.slot['l'][0]) && out.slot['r'][0];
        int to = from[i][0][0], or = pair || out.op == 's' || out.op == 'd' ? from[i][1][0] : 'O';
        bool used = i == 0 ? out.slot['L'][0] || out.slot['l'][0] : out.slot['R'][0] || out.slot['r'][0];
        if (!used) continue;
        if (!out.slot[to][0]) strcpy(out.slot[to], out.slot[or]);
        if (!out.slot[to + 32][0]) strcpy(out.slot[to + 32], out.slot[or == 'O' ? 'o' : or +32]);
    }
    return out;
}

typedef struct understood {
    fact facts[WORDS_MOST];
    int n, operations, unneeded;
    long answer;
} understood;

static int named(const understood *u, const char *owner, const char *object) {
    for (int i = 0; i < u->n; i++)
        if (!strcmp(u->facts[i].slot['O'], owner) && !strcmp(u->facts[i].slot['o'], object)) return i;
    fail_msg("nothing defines %s's %s", owner, object);
    return -1;
}

static long combine(char op, long a, long b) {
    switch (op) {
    case '+':
    case 's':
        return a + b;
    case '-':
    case 'd':
        return a - b;
    case '*':
        return a * b;
    case '2':
        return 2 * a;
    default:
        b = op == 'h' ? 2 : op == 't' ? 3 : op == 'q' ? 4 : b;
        assert_int_equal(a % b, 0);
        return a / b;
    }
}

/* The value of a quantity; marks what it needs. */
static long evaluate(const understood *u, int i, bool needed[]) {
    const fact *f = &u->facts[i];
    long k = f->slot['K'][0] ? atol(f->slot['K']) : 0;
    needed[i] = true;
    if (f->op == '=') return k;
    long a = evaluate(u, named(u, f->slot['L'], f->slot['l']), needed);
    if (f->slot['R'][0]) k = evaluate(u, named(u, f->slot['R'], f->slot['r']), needed);
    long value = combine(f->op, a, k);
    assert_in_range(value, 2, 999);
    return value;
}

static understood understand_all(const char *text) {
    understood u = {0};
    bool needed[WORDS_MOST] = {false};
    for (const char *end; (end = strpbrk(text, ".?")); text = end + 1) {
        fact f = understand(text, (size_t)(end - text));
        if (!strchr("?sd", f.op)) {
            u.facts[u.n++] = f;
        } else if (f.op == '?') {
            u.answer = evaluate(&u, named(&u, f.slot['O'], f.slot['o']), needed);
        } else {
            long a = evaluate(&u, named(&u, f.slot['L'], f.slot['l']), needed);
            u.answer = combine(f.op, a, evaluate(&u, named(&u, f.slot['R'], f.slot['r']), needed));
            u.operations = 1;
        }
    }
    assert_int_equal(*text, '\0');
    for (int i = 0; i < u.n; i++) {
        if (needed[i]) u.operations += u.facts[i].op != '=';
        u.unneeded += !needed[i];
    }
    return u;
}

static void a_problem_means_what_its_answer_and_difficulty_say(void **unused) {
    (void)unused;
    static const struct {
        const char *spec;
        int operations, distractors, count;
    } cases[] = {{"words", 4, 2, 400},
                 {"words:operations=1,distractors=0", 1, 0, 200},
                 {"words:operations=2,distractors=5,largest=20", 2, 5, 200},
                 {"words:operations=7,distractors=3,shuffled=true", 7, 3, 200},
                 {"words:operations=12,distractors=8,largest=999", 12, 8, 100}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        fixture f = open_fixture(cases[c].spec, "");
        for (int64_t i = 0; i < cases[c].count; i++) {
            cairn_problem p = problem_of(&f, 3, i);
            understood u = understand_all(p.text);
            assert_int_equal(u.answer, atol(p.answer));
            assert_int_equal(u.operations, cases[c].operations);
            assert_near(p.difficulty, cases[c].operations, 0);
            assert_int_equal(u.unneeded, cases[c].distractors);
            assert_in_range(p.max_steps, 2 * u.operations + 1, 2 * u.operations + 1 + u.unneeded);
        }
        close_fixture(&f);
    }
}

static void fewest_and_operations_bound_the_difficulty(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=6,fewest=3", "");
    int seen[7] = {0};
    for (int64_t i = 0; i < 200; i++) seen[(int)problem_of(&f, 1, i).difficulty]++;
    assert_int_equal(seen[3] + seen[4] + seen[5] + seen[6], 200);
    for (int k = 3; k <= 6; k++) assert_in_range(seen[k], 25, 80); /* 50, sd 6 */
    close_fixture(&f);
}

static void a_problem_depends_on_seed_and_index_only(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem a = problem_of(&f, 1, 5), other = problem_of(&f, 1, 6), seed = problem_of(&f, 2, 5),
                  b = problem_of(&f, 1, 5);
    assert_string_equal(a.text, b.text);
    assert_string_equal(a.id, b.id);
    assert_int_equal(a.key, b.key);
    assert_memory_equal(a.data, b.data, sizeof(words_problem));
    assert_string_not_equal(a.text, other.text);
    assert_string_not_equal(a.text, seed.text);
    assert_int_not_equal(a.key, other.key);
    close_fixture(&f);
}

static void a_text_reads_back_to_its_own_graph_in_every_wording(void **unused) {
    (void)unused;
    bool sentence[64] = {false}, question[64] = {false};
    fixture f = open_fixture("words:operations=8,distractors=6,shuffled=true", "");
    for (int64_t i = 0; i < 400; i++) {
        cairn_problem problem = problem_of(&f, 1, i);
        const words_problem *p = problem.data;
        words_problem again;
        size_t where;
        assert_null(words_read(problem.text, strlen(problem.text), &again, &where));
        assert_memory_equal(&again, p, sizeof again);
        for (int32_t k = 0; k < p->count; k++)
            if (p->q[k].owner != WORDS_ASKED) sentence[p->q[k].form] = true;
        question[p->form] = true;
    }
    for (int k = 0; k < WORDS_SENTENCES; k++) assert_true(sentence[k]);
    for (int k = 0; k < WORDS_QUESTIONS; k++) assert_true(question[k]);
    close_fixture(&f);
}

static void texts_stay_within_a_small_alphabet(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=6,distractors=4,largest=999", "error=0.2,repair=0.3,wander=0.2");
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_ROLLOUT, 0, 0);
    for (int64_t i = 0; i < 200; i++) {
        cairn_problem problem = problem_of(&f, 1, i);
        words_state s;
        bool done = false;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_true(strspn(problem.text, LETTERS "0123456789 ,.?'") == strlen(problem.text));
        while (!done) {
            const char *step = sample(&f, &problem, &s, &rng).text;
            assert_true(strspn(step, LETTERS "0123456789 ,.:'=+-*/") == strlen(step));
            f.type->apply(f.ctx, f.world.self, &problem, &s, step, strlen(step), &s, &done);
        }
    }
    close_fixture(&f);
}

/* ---- files --------------------------------------------------------------------------------------------------------------- */

static const char *write_file(const char *text) {
    static char path[64];
    snprintf(path, sizeof path, "words-%d.jsonl", (int)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void a_written_problem_loads_as_it_was(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem made[2] = {problem_of(&f, 9, 0), problem_of(&f, 9, 1)}, *loaded;
    int64_t n;
    uint64_t content;
    const char *lines = cairn_arena_printf(f.arena,
                                           "{\"id\":\"%s\",\"problem\":\"%s\",\"answer\":\"%s\",\"difficulty\":4}\n"
                                           "{\"problem\":\"%s\",\"max_steps\":7}\n",
                                           made[0].id, made[0].text, made[0].answer, made[1].text);
    const char *path = write_file(lines);
    assert_int_equal(f.type->load(f.ctx, f.world.self, path, false, f.arena, &loaded, &n, &content), CAIRN_OK);
    assert_int_equal(n, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(loaded[i].text, made[i].text);
        assert_string_equal(loaded[i].answer, made[i].answer);
        assert_near(loaded[i].difficulty, 4, 0);
        assert_memory_equal(loaded[i].data, made[i].data, sizeof(words_problem));
    }
    assert_string_equal(loaded[0].id, made[0].id);
    assert_int_equal(loaded[0].key, made[0].key);
    assert_int_equal(loaded[0].max_steps, made[0].max_steps);
    assert_string_equal(loaded[1].id, "2");
    assert_int_equal(loaded[1].max_steps, 7);
    unlink(path);
    close_fixture(&f);
}

static void a_bad_file_is_named_with_line_and_field(void **unused) {
    (void)unused;
    static const struct {
        const char *line, *said;
    } cases[] = {
        {"{\"question\":\"?\"}", "`problem`"},
        {"[1]", "object"},
        {"{\"problem\":7}", "`problem`"},
        {"{\"problem\":\"\"}", "cannot be read"},
        {"{\"problem\":\"Anna has 3 pears.\"}", "cannot be read"},
        {"{\"problem\":\"How many pears does Anna have?\"}", "no sentence defines"},
        {"{\"problem\":\"Anna has 3 pears. How many pears does Ben have?\"}", "no sentence defines"},
        {"{\"problem\":\"Anna has 3 pears. Anna owns 4 pears. How many pears does Anna have?\"}", "twice"},
        {"{\"problem\":\"Anna has 3 more pears than Ben. Ben has 3 fewer pears than Anna. How many pears does Ben "
         "have?\"}",
         "derives from itself"},
        {"{\"problem\":\"Anna has 3 pears. Ben has half as many pears as Anna. How many pears does Ben have?\"}",
         "not whole"},
        {"{\"problem\":\"Anna has 3 pears. Ben has 5 fewer pears than Anna. How many pears does Ben have?\"}",
         "0 .. 999"},
        {"{\"problem\":\"Anna has 3 pears. How many pears does Anna have? Ben has 3 pears.\"}", "cannot be read"},
        {"{\"problem\":\"Anna has 3 pears. How many pears does Anna have?\",\"answer\":\"4\"}", "`answer`"},
        {"{\"problem\":\"Anna has 3 pears. How many pears does Anna have?\",\"max_steps\":0}", "`max_steps`"},
        {"{\"problem\":\"Anna has 3 pears. How many pears do Anna and Anna have together?\"}", "itself"},
    };
    fixture f = open_fixture("words", "");
    cairn_problem *loaded;
    int64_t n;
    uint64_t content;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = write_file(cairn_arena_printf(
            f.arena, "{\"problem\":\"Anna has 3 pears. How many pears does Anna have?\"}\n%s\n", cases[i].line));
        assert_int_equal(f.type->load(f.ctx, f.world.self, path, false, f.arena, &loaded, &n, &content), CAIRN_FORMAT);
        assert_non_null(strstr(cairn_error(f.ctx), cairn_arena_printf(f.arena, "%s:2", path)));
        if (!strstr(cairn_error(f.ctx), cases[i].said)) print_error("%s\n", cairn_error(f.ctx));
        assert_non_null(strstr(cairn_error(f.ctx), cases[i].said));
        unlink(path);
    }
    const char *path = write_file("");
    assert_int_equal(f.type->load(f.ctx, f.world.self, path, false, f.arena, &loaded, &n, &content), CAIRN_FORMAT);
    unlink(path);
    assert_int_equal(f.type->load(f.ctx, f.world.self, path, false, f.arena, &loaded, &n, &content), CAIRN_NOT_FOUND);
    close_fixture(&f);
}

static void bad_specs_are_named(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_world world;
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "words:operations=13", &world), CAIRN_INVALID);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "words:operations=3,fewest=4", &world), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f.ctx), "fewest=4"));
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "words:largest=10", &world), CAIRN_INVALID);
    cairn_problem p;
    assert_int_equal(f.type->generate(f.ctx, f.world.self, 1, -1, f.arena, &p), CAIRN_INVALID);
    close_fixture(&f);
}

/* ---- steps ------------------------------------------------------------------------------------------------------------------ */

static void every_wording_of_a_step_reads_back_to_its_claim(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=5,distractors=4", "");
    for (int64_t i = 0; i < 300; i++) {
        cairn_problem problem = problem_of(&f, 4, i);
        const words_problem *p = problem.data;
        words_state s = {0};
        for (int32_t k = 0; k < p->count; k++) s.value[k] = (int32_t)(i % 3 ? p->q[k].truth : 10 * k - 20);
        for (int32_t k = -1; k < p->count; k++) {
            words_claim claim = k < 0 ? (words_claim){.place = WORDS_ANSWER} : words_derive(p, k, &s),
                        got[WORDS_CLAIMS];
            claim.value = i % 2 ? 40 - i : i;
            char text[WORDS_SAID_BYTES], first[WORDS_SAID_BYTES] = "";
            int32_t n;
            for (int32_t form = 0; form < words_step_forms(p, &claim); form++) {
                size_t length = words_say(p, &s, &claim, form, text);
                assert_int_equal(length, strlen(text));
                assert_string_not_equal(text, first);
                if (form == 0) strcpy(first, text);
                if (!words_claims(p, text, length, got, &n) || n < 1 || got[n - 1].place != k)
                    print_error("%s\n", text);
                assert_true(n >= 1);
                const words_claim *last = &got[n - 1];
                assert_int_equal(last->place, k);
                assert_int_equal(last->equation, claim.equation);
                assert_int_equal(last->value, claim.value);
                if (claim.equation) {
                    assert_int_equal(last->a, claim.a);
                    assert_int_equal(last->op, claim.op);
                    assert_int_equal(last->b, claim.b);
                }
                for (int32_t c = 0; c < n - 1; c++) { /* operands that are said beside it */
                    assert_true(words_operands(&p->q[k]) >> got[c].place & 1u);
                    assert_int_equal(got[c].value, s.value[got[c].place]);
                }
            }
        }
    }
    close_fixture(&f);
}

/* Anna: 12 pears, 7 plums. Ben: 4 apples, 6 plums. Carl: 12 apples. Dora: 7 pears. Emma: 19 apples. The difference: 15. */
static const char by_hand[] =
    "Anna has 12 pears. Ben has exactly 4 apples. Carl has 3 times as many apples as Ben. Dora has 5 fewer pears than "
    "Anna. The number of plums that Anna has is 7. Ben has half as many plums as Anna has pears. Emma has as many "
    "apples "
    "as Carl's apples and Dora's pears put together. How many more apples does Emma have than Ben?";

static cairn_problem read_problem(fixture *f, const char *text) {
    words_problem *p = cairn_arena_alloc(f->arena, 1, sizeof *p);
    cairn_problem out;
    size_t where;
    assert_null(words_read(text, strlen(text), p, &where));
    assert_int_equal(words_wrap(p, "by-hand", f->arena, &out), CAIRN_OK);
    assert_string_equal(out.text, text);
    return out;
}

/* Verdict on the last of steps separated by '|'. */
static cairn_step_check verify(fixture *f, const cairn_problem *problem, const char *steps) {
    const char *list[16];
    int32_t n = 0;
    cairn_step_check checks[16];
    char *text = cairn_arena_copy(f->arena, steps, strlen(steps));
    for (char *at = text; at; n++) {
        list[n] = at;
        at = strchr(at, '|');
        if (at) *at++ = '\0';
    }
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, problem, list, n, f->arena, checks), CAIRN_OK);
    return checks[n - 1];
}

static void verify_step_tells_what_a_step_is(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    assert_string_equal(problem.answer, "15");
    assert_int_equal(problem.max_steps, 10);
    static const struct {
        const char *steps, *code, *evidence;
    } cases[] = {
        {"Carl has 3 * 4 = 12 apples.", "exact", ""},
        {"Carl has 4 * 3 = 12 apples.", "exact", ""},
        {"Dora has 12 - 5 = 7 pears.", "exact", ""},
        {"Carl has 12 apples.", "exact", ""},
        {"Ben has 12 / 2 = 6 plums.", "useless", "the question does not need it"},
        {"Carl has 3 * 4 = 12 apples.|Carl has 3 * 4 = 12 apples.", "repeated", "known before"},
        {"Ben has 4 apples.", "repeated", "known before"},
        {"Emma has 12 + 7 = 19 apples.", "leap", "was not stated"},
        {"Answer: 15", "leap", "was not stated"},
        {"Carl has 3 * 4 = 13 apples.", "slip", "3 * 4 is 12, not 13; Carl has 12 apples"},
        {"Ben has 7 / 2 = 3 plums.", "slip", "7 / 2 is not 3; Ben has 6 plums"},
        {"Carl has 13 apples.", "slip", "Carl has 12 apples"},
        {"Ben has 5 apples.", "slip", "Ben has 4 apples"},
        {"Carl has 3 * 5 = 15 apples.", "wrong-operand", "asks for 3 * 4, not 3 * 5; Carl has 12 apples"},
        {"Carl has 2 * 6 = 12 apples.", "wrong-operand", "asks for 3 * 4, not 2 * 6"},
        {"Carl has 3 + 4 = 7 apples.", "wrong-operation", "asks for 3 * 4, not 3 + 4; Carl has 12 apples"},
        {"Dora has 5 - 12 = -7 pears.", "wrong-operation", "asks for 12 - 5"},
        {"Carl has 3 * 4 = 13 apples.|Dora has 12 - 5 = 7 pears.|Emma has 13 + 7 = 20 apples.", "carried",
         "Carl has 12 apples, not 13; Emma has 19 apples"},
        {"Carl has 3 * 4 = 13 apples.|Dora has 12 - 5 = 8 pears.|Emma has 13 + 7 = 20 apples.", "carried",
         "Carl has 12 apples, not 13; Dora has 7 pears, not 8; Emma has 19 apples"},
        {"Carl has 3 * 4 = 13 apples.|Carl has 13 apples.", "carried", "Carl has 12 apples"},
        {"Carl has 3 * 4 = 13 apples.|Emma has 20 apples.", "carried", "Emma has 19 apples"},
        {"Carl has 3 * 4 = 13 apples.|Carl has 3 * 4 = 12 apples.", "repair", "right again: Carl has 12 apples"},
        {"Carl has 3 * 4 = 13 apples.|Emma has 12 + 7 = 19 apples.", "repair", "Emma has 19 apples"},
        {"Emma has 12 + 7 = 19 apples.|Emma has 19 - 4 = 15 more apples than Ben.", "exact", ""},
        {"Emma has 12 + 7 = 19 apples.|The difference is 19 - 4 = 15.|Answer: 15", "exact", ""},
        {"Emma has 12 + 7 = 20 apples.|The difference is 20 - 4 = 16.", "carried", "Emma has 19 apples, not 20"},
        {"Emma has 12 + 7 = 20 apples.|The difference is 20 - 4 = 16.|Answer: 16", "carried", "the answer is 15"},
        {"Emma has 12 + 7 = 20 apples.|The difference is 20 - 4 = 16.|Answer: 15", "repair", "the answer is 15"},
        {"The difference is 19 - 4 = 15.|Answer: 14", "slip", "the answer is 15"},
        {"Answer: 14", "slip", "the answer is 15"},
        {"Answer: 15|Carl has 3 * 4 = 12 apples.", "illegal", "follows the end"},
        {"Anna has 3 * 4 = 12 apples.", "illegal", "nothing of Anna's apples"},
        {"Paul has 12 apples.", "illegal", "nothing of Paul's apples"},
        {"Let us see what Carl has.", "no-claim", "nothing"},
        {"3 * 4 = 12.", "no-claim", "nothing"},
        {"Carl has 3 times as many apples as Ben.", "no-claim", "nothing"},
        {"3 * 4 = 13.", "slip", "3 * 4 is 12, not 13"},
        {"Carl has 3 * = apples.", "illegal", "not a statement"},
        {"Carl has 3 * = apples.|Dora has 12 - 5 = 7 pears.", "illegal", "could not be read"},
        {"Ben has 5 apples, so Carl has 3 * 5 = 15 apples.", "slip", "Ben has 4 apples"},
        {"Ben has 4 apples, so Carl has 3 * 5 = 15 apples.", "wrong-operand", "asks for 3 * 4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_step_check check = verify(&f, &problem, cases[i].steps);
        static const char right[] = "exact useless repeated repair leap";
        cairn_verdict verdict = strcmp(cases[i].code, "no-claim") == 0 ? CAIRN_VERDICT_UNKNOWN
                                : strstr(right, cases[i].code)         ? CAIRN_VERDICT_RIGHT
                                                                       : CAIRN_VERDICT_WRONG;
        if (strcmp(check.code, cases[i].code) != 0 || !strstr(check.evidence, cases[i].evidence))
            print_error("%s: %s, %s\n", cases[i].steps, check.code, check.evidence);
        assert_string_equal(check.code, cases[i].code);
        assert_non_null(strstr(check.evidence, cases[i].evidence));
        assert_int_equal(check.evidence[0] == '\0', cases[i].evidence[0] == '\0');
        assert_int_equal(check.verdict, verdict);
    }
    close_fixture(&f);
}

static void twice_may_be_a_sum(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem =
        read_problem(&f, "Anna has 6 pears. Ben has twice as many pears as Anna. How many pears does Ben have?");
    assert_string_equal(verify(&f, &problem, "Ben has 6 + 6 = 12 pears.").code, "exact");
    assert_string_equal(verify(&f, &problem, "Ben has 2 + 6 = 8 pears.").code, "wrong-operation");
    assert_string_equal(verify(&f, &problem, "Ben has 10 + 2 = 12 pears.").code, "wrong-operand");
    close_fixture(&f);
}

static void wording_matters_little(void **unused) {
    (void)unused;
    static const char *const exact[] = {
        "carl has 3 * 4 = 12 apples",
        "CARL HAS 3*4=12 APPLES!",
        "Carl has 3 x 4 = 12 apples.",
        "Carl has 3 \xc3\x97 4 = 12 apples.",
        "Carl has 3 times 4 = 12 apples.",
        "3 * 4 equals 12, so Carl has 12 apples.",
        "Next, Carl has (3 * 4) = 12 apples.",
        "Since Ben has 4 apples, Carl has 3 * 4 = 12.",
        "Carl: 3 * 4 = 12",
        "Carl\xe2\x80\x99s apples: 3 * 4 = 12.",
        "Carl's apples = 12",
        "- Carl has 3 * 4 = 12 apples.",
        "Step 1: Carl has 3 * 4 = 12 apples.",
        "Therefore Carl now has 3 * 4 apples = 12 apples.",
        "We find that Carl has 3 * 4.0 = 12.00 apples.",
        "Carl has 3 * 4 = 12 apples, which is more than Ben has.",
        "Ben has 4 apples. Carl has 3 * 4 = 12 apples.",
        "Carl owns\n\t3 * 4 = 12 apples.",
    };
    static const char *const sums[] = {
        "Together they have 16 + 8 = 24 pears.", "Anna and Ben have 8 + 16 = 24 pears in total.",
        "In total, that is 8 + 16 = 24.",        "Altogether they have 24 pears.",
        "8 + 16 = 24, so the total is 24.",      "The total = 24",
    };
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        cairn_step_check check = verify(&f, &problem, exact[i]);
        if (strcmp(check.code, "exact")) print_error("%s: %s\n", exact[i], check.code);
        assert_string_equal(check.code, "exact");
    }
    cairn_problem sum =
        read_problem(&f, "Anna has 8 pears. Ben has twice as many pears as Anna. How many pears do Anna "
                         "and Ben have together?");
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        const char *steps = cairn_arena_printf(f.arena, "Ben has 2 * 8 = 16 pears.|%s", sums[i]);
        cairn_step_check check = verify(&f, &sum, steps);
        if (strcmp(check.code, "exact")) print_error("%s: %s\n", sums[i], check.code);
        assert_string_equal(check.code, "exact");
    }
    close_fixture(&f);
}

static void what_can_be_stated_next_is_listed(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    static const struct {
        const char *steps, *legal;
    } cases[] = {
        {"", "Carl has 3 * 4 = 12 apples.|Dora has 12 - 5 = 7 pears.|Ben has 12 / 2 = 6 plums."},
        {"Carl has 3 * 4 = 12 apples.|Ben has 6 plums.", "Dora has 12 - 5 = 7 pears."},
        {"Carl has 3 * 4 = 13 apples.|Ben has 6 plums.|Dora has 7 pears.", "Carl has 3 * 4 = 12 apples."},
        {"Carl has 12 apples.|Ben has 6 plums.|Dora has 7 pears.", "Emma has 12 + 7 = 19 apples."},
        {"Ben has 5 apples.|Ben has 6 plums.|Dora has 7 pears.", "Ben has 4 apples."},
        {"Carl has 12 apples.|Ben has 6 plums.|Dora has 7 pears.|Emma has 19 apples.",
         "Emma has 19 - 4 = 15 more apples than Ben."},
        {"Carl has 12 apples.|Dora has 7 pears.|Emma has 19 apples.|The difference is 15.",
         "Ben has 12 / 2 = 6 plums.|Answer: 15"},
        {"Answer: 15", ""},
        {"= =", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_state s;
        const char **steps;
        char said[512] = "", *text = cairn_arena_copy(f.arena, cases[i].steps, strlen(cases[i].steps));
        int32_t n;
        bool done;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        for (char *step = strtok(text, "|"); step; step = strtok(NULL, "|"))
            f.type->apply(f.ctx, f.world.self, &problem, &s, step, strlen(step), &s, &done);
        assert_int_equal(f.type->legal(f.ctx, f.world.self, &problem, &s, f.arena, &steps, &n), CAIRN_OK);
        for (int32_t k = 0; k < n; k++) strcat(strcat(said, k ? "|" : ""), steps[k]);
        assert_string_equal(said, cases[i].legal);
    }
    close_fixture(&f);
}

static void a_right_answer_is_reachable_while_enough_steps_are_left(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand); /* at most 10 steps; 5 are needed */
    static const struct {
        const char *steps;
        int idle, reachable;
    } cases[] = {
        {"", 5, 1},
        {"", 6, 0},
        {"Carl has 12 apples.", 5, 1}, /* 4 are needed behind it */
        {"Carl has 12 apples.", 6, 0},
        {"Carl has 13 apples.", 4, 1}, /* to be stated again */
        {"Carl has 13 apples.", 5, 0},
        {"Ben has 6 plums.", 4, 1},
        {"Ben has 6 plums.", 5, 0},
        {"Ben has 5 apples.", 3, 1}, /* given, and wrong now */
        {"Ben has 5 apples.", 4, 0},
        {"The difference is 15.", 8, 1},
        {"The difference is 15.", 9, 0},
        {"Answer: 15", 0, 1},
        {"Answer: 16", 0, 0},
        {"Carl has = apples.", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_state s;
        bool done;
        double reachable;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        if (cases[i].steps[0])
            f.type->apply(f.ctx, f.world.self, &problem, &s, cases[i].steps, strlen(cases[i].steps), &s, &done);
        for (int k = 0; k < cases[i].idle; k++) f.type->apply(f.ctx, f.world.self, &problem, &s, "Well.", 5, &s, &done);
        assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &reachable), CAIRN_OK);
        assert_near(reachable, cases[i].reachable, 0);
    }
    close_fixture(&f);
}

static void equal_answers_have_equal_text(void **unused) {
    (void)unused;
    static const struct {
        const char *step, *answer;
        int right;
    } cases[] = {{"Answer: 15", "15", 1},          {"answer: 015", "15", 1},
                 {"The answer is 15.0.", "15", 1}, {"So the answer is 15 apples.", "15", 1},
                 {"Answer: 19 - 4 = 15", "15", 1}, {"Answer: 16", "16", 0},
                 {"Answer: -15", "-15", 0},        {"Answer: 15 16", NULL, 0},
                 {"Answer: 15.5", NULL, 0},        {"I do not know the answer.", NULL, 0}};
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_state s;
        bool done;
        cairn_outcome outcome;
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, &cases[i].step, 1, &s, &done), CAIRN_OK);
        assert_int_equal(done, cases[i].answer != NULL);
        assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, &cases[i].step, 1, f.arena, &outcome),
                         CAIRN_OK);
        assert_int_equal(outcome.verdict, cases[i].right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
        assert_near(outcome.value, cases[i].right, 0);
        if (cases[i].answer)
            assert_string_equal(outcome.answer, cases[i].answer);
        else
            assert_null(outcome.answer);
    }
    close_fixture(&f);
}

static void hostile_steps_are_dead_and_never_come_right(void **unused) {
    (void)unused;
    static const char *const hostile[] = {
        "",
        " ",
        "=",
        "3 * 4 =",
        "Carl has 3 * 4 = apples.",
        "Carl has = 12 = 12 apples.",
        "Carl has 3 * 4 = 12 = 12 apples.",
        "Carl has 3 * 4 = 12 13 apples.",
        "Carl has 1 + 3 * 4 = 13 apples.",
        "Carl has 3 * 4 = 12 + 1 apples.",
        "Carl has 3 4 = 12 apples.",
        "Carl has 9999999999 apples.",
        "Carl has 3.5 * 4 = 14 apples.",
        "Carl has 12.5 apples.",
        "Answer: 1 or 2",
        "Answer: 15. Answer: 15.",
        "Carl has 3 * 4 = 12 apples\x01",
        "Carl has 3 * 4 = 12 \xff\xfe apples",
        "Carl has 3 * 4 = 12 \xc3",
        "Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl "
        "has 1 "
        "pear, Carl has 1 pear, Carl has 1 pear.",
    };
    fixture f = open_fixture("words", "error=0,repair=1");
    cairn_problem problem = read_problem(&f, by_hand);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const char *steps[] = {hostile[i], "Answer: 15"};
        words_state s;
        bool done;
        double reachable = 1;
        cairn_outcome outcome;
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, steps, 1, &s, &done), CAIRN_OK);
        if (!s.dead) print_error("%s\n", hostile[i]);
        assert_true(s.dead);
        assert_false(done);
        assert_near(value_at(&f, &problem, &s), 0, 0);
        assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &reachable), CAIRN_OK);
        assert_near(reachable, 0, 0);
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, steps, 2, &s, &done), CAIRN_OK);
        assert_true(done);
        assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, steps, 2, f.arena, &outcome), CAIRN_OK);
        assert_int_equal(outcome.verdict, CAIRN_VERDICT_WRONG);
        assert_null(outcome.answer);
    }
    close_fixture(&f);
}

static void huge_and_binary_steps_are_unreadable(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    enum { HUGE = 1 << 20 };
    static const char *const fills[] = {"=", "1", "a", " ", "(", "3 * 4 = 12, ", "\xff"};
    char *step = cairn_arena_alloc(f.arena, HUGE + 1, 1);
    words_state s;
    bool done;
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        size_t length = strlen(fills[i]);
        for (size_t k = 0; k < HUGE; k++) step[k] = fills[i][k % length];
        const char *steps[] = {step};
        cairn_step_check check;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_int_equal(f.type->verify_step(f.ctx, f.world.self, &problem, &s, steps, 1, f.arena, &check), CAIRN_OK);
        assert_string_equal(check.code, "illegal");
        f.type->apply(f.ctx, f.world.self, &problem, &s, step, HUGE, &s, &done);
        assert_true(s.dead);
    }
    const char inside[] = "Carl has 3 * 4 = 12\0 apples.";
    f.type->start(f.ctx, f.world.self, &problem, &s);
    f.type->apply(f.ctx, f.world.self, &problem, &s, inside, sizeof inside - 1, &s, &done);
    assert_true(s.dead);
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 20000; i++) {
        uint32_t length = cairn_rng_below(&rng, 80);
        for (uint32_t k = 0; k < length; k++) step[k] = (char)cairn_rng_below(&rng, 256);
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_int_equal(f.type->apply(f.ctx, f.world.self, &problem, &s, step, length, &s, &done), CAIRN_OK);
        assert_int_equal(s.used, 1);
    }
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_means_what_its_answer_and_difficulty_say),
        cmocka_unit_test(fewest_and_operations_bound_the_difficulty),
        cmocka_unit_test(a_problem_depends_on_seed_and_index_only),
        cmocka_unit_test(a_text_reads_back_to_its_own_graph_in_every_wording),
        cmocka_unit_test(texts_stay_within_a_small_alphabet),
        cmocka_unit_test(a_written_problem_loads_as_it_was),
        cmocka_unit_test(a_bad_file_is_named_with_line_and_field),
        cmocka_unit_test(bad_specs_are_named),
        cmocka_unit_test(every_wording_of_a_step_reads_back_to_its_claim),
        cmocka_unit_test(verify_step_tells_what_a_step_is),
        cmocka_unit_test(twice_may_be_a_sum),
        cmocka_unit_test(wording_matters_little),
        cmocka_unit_test(what_can_be_stated_next_is_listed),
        cmocka_unit_test(a_right_answer_is_reachable_while_enough_steps_are_left),
        cmocka_unit_test(equal_answers_have_equal_text),
        cmocka_unit_test(hostile_steps_are_dead_and_never_come_right),
        cmocka_unit_test(huge_and_binary_steps_are_unreadable),
    };
    return cmocka_run_group_tests_name("world words", tests, NULL, NULL);
}
