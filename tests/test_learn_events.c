/* TensorBoard's event files, read back by a reader of the test's own: framing, keys, tags, steps and numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <sys/stat.h>
#include <time.h>

#include "learn/events.h"
#include "learn_fixture.h"

/* ---- a reader ---------------------------------------------------------------------------------------------------------------- */

/* CRC-32C by a table of bytes, from the polynomial x^32 + x^28 + ... as it is written, with the bits of data and key
 * turned around: not the way of the code under test. */
static uint32_t turned(uint32_t x, int bits) {
    uint32_t y = 0;
    for (int i = 0; i < bits; i++) y |= (x >> i & 1) << (bits - 1 - i);
    return y;
}

static uint32_t crc32c(const unsigned char *bytes, size_t length) {
    static uint32_t table[256];
    for (uint32_t i = 0; table[1] == 0 && i < 256; i++) {
        uint32_t r = (255 - i) << 24; /* the entry of 1 last */
        for (int bit = 0; bit < 8; bit++) r = r & 0x80000000 ? r << 1 ^ 0x1EDC6F41 : r << 1;
        table[255 - i] = r;
    }
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < length; i++) crc = crc << 8 ^ table[crc >> 24 ^ turned(bytes[i], 8)];
    return turned(crc, 32) ^ 0xFFFFFFFF;
}

static uint32_t unmasked(uint32_t key) {
    uint32_t rotated = key - 0xA282EAD8;
    return rotated << 15 | rotated >> 17;
}

static uint64_t fixed(const unsigned char *b, int size) {
    uint64_t value = 0;
    while (size-- > 0) value = value << 8 | b[size];
    return value;
}

typedef struct scalar {
    int64_t step;
    char tag[32];
    float value;
} scalar;

enum { MOST = 2000 };
typedef struct contents {
    scalar scalars[MOST];
    int n, records, versions;
    bool cut; /* bytes of a broken last record */
    double first_time, last_time;
} contents;

static uint64_t varint(const unsigned char **at) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        unsigned char b = *(*at)++;
        value |= (uint64_t)(b & 0x7F) << shift;
        if (b < 0x80) return value;
    }
}

/* Bytes of a field of wire type 2. */
static const unsigned char *chunk(const unsigned char **at, const unsigned char *end, const unsigned char **stop) {
    uint64_t length = varint(at);
    assert_true(length <= (uint64_t)(end - *at));
    const unsigned char *from = *at;
    *stop = *at += length;
    return from;
}

static void read_value(const unsigned char *at, const unsigned char *end, int64_t step, contents *out) {
    scalar s = {.step = step};
    while (at < end) {
        uint64_t key = varint(&at);
        const unsigned char *stop;
        if (key == (1 << 3 | 2)) {
            const unsigned char *tag = chunk(&at, end, &stop);
            snprintf(s.tag, sizeof s.tag, "%.*s", (int)(stop - tag), (const char *)tag);
        } else {
            assert_int_equal(key, 2 << 3 | 5);
            uint32_t bits = (uint32_t)fixed(at, 4);
            memcpy(&s.value, &bits, 4);
            at += 4;
        }
    }
    assert_true(out->n < MOST && s.tag[0]);
    out->scalars[out->n++] = s;
}

static void read_event(const unsigned char *at, const unsigned char *end, contents *out) {
    int64_t step = 0;
    bool timed = false;
    out->records++;
    while (at < end) {
        uint64_t key = varint(&at);
        const unsigned char *stop;
        if (key == (1 << 3 | 1)) {
            uint64_t bits = fixed(at, 8);
            memcpy(&out->last_time, &bits, 8);
            if (out->first_time == 0) out->first_time = out->last_time;
            at += 8;
            timed = true;
        } else if (key == (2 << 3 | 0)) {
            step = (int64_t)varint(&at);
        } else if (key == (3 << 3 | 2)) {
            const unsigned char *text = chunk(&at, end, &stop);
            assert_int_equal(stop - text, 13);
            assert_memory_equal(text, "brain.Event:2", 13);
            assert_int_equal(step, 0);
            out->versions++;
        } else {
            assert_int_equal(key, 5 << 3 | 2);
            const unsigned char *summary = chunk(&at, end, &stop);
            while (summary < stop) {
                const unsigned char *last;
                assert_int_equal(varint(&summary), 1 << 3 | 2);
                const unsigned char *value = chunk(&summary, stop, &last);
                read_value(value, last, step, out);
            }
        }
    }
    assert_true(timed && at == end);
}

