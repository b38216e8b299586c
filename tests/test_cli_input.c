/* Bad input to the command: one clear sentence that names file, line and field or option, exit status 2, nothing on
 * standard output, nothing half written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"

typedef struct bytes {
    const char *text;
    size_t length;
} bytes;
#define BYTES(text) \
    { text, sizeof text - 1 }
#define BYTES_OF(text) text, sizeof text - 1

/* ---- a bad seventh line ------------------------------------------------------------------------------------------------------------ */

static const char good[] =
    "{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3 = 5\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}\n";

/* Six good lines, the seventh, a good one. */
static void write_with_seventh(const char *name, const char *seventh, size_t length) {
    size_t n = sizeof good - 1;
    char *all = malloc(7 * n + length + 1), *at = all;
    assert_non_null(all);
    for (int i = 0; i < 6; i++, at += n) memcpy(at, good, n);
    memcpy(at, seventh, length);
    at += length;
    *at++ = '\n';
    memcpy(at, good, n);
    write_file(name, all, (size_t)(at - all) + n);
    free(all);
}

static const struct {
    bytes line;
    const char *word; /* the field, or what is wrong with the line */
} bad_lines[] = {
    {BYTES("{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3"), "steps"},
    {BYTES("not JSON"), "not JSON"},
    {BYTES("7"), "object"},
    {BYTES("[\"input\"]"), "object"},
    {BYTES("{\"input\":\"a\"}{\"input\":\"a\"}"), "end of file"},
    {BYTES("{\"input\":\"x\",\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "steps"},
    {BYTES("{\"input\":7,\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "input"},
    {BYTES("{\"input\":\"x\",\"steps\":\"a\",\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "steps"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"a\",null],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"),
     "steps[1]"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":[],\"answer\":\"5\",\"mistake_index\":null}"), "target"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":1}"),
     "mistake_index"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":0.5}"),
     "mistake_index"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":"
           "99999999999999999999}"),
     "mistake_index"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":1e999}"),
     "mistake_index"},
    {BYTES("{\"input\":\"\xff\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "input"},
    {BYTES("{\"input\":\"\xed\xa0\x80\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"),
     "input"},
    {BYTES("{\"input\":\"a\0b\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "NUL"},
    {BYTES("{\"input\":\"a\",\"steps\":[\"a\"],\"input\":\"b\",\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":"
           "null}"),
     "duplicate"},
    {BYTES("{\"input\":\"x\",\"steps\":[\"\x01\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "steps"},
};
enum { BAD_LINES = sizeof bad_lines / sizeof *bad_lines };

/* Every verb that reads such a file, with the file it may write. */
static const char *const readers[] = {
    "score bad.jsonl",
    "score bad.jsonl --json",
    "score bad.jsonl --out made.jsonl",
    "score - <bad.jsonl",
    "score /dev/stdin <bad.jsonl",
    "eval mistakes bad.jsonl",
    "eval mistakes bad.jsonl --json",
    "eval answers bad.jsonl",
    "eval answers bad.jsonl --json",
    "eval passk bad.jsonl",
    "solve --world text --problems bad.jsonl --policy exec:cat --search majority --budget 8",
    "solve --world text --problems bad.jsonl --policy exec:cat --search majority --budget 8 --run made.jsonl",
    "solve --world text --problems other.jsonl --policy recorded:file=bad.jsonl --search majority --budget 8 --run "
    "made.jsonl",
    "label --world text --problems bad.jsonl --policy exec:cat --out made.jsonl",
    "eval budget --world text --problems bad.jsonl --policy exec:cat",
    "eval passk --world text --problems bad.jsonl --policy exec:cat",
    "eval labels --world text --problems bad.jsonl --policy exec:cat",
};
enum { READERS = sizeof readers / sizeof *readers };

static void expect_all_refuse(const char *what, const char *word) {
    for (int i = 0; i < READERS; i++) {
        char name[256];
        const char *where = strstr(readers[i], "score - ")     ? "-:7: "
                            : strstr(readers[i], "/dev/stdin") ? "/dev/stdin:7: "
                                                               : "bad.jsonl:7: ";
        snprintf(name, sizeof name, "%.120s: %.100s", readers[i], what);
        expect_one_sentence(cairn("%s", readers[i]), name, WORDS(where, word));
        if (is_there("made.jsonl")) fail_msg("%s: left a file", name);
    }
    expect_nothing_left_beside(what);
}

static void test_a_bad_seventh_line_is_named_by_every_verb_with_file_line_and_field(void **state) {
    (void)state;
    write_file("other.jsonl", good, sizeof good - 1);
    for (int i = 0; i < BAD_LINES; i++) {
        write_with_seventh("bad.jsonl", bad_lines[i].line.text, bad_lines[i].line.length);
        expect_all_refuse(bad_lines[i].line.text, bad_lines[i].word);
    }
}

static void test_deep_nesting_and_a_line_of_fifty_megabytes_are_refused(void **state) {
    (void)state;
    size_t length = (size_t)50 << 20;
    char *line = malloc(length);
    assert_non_null(line);
    write_file("other.jsonl", good, sizeof good - 1);
    memset(line, '[', length);
    write_with_seventh("bad.jsonl", line, 100000);
    expect_all_refuse("100,000 brackets", "nested deeper");
    memset(line, 'x', length);
    write_with_seventh("bad.jsonl", line, length);
    free(line);
    expect_all_refuse("50 MB", "longer than");
    json_t *r = parsed(cairn("score bad.jsonl --skip-bad --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "solutions")), 7);
    assert_int_equal(json_integer_value(json_object_get(r, "skipped_lines")), 1);
    json_decref(r);
}

static void test_skipped_lines_are_counted_and_named(void **state) {
    (void)state;
    static const char *const counters[] = {"score", "eval mistakes", "eval answers"};
    static const char *const loaders[] = {
        "solve --world text --skip-bad --problems bad.jsonl --policy recorded:file=other.jsonl "
        "--search majority:width=1",
        "solve --world text --problems other.jsonl --policy recorded:file=bad.jsonl,skip_bad=true "
        "--search majority:width=1 --workers 1"};
    write_file("other.jsonl", good, sizeof good - 1);
    for (int i = 0; i < BAD_LINES; i++) {
        write_with_seventh("bad.jsonl", bad_lines[i].line.text, bad_lines[i].line.length);
        for (size_t v = 0; v < sizeof counters / sizeof *counters; v++) {
            json_t *r = parsed(cairn("%s bad.jsonl --skip-bad --json", counters[v]));
            assert_int_equal(json_integer_value(json_object_get(r, "skipped_lines")), 1);
            json_decref(r);
            outcome *o = expect_ok(cairn("%s bad.jsonl --skip-bad", counters[v]));
            assert_non_null(strstr(o->out, "1 bad line"));
            assert_non_null(strstr(o->error, "skipped bad.jsonl:7: "));
        }
        for (size_t v = 0; v < sizeof loaders / sizeof *loaders; v++) {
            outcome *o = expect_ok(cairn("%s", loaders[v]));
            assert_non_null(strstr(o->error, "skipped bad.jsonl:7: "));
            assert_non_null(strstr(o->error, "bad lines passed over: 1\n"));
        }
    }
}

static void test_files_that_are_absent_empty_or_no_files_are_named(void **state) {
    (void)state;
    write_file("other.jsonl", good, sizeof good - 1);
    write_file("void.jsonl", "", 0);
    write_file("blank.jsonl", "\n  \n\r\n", 6);
    assert_int_equal(mkdir(in_folder("place.jsonl"), 0777), 0);
    static const struct {
        const char *file, *word;
    } cases[] = {{"absent.jsonl", "no such file"},
                 {"void.jsonl", "empty"},
                 {"blank.jsonl", "empty"},
                 {"place.jsonl", "directory"},
                 {"other.jsonl/x", "Not a directory"}};
    static const char *const verbs[] = {
        "score",
        "eval mistakes",
        "eval answers",
        "eval replay",
        "solve --world text --policy exec:cat --search majority --budget 8 --run made.jsonl --problems",
        "solve --world gsm8k --policy exec:cat --search majority --budget 8 --problems",
        "solve --world text --problems other.jsonl --search majority --budget 8 --policy recorded:file=",
        "label --world text --policy exec:cat --out made.jsonl --problems"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
            char words[512];
            bool whole_file = strstr(verbs[v], "replay"); /* which says of an empty file that it is no JSON */
            bool joined = verbs[v][strlen(verbs[v]) - 1] == '=';
            snprintf(words, sizeof words, "%s%s%s", verbs[v], joined ? "" : " ", cases[i].file);
            expect_one_sentence(cairn("%s", words), words, WORDS(cases[i].file, whole_file ? "" : cases[i].word));
            assert_false(is_there("made.jsonl"));
        }
    expect_nothing_left_beside("absent and empty files");
}

/* ---- a recorded tree ----------------------------------------------------------------------------------------------- */

static void test_a_tree_that_cannot_be_replayed_is_named(void **state) {
    (void)state;
    static const bytes trees[] = {BYTES("{"),
                                  BYTES("[]"),
                                  BYTES("{}"),
                                  BYTES("7"),
                                  BYTES("\xff"),
                                  BYTES("{\"a\":1,\"a\":2}"),
                                  BYTES("{\"a\":\"\0\"}"),
                                  BYTES("{\"num_simulations\":1e999}")};
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        write_file("tree.json", trees[i].text, trees[i].length);
        expect_one_sentence(cairn("eval replay tree.json"), trees[i].text, WORDS("tree.json"));
        expect_one_sentence(cairn("eval replay tree.json --json"), trees[i].text, WORDS("tree.json"));
    }
    static char deep[200000];
    memset(deep, '[', sizeof deep);
    write_file("tree.json", deep, sizeof deep);
    expect_one_sentence(cairn("eval replay tree.json"), "deep", WORDS("tree.json"));
}

/* ---- config files -------------------------------------------------------------------------------------------------- */

static void test_a_config_file_is_named_with_its_line(void **state) {
    (void)state;
    static const struct {
        bytes text;
        const char *where, *word;
    } cases[] = {
        {BYTES("count = 3\nbogus\n"), "c.conf:2: ", "name = value"},
        {BYTES("# x\n\nseed = x\n"), "c.conf:3: ", "seed"},
        {BYTES("sedd = 3\n"), "c.conf:1: ", "seed"},
        {BYTES("count = 99999999999999999999"), "c.conf:1: ", "count"},
        {BYTES("count = 3\n\0\0\nseed = 1\n"), "c.conf:2: ", "NUL"},
        {BYTES("count = 3\n\0\0"), "c.conf:2: ", "NUL"},
        {BYTES("\xff\xfe"), "c.conf:1: ", "name = value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_file("c.conf", cases[i].text.text, cases[i].text.length);
        expect_one_sentence(cairn("solve --config c.conf"), cases[i].text.text, WORDS(cases[i].where, cases[i].word));
    }
    static char line[5000];
    memset(line, 'x', sizeof line);
    write_file("c.conf", line, sizeof line);
    expect_one_sentence(cairn("solve --config c.conf"), "a long line", WORDS("c.conf:1: ", "4095"));
    expect_one_sentence(cairn("solve --config absent.conf"), "no file", WORDS("absent.conf"));
    expect_one_sentence(cairn("solve --config ."), "a folder", WORDS("config file .: Is a directory"));
}

/* ---- run files ----------------------------------------------------------------------------------------------------- */

static char whole[1 << 20]; /* bytes of whole.db */
static size_t whole_length;

/* whole.db, cut to `length` bytes (0: not cut), one bit of byte `flip` changed (0: none). */
static void write_spoilt(const char *name, size_t length, size_t flip) {
    whole_length = read_into(in_folder("whole.db"), whole, sizeof whole);
    assert_true(flip < whole_length && length < whole_length);
    if (flip) whole[flip] = (char)(whole[flip] ^ 1);
    write_file(name, whole, length ? length : whole_length);
}

static size_t place_of(const char *text) {
    whole_length = read_into(in_folder("whole.db"), whole, sizeof whole);
    for (size_t i = 0; i + strlen(text) <= whole_length; i++)
        if (memcmp(whole + i, text, strlen(text)) == 0) return i;
    fail_msg("whole.db does not hold %s", text);
    return 0;
}

static void test_what_is_no_whole_run_file_is_named_by_every_verb(void **state) {
    (void)state;
    expect_ok(cairn("solve -n 12 --budget 16 --search majority --run whole.db"));
    write_file("text.db", "hello\n", 6);
    write_file("void.db", "", 0);
    assert_int_equal(mkdir(in_folder("place.db"), 0777), 0);
    write_spoilt("cut.db", 9000, 0);
    write_spoilt("stump.db", 50, 0);
    write_spoilt("version.db", 0, 63); /* the last byte of user_version */
    write_spoilt("other.db", 0, 71);   /* the last byte of application_id */
    write_spoilt("flipped.db", 0, place_of("\"correct\"") + 1);
    static const struct {
        const char *file, *word;
    } cases[] = {{"absent.db", "no such run"}, {"text.db", "no run file"},  {"void.db", "no run file"},
                 {"place.db", "no run file"},  {"cut.db", "damaged"},       {"stump.db", "no run file"},
                 {"version.db", "version 3"},  {"other.db", "no run file"}, {"flipped.db", "damaged"}};
    static const char *const verbs[][2] = {
        {"run export ", " --out made"},    {"run resume ", ""},
        {"run compare ", " whole.db"},     {"run compare whole.db ", ""},
        {"run show ", " no-such-problem"}, {"solve -n 12 --budget 16 --search majority --resume --run ", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
            char words[256];
            snprintf(words, sizeof words, "%s%s%s", verbs[v][0], cases[i].file, verbs[v][1]);
            expect_one_sentence(cairn("%s", words), words, WORDS(cases[i].file, cases[i].word));
            assert_false(is_there("made"));
        }
    expect_nothing_left_beside("what is no run file");
    outcome *list = expect_ok(cairn("run list"));
    assert_non_null(strstr(list->out, "whole.db"));
    assert_non_null(strstr(list->error, "cut.db"));
}

static void test_a_run_file_that_cannot_be_made_is_named(void **state) {
    (void)state;
    static const struct {
        const char *path, *word;
    } cases[] = {{"whole.db", "--resume"},   {"place.db", "exists already"},      {"text.db/x.db", "Not a directory"},
                 {"absent/x.db", "No such"}, {"/proc/x.db", "cannot be written"}, {"/dev/full", "exists already"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_one_sentence(cairn("solve -n 3 --budget 16 --search majority --run %s", cases[i].path), cases[i].path,
                            WORDS(cases[i].path, cases[i].word));
    /* A run that fails before its first record is not in the way of the next try. */
    expect_one_sentence(cairn("solve -n 3 --budget 1 --search retry --reward exec:false --run new.db"), "dead judge",
                        WORDS("false"));
    assert_false(is_there("new.db"));
    expect_ok(cairn("solve -n 3 --budget 16 --search majority --run new.db"));
    expect_nothing_left_beside("run files that cannot be made");
}

/* ---- files to write ------------------------------------------------------------------------------------------------ */

static void expect_stream_error(const char *words) {
    outcome *o = cairn("%s", words);
    if (o->status != 2 || !strstr(o->error, "standard output")) fail_msg("%s: %d, %s", words, o->status, o->error);
}

static void test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(void **state) {
    (void)state;
    static const char *const verbs[] = {"score other.jsonl", "label -n 2 --method mc:rollouts=1", "run export whole.db",
                                        "world generate -n 9", "world traces -n 9"};
    static const struct {
        const char *path, *word;
    } cases[] = {{"absent/x", "No such"},
                 {"text.db/x", "Not a directory"},
                 {"place.db", "directory"},
                 {"/dev/full", "No space"},
                 {"x/", "directory"}};
    write_file("other.jsonl", good, sizeof good - 1);
    for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
        char words[256];
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            expect_one_sentence(cairn("%s --out %s", verbs[v], cases[i].path), verbs[v],
                                WORDS(cases[i].path, cases[i].word));
        snprintf(words, sizeof words, "%s --out made", verbs[v]);
        expect_one_sentence(outcome_of(start_cairn("disk=10", words)), words, WORDS("made", "No space"));
        expect_one_sentence(outcome_of(start_cairn("write=1", words)), words, WORDS("made", "Input/output"));
        assert_false(is_there("made"));
        snprintf(words, sizeof words, "%s --out - >/dev/full", verbs[v]);
        expect_stream_error(words);
        snprintf(words, sizeof words, "%s --out - >&-", verbs[v]);
        expect_stream_error(words);
    }
    /* The work is not done for a file that cannot be. */
    expect_one_sentence(cairn("label -n 1000000000 --run late.db --out absent/x"), "label", WORDS("absent/x"));
    assert_false(is_there("late.db"));
    expect_nothing_left_beside("files that cannot be written");
}

static void test_a_closed_standard_stream_does_not_get_a_files_bytes(void **state) {
    (void)state;
    char text[2048];
    assert_int_equal(cairn("world generate -n 3 --out made.jsonl >&-")->status, 0);
    read_into(in_folder("made.jsonl"), text, sizeof text);
    assert_int_equal(text[0], '{');
    expect_stream_error("doctor >&-");
    assert_int_equal(cairn("score no.jsonl 2>&-")->status, 2);
    expect_one_sentence(cairn("score - <&-"), "closed input", WORDS("-:1: ", "Bad file descriptor"));
}

/* ---- options ------------------------------------------------------------------------------------------------------- */

static void test_bad_words_are_named(void **state) {
    (void)state;
    static const struct {
        const char *words, *word;
    } cases[] = {
        {"sovle", "sovle"},
        {"run nothing", "run nothing"},
        {"help nothing", "nothing"},
        {"solve extra", "too many arguments"},
        {"solve -x", "-x"},
        {"solve --sedd 3", "seed"},
        {"solve --=3", "``"},
        {"solve --count", "--count"},
        {"solve -n", "-n"},
        {"solve --config", "--config"},
        {"solve --count many", "count=many"},
        {"solve --count -1", "count=-1"},
        {"solve --count 1.5", "count=1.5"},
        {"solve --count 1e30", "count=1e30"},
        {"solve --count 99999999999999999999", "count=99999999999999999999"},
        {"solve --count ''", "count="},
        {"solve --workers 1025", "workers=1025"},
        {"solve --in-flight 1025", "in-flight=1025"},
        {"solve --temperature nan", "temperature=nan"},
        {"solve --temperature 101", "temperature=101"},
        {"solve --seed 18446744073709551616", "seed=18446744073709551616"},
        {"solve --seed -1", "seed=-1"},
        {"solve --aggregate foo", "aggregate=foo"},
        {"solve --json=maybe", "json=maybe"},
        {"solve --max-step-tokens 0", "max-step-tokens=0"},
        {"solve --search beem", "beam"},
        {"solve --search ''", "search"},
        {"solve --search beam:branch", "branch"},
        {"solve --search beam:branch=0", "branch=0"},
        {"solve --search beam:branch=1,branch=2", "branch"},
        {"solve --search beam:bransh=1", "branch"},
        {"solve --world chan", "chain"},
        {"solve --world chain:steps=0", "steps=0"},
        {"solve --world text", "file"},
        {"solve --problems absent", "chain"},
        {"solve --policy nope", "nope"},
        {"solve --policy exec", "command"},
        {"solve --policy recorded", "file"},
        {"solve --policy scripted:eror=1", "error"},
        {"solve --policy ''", "policy"},
        {"solve --reward nope", "nope"},
        {"solve --reward '' --budget 8", "reward"},
        {"solve --reward exec:command=x,low=2,high=1", "low=2"},
        {"solve --resume", "--run"},
        {"solve --keep-tree", "--run"},
        {"solve --draw 5 -n 2 --budget 8", "5"},
        {"solve --draw 0 --json", "--json"},
        {"solve --svg tree.svg", "--draw"},
        {"solve --draw 0 --run x.db", "--run"},
        {"score", "FILE"},
        {"score a b", "FILE"},
        {"score x --format nope", "format=nope"},
        {"score x --json --show 1", "--json"},
        {"score x --json --out -", "--json"},
        {"eval mistakes x --json --list", "--json"},
        {"label --method nope", "nope"},
        {"label --policy ''", "policy"},
        {"label --labels soft", "--out"},
        {"label --plan --run x.db --resume", "--resume"},
        {"solve --plan --run x.db --resume", "--resume"},
        {"solve --plan --draw 0", "--draw"},
        {"label --json --out -", "--json"},
        {"eval budget --budgets ''", "--budgets"},
        {"eval budget --budgets '8 -1'", "-1"},
        {"eval budget --budgets '8 x'", "x"},
        {"eval budget --searches ''", "--searches"},
        {"eval budget --searches 'majority nope'", "nope"},
        {"eval budget --baseline nope", "nope"},
        {"eval budget --run x.db", "no option `run`"},
        {"eval budget --budget 8", "no option `budget`"},
        {"eval passk --budget 8", "no option `budget`"},
        {"eval passk --run x.db", "no option `run`"},
        {"eval labels --run x.db", "no option `run`"},
        {"eval budget --match nope", "nope"},
        {"eval budget --match majority --unit flops", "--unit"},
        {"eval budget --match majority --budgets 8", "--budgets"},
        {"eval budget --match majority:width=4 -n 4 --pilot 2", "scripted tells no FLOPs"},
        {"eval labels --methods ''", "--methods"},
        {"eval labels --methods 'mc nope'", "nope"},
        {"eval passk --samples -1", "samples=-1"},
        {"world generate nope", "nope"},
        {"world generate -n 0", "count=0"},
        {"world traces chain:steps=0", "steps=0"},
        {"run export", "FILE"},
        {"run list absent", "absent"},
        {"run compare whole.db whole.db --field ''", "field"},
        {"run compare whole.db whole.db --field nope", "nope"},
        {"run show whole.db nope", "nope"},
        {"doctor --data", "--data"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_one_sentence(cairn("%s", cases[i].words), cases[i].words, WORDS(cases[i].word));
    assert_false(is_there("x.db"));
    static const char *const faults[] = {
        "foo", "alloc", "alloc=x", "alloc=1,alloc=2", "kill=-1", ",", "alloc=99999999999999999999"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        expect_one_sentence(outcome_of(start_cairn(faults[i], "doctor")), faults[i], WORDS("CAIRN_FAULTS"));
}

/* What a file or a user says cannot drive the terminal or break the one sentence. */
static void test_control_characters_in_errors_are_shown_not_obeyed(void **state) {
    (void)state;
    write_with_seventh("bad.jsonl", BYTES_OF("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\","
                                             "\"mistake_index\":\"a\\nb\\u001b[2J\"}"));
    expect_one_sentence(cairn("score bad.jsonl"), "escapes", WORDS("bad.jsonl:7: ", "mistake_index", "a b\\x1b[2J"));
    expect_one_sentence(cairn("solve --search \"$(printf 'a\\nb')\""), "a line end", WORDS("`a b`"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bad_seventh_line_is_named_by_every_verb_with_file_line_and_field),
        cmocka_unit_test(test_deep_nesting_and_a_line_of_fifty_megabytes_are_refused),
        cmocka_unit_test(test_skipped_lines_are_counted_and_named),
        cmocka_unit_test(test_files_that_are_absent_empty_or_no_files_are_named),
        cmocka_unit_test(test_a_tree_that_cannot_be_replayed_is_named),
        cmocka_unit_test(test_a_config_file_is_named_with_its_line),
        cmocka_unit_test(test_what_is_no_whole_run_file_is_named_by_every_verb),
        cmocka_unit_test(test_a_run_file_that_cannot_be_made_is_named),
        cmocka_unit_test(test_a_file_that_cannot_be_written_is_named_and_nothing_is_left),
        cmocka_unit_test(test_a_closed_standard_stream_does_not_get_a_files_bytes),
        cmocka_unit_test(test_bad_words_are_named),
        cmocka_unit_test(test_control_characters_in_errors_are_shown_not_obeyed),
    };
    return cmocka_run_group_tests_name("input", tests, make_folder, remove_folder);
}
