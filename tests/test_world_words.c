/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "near.h"
#include "words_fixture.h"

static cairn_problem problem_of(fixture *f, uint64_t seed, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->type->generate(f->ctx, f->world.self, seed, index, f->arena, &p), CAIRN_OK);
    return p;
}

/* ---- the text, understood independently --------------------------------------------------------------------------------- */

/* O o, L l, R r: owner and object of the quantity, its left, its right operand; K: a number. A missing owner or object
 * is the quantity's own (of R: that of L). */
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

/* At 0 and 1 the share of joins is certain; at the default of 0.4 some questions ask for two. */
static void joins_say_how_many_quantities_come_from_two(void **unused) {
    (void)unused;
    for (int joins = 0; joins < 2; joins++) {
        fixture f = open_fixture(
            joins ? "words:operations=5,distractors=3,joins=1" : "words:operations=5,distractors=3,joins=0", "");
        for (int64_t i = 0; i < 200; i++) {
            cairn_problem problem = problem_of(&f, 1, i);
            const words_problem *p = problem.data;
            for (int32_t k = 0; k < p->count; k++) {
                if (p->q[k].op == '=' || !(p->needed >> k & 1u)) continue;
                assert_int_equal(p->q[k].right >= 0, joins);
            }
            if (!joins) assert_int_not_equal(p->q[p->target].owner, WORDS_ASKED);
        }
        close_fixture(&f);
    }
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
            assert_true(strspn(step, LETTERS "0123456789 ,.:'=+-*/()") == strlen(step));
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, step, strlen(step), &s, &done);
        }
    }
    close_fixture(&f);
}

/* ---- files --------------------------------------------------------------------------------------------------------------- */

static const char *write_file(const char *text) {
    static char path[64];
    strcpy(path, "/tmp/cairn_words_XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
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

static void a_table_loads_too(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem *loaded;
    int64_t n;
    uint64_t content;
    static const char *const files[] = {
        "problem,id,answer,max_steps\nAnna has 3 pears. How many pears does Anna have?,7,3,5\n"
        "Anna has 4 pears. How many pears does Anna have?,8,,\n",
        "[{\"problem\":\"Anna has 3 pears. How many pears does Anna have?\",\"id\":7,\"answer\":3,\"max_steps\":5.0},\n"
        "{\"problem\":\"Anna has 4 pears. How many pears does Anna have?\",\"id\":8,\"answer\":null}]"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = write_file(files[i]);
        assert_int_equal(f.type->load(f.ctx, f.world.self, path, false, f.arena, &loaded, &n, &content), CAIRN_OK);
        assert_int_equal(n, 2);
        assert_string_equal(loaded[0].id, "7");
        assert_string_equal(loaded[0].answer, "3");
        assert_int_equal(loaded[0].max_steps, 5);
        assert_string_equal(loaded[1].id, "8");
        assert_string_equal(loaded[1].answer, "4");
        unlink(path);
    }
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_means_what_its_answer_and_difficulty_say),
        cmocka_unit_test(fewest_and_operations_bound_the_difficulty),
        cmocka_unit_test(joins_say_how_many_quantities_come_from_two),
        cmocka_unit_test(a_problem_depends_on_seed_and_index_only),
        cmocka_unit_test(a_text_reads_back_to_its_own_graph_in_every_wording),
        cmocka_unit_test(texts_stay_within_a_small_alphabet),
        cmocka_unit_test(a_written_problem_loads_as_it_was),
        cmocka_unit_test(a_table_loads_too),
        cmocka_unit_test(a_bad_file_is_named_with_line_and_field),
        cmocka_unit_test(bad_specs_are_named),
    };
    return cmocka_run_group_tests_name("world words", tests, NULL, NULL);
}