/* Adds what a file says. */
static void read_file(const char *path, contents *out) {
    static unsigned char bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s is missing", path);
    size_t size = fread(bytes, 1, sizeof bytes, file), at = 0;
    fclose(file);
    for (int first = 1; at < size; first = 0) {
        if (size - at < 12 || fixed(bytes + at, 8) > size - at - 12 || fixed(bytes + at, 8) + 4 > size - at - 12) {
            out->cut = true;
            return;
        }
        uint64_t length = fixed(bytes + at, 8);
        assert_int_equal(unmasked((uint32_t)fixed(bytes + at + 8, 4)), crc32c(bytes + at, 8));
        const unsigned char *data = bytes + at + 12;
        assert_int_equal(unmasked((uint32_t)fixed(data + length, 4)), crc32c(data, length));
        int versions = out->versions;
        read_event(data, data + length, out);
        assert_int_equal(out->versions - versions, first);
        at += length + 16;
    }
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* All event files of a folder of the scratch folder, in the order of their names, as TensorBoard reads them. */
static int read_folder(const char *name, contents *out) {
    struct dirent **entries;
    int files = 0, n = scandir(in_folder(name), &entries, NULL, by_name);
    assert_true(n >= 0);
    *out = (contents){.n = 0};
    for (int i = 0; i < n; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", in_folder(name), entries[i]->d_name);
        if (strstr(entries[i]->d_name, "tfevents")) {
            read_file(path, out);
            files++;
        }
        free(entries[i]);
    }
    free(entries);
    return files;
}

/* ---- runs ------------------------------------------------------------------------------------------------------------------------ */

static cairn_learn_setup setup_of(const char *out, const char *into) {
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder(out));
    s.dev_share = 0.3;
    s.steps = 12;
    s.every = 4;
    s.tensorboard = in_folder(into);
    return s;
}

static void test_the_keys_are_those_of_the_published_vectors(void **state) {
    (void)state;
    unsigned char zeros[32] = {0}, ones[32], rising[32];
    memset(ones, 0xFF, sizeof ones);
    for (int i = 0; i < 32; i++) rising[i] = (unsigned char)i;
    uint32_t (*const keys[])(const unsigned char *, size_t) = {crc32c};
    for (int own = 0; own < 2; own++) {
#define KEY(bytes, n) (own ? events_crc(bytes, n) : keys[0]((const unsigned char *)(bytes), n))
        assert_int_equal(KEY("123456789", 9), 0xE3069283);
        assert_int_equal(KEY(zeros, 32), 0x8A9136AA); /* RFC 3720, B.4 */
        assert_int_equal(KEY(ones, 32), 0x62A8AB43);
        assert_int_equal(KEY(rising, 32), 0x46DD794E);
        assert_int_equal(KEY("", 0), 0);
    }
}

/* The number that the JSON line of a step has for a tag; NaN: none. */
static double logged(const json_t *line, const char *tag) {
    static const char *const names[][2] = {{"train/loss", "loss"},
                                           {"train/gradient_norm", "gradient_norm"},
                                           {"train/rate", "rate"},
                                           {"dev/loss", "dev_loss"},
                                           {"dev/accuracy", "dev_accuracy"},
                                           {"dev/auroc", "dev_auroc"},
                                           {"tokens_per_second", "tokens_per_second"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], tag) == 0) {
            const json_t *number = json_object_get(line, names[i][1]);
            return number ? json_number_value(number) : NAN;
        }
    fail_msg("tag `%s`", tag);
    return NAN;
}

static void test_the_events_say_what_the_json_lines_say(void **state) {
    (void)state;
    static contents got;
    char line[2048];
    cairn_learn_summary r;
    write_x_records("x.jsonl", 40, 1);
    cairn_learn_setup s = setup_of("e.gguf", "events");
    s.log = in_folder("e.jsonl");
    time_t before = time(NULL);
    must(cairn_learn(ctx, &s, &r));
    assert_int_equal(read_folder("events", &got), 1);
    assert_false(got.cut);
    assert_int_equal(got.records, 13);
    assert_true(got.first_time >= (double)before - 1 && got.last_time <= (double)time(NULL) + 1);
    assert_true(got.first_time <= got.last_time);
    int at = 0;
    FILE *log = fopen(s.log, "r");
    assert_non_null(log);
    for (int64_t step = 1; fgets(line, sizeof line, log); step++) {
        json_t *point = json_loads(line, 0, NULL);
        int numbers = (int)json_object_size(point) - 3 - (json_object_get(point, "best") ? 1 : 0);
        assert_int_equal(numbers, step % 4 ? 4 : 7);
        for (int i = 0; i < numbers; i++, at++) {
            assert_true(at < got.n);
            assert_int_equal(got.scalars[at].step, step);
            assert_true(got.scalars[at].value == (float)logged(point, got.scalars[at].tag));
            for (int k = 1; k <= i; k++) assert_string_not_equal(got.scalars[at].tag, got.scalars[at - k].tag);
        }
        json_decref(point);
    }
    fclose(log);
    assert_int_equal(at, got.n);
    assert_int_equal(at, 12 * 4 + 3 * 3);
}

/* Every step from 1 to `last` once, in order, each with a training loss. */
static void expect_each_step_once(const contents *got, int64_t last) {
    int64_t step = 0;
    for (int i = 0; i < got->n; i++)
        if (strcmp(got->scalars[i].tag, "train/loss") == 0) assert_int_equal(got->scalars[i].step, ++step);
    assert_int_equal(step, last);
}

static void test_killed_runs_that_go_on_say_every_step_once(void **state) {
    (void)state;
    static contents got;
    write_x_records("x.jsonl", 40, 1);
    cairn_learn_setup s = setup_of("k.gguf", "killed");
    assert_true(killed(&s, 10)); /* a fault point a step, up to four at a checkpoint: behind step 6 or 7 */
    read_folder("killed", &got);
    assert_true(got.records > 1 + 4 && got.records < 1 + 12);
    int64_t before = got.records - 1;
    s.resume = true;
    assert_true(killed(&s, 2)); /* before the next checkpoint */
    assert_true(killed(&s, 7)); /* behind it */
    assert_false(killed(&s, 0));
    assert_true(read_folder("killed", &got) == 3);
    expect_each_step_once(&got, 12);
    assert_true(before > 4);     /* steps were taken back */
    assert_false(killed(&s, 0)); /* done already: nothing changes */
    read_folder("killed", &got);
    expect_each_step_once(&got, 12);
    s.resume = false; /* a fresh run takes the place of all of it */
    assert_false(killed(&s, 0));
    assert_int_equal(read_folder("killed", &got), 1);
    expect_each_step_once(&got, 12);
}

static void copy_cut(const char *from, const char *to, long bytes) {
    static char buffer[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in && out);
    size_t n = fread(buffer, 1, (size_t)bytes, in);
    assert_int_equal(fwrite(buffer, 1, n, out), n);
    fclose(in);
    fclose(out);
}

/* Whatever of a file is left, going on takes out what is broken and what comes later, and leaves files of others alone.
 */
static void test_a_cut_or_damaged_end_is_taken_out(void **state) {
    (void)state;
    static contents got;
    struct stat info;
    char whole[200], part[200], other[200];
    events *e;
    assert_int_equal(events_open(ctx, in_folder("one"), 0, &e), CAIRN_OK);
    for (int64_t step = 1; step <= 300; step++)
        must(events_write(e, &(cairn_learn_point){.step = step,
                                                  .metrics = (const cairn_metric[]){{"loss", (double)step},
                                                                                    {"gradient_norm", NAN},
                                                                                    {"rate", 0},
                                                                                    {"dev_accuracy", INFINITY},
                                                                                    {"tokens_per_second", 1e300}},
                                                  .n_metrics = 5}));
    events_close(e);
    snprintf(whole, sizeof whole, "%s/events.out.tfevents.0000000000000001.cairn", in_folder("one"));
    snprintf(part, sizeof part, "%s/events.out.tfevents.0000000000000001.cairn", in_folder("part"));
    snprintf(other, sizeof other, "%s/events.out.tfevents.1700000000.host.1.0", in_folder("part"));
    assert_int_equal(mkdir(in_folder("part"), 0777), 0);
    assert_int_equal(stat(whole, &info), 0);
    for (long bytes = 0; bytes <= info.st_size; bytes += bytes < 400 ? 1 : 997) {
        copy_cut(whole, part, bytes);
        copy_cut(whole, other, 7);
        contents before = {.n = 0};
        read_file(part, &before);
        assert_int_equal(events_open(ctx, in_folder("part"), 200, &e), CAIRN_OK);
        events_close(e);
        got = (contents){.n = 0};
        read_file(part, &got);
        assert_false(got.cut);
        assert_int_equal(got.records, before.records > 201 ? 201 : before.records);
        struct stat left;
        assert_int_equal(stat(other, &left), 0);
        assert_int_equal(left.st_size, 7);
    }
    copy_cut(whole, part, info.st_size);
    FILE *file = fopen(part, "r+b"); /* a byte within the record of step 100: what stands before it is kept */
    long first = 16 + 9 + 2 + 15, record = (info.st_size - first) / 300;
    fseek(file, first + 99 * record, SEEK_SET);
    fputc(0x7E, file);
    fclose(file);
    assert_int_equal(events_open(ctx, in_folder("part"), 200, &e), CAIRN_OK);
    events_close(e);
    got = (contents){.n = 0};
    read_file(part, &got);
    assert_true(got.records >= 98 && got.records <= 100);
}

static void test_no_disk_and_no_folder_are_one_sentence(void **state) {
    (void)state;
    static contents got;
    cairn_learn_summary r;
    write_x_records("x.jsonl", 40, 1);
    cairn_learn_setup s = setup_of("d.gguf", "full");
    int lost = 0;
    for (int64_t at = 1; at < 40; at++) {
        cairn_faults_set(ctx, (cairn_faults){.write_fails_at = at});
        cairn_status status = cairn_learn(ctx, &s, &r);
        if (status == CAIRN_OK) continue;
        assert_int_equal(status, CAIRN_IO);
        if (!strstr(cairn_error(ctx), "tfevents")) continue; /* the model's or the checkpoint's */
        assert_non_null(strstr(cairn_error(ctx), "cannot write: Input/output error"));
        read_folder("full", &got); /* whole records: no write was begun */
        assert_false(got.cut);
        lost++;
    }
    assert_int_equal(lost, 1 + 12);
    cairn_faults_set(ctx, (cairn_faults){.disk_bytes = 100});
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "No space left on device"));
    cairn_faults_set(ctx, (cairn_faults){0});
    s.tensorboard = in_folder("x.jsonl/deep");
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "x.jsonl/deep: cannot make this folder: Not a directory"));
    s.tensorboard = in_folder("two/levels");
    must(cairn_learn(ctx, &s, &r));
    assert_int_equal(read_folder("two/levels", &got), 1);
    s.tensorboard = s.data;
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "x.jsonl: cannot open: Not a directory"));
}

/* A link of that name is taken away, not followed: what it leads to keeps its bytes. */
static void test_a_link_in_the_place_of_a_file_is_not_followed(void **state) {
    (void)state;
    struct stat before, after;
    char link[200];
    events *e = NULL;
    write_x_records("x.jsonl", 3, 1);
    assert_int_equal(mkdir(in_folder("links"), 0777), 0);
    snprintf(link, sizeof link, "%s/events.out.tfevents.0000000000000001.cairn", in_folder("links"));
    assert_int_equal(stat(in_folder("x.jsonl"), &before), 0);
    assert_int_equal(symlink(in_folder("x.jsonl"), link), 0);
    assert_int_equal(events_open(ctx, in_folder("links"), 0, &e), CAIRN_OK);
    events_close(e);
    assert_int_equal(stat(in_folder("x.jsonl"), &after), 0);
    assert_int_equal(before.st_size, after.st_size);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_keys_are_those_of_the_published_vectors),
        cmocka_unit_test(test_the_events_say_what_the_json_lines_say),
        cmocka_unit_test(test_killed_runs_that_go_on_say_every_step_once),
        cmocka_unit_test(test_a_cut_or_damaged_end_is_taken_out),
        cmocka_unit_test(test_no_disk_and_no_folder_are_one_sentence),
        cmocka_unit_test(test_a_link_in_the_place_of_a_file_is_not_followed),
    };
    return cmocka_run_group_tests_name("learn events", tests, open_folder, close_folder);
}
