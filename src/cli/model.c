/* cairn model: what is in model files. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/engine.h"
#include "cli/model_remarks.h"
#include "cli/verbs.h"

enum { SHOWN = 64 /* bytes of a text */, FIRST = 4 /* elements of an array */ };

/* At most `most` bytes of a text, for one line of a terminal: control characters and what is not UTF-8 as \xNN; in the
 * arena. */
static const char *one_line(cli *c, cairn_bytes text, size_t most) {
    bool cut = text.length > most;
    size_t length = cut ? most : text.length, at = 0;
    while (cut && length > 0 && (text.data[length] & 0xC0) == 0x80) length--;
    json_t *whole = json_stringn(text.data, length);
    char *out = cairn_arena_alloc(c->arena, 4 * length + 4, 1);
    for (size_t i = 0, n; out && i < length; i += n) {
        uint32_t code;
        n = cli_unsafe(text.data + i, length - i, &code);
        bool plain = n == 0 && (whole || (unsigned char)text.data[i] < 0x80);
        if (n == 0) n = cairn_utf8_character(text.data + i, length - i);
        for (size_t k = i; plain && k < i + n; k++) out[at++] = text.data[k];
        for (size_t k = i; !plain && k < i + n; k++)
            at += (size_t)snprintf(out + at, 5, "\\x%02x", (unsigned)(unsigned char)text.data[k]);
    }
    json_decref(whole);
    if (out && cut) memcpy(out + at, "...", 3);
    return out ? out : "";
}

static const char *name_line(cli *c, const char *name) {
    return one_line(c, (cairn_bytes){name, strlen(name)}, SHOWN);
}

/* The shortest text that reads back as the same f32. */
static void write_f32(float value, char out[32]) {
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(out, 32, "%.*g", digits, (double)value);
        if (strtof(out, NULL) == value) return;
    }
}

/* ---- values ---------------------------------------------------------------------------------------------------------------- */

static bool is_whole(cairn_gguf_kind kind) {
    return kind <= CAIRN_GGUF_I32 || kind == CAIRN_GGUF_U64 || kind == CAIRN_GGUF_I64;
}

/* A number, bool or string as JSON; whole numbers above 2^63 - 1 as text, which JSON readers would round. */
static cairn_status scalar_json(cli *c, const cairn_gguf *file, const cairn_gguf_entry *entry, json_t **out) {
    uint64_t magnitude;
    int64_t whole;
    double real;
    bool truth;
    cairn_bytes text;
    *out = NULL;
    if (entry->kind == CAIRN_GGUF_STRING) {
        CAIRN_TRY(cairn_gguf_get_string(c->ctx, file, entry->key, &text));
        *out = json_stringn(text.data, text.length);
    } else if (entry->kind == CAIRN_GGUF_BOOL) {
        CAIRN_TRY(cairn_gguf_get_bool(c->ctx, file, entry->key, &truth));
        *out = json_boolean(truth);
    } else if (!is_whole(entry->kind)) {
        CAIRN_TRY(cairn_gguf_get_f64(c->ctx, file, entry->key, &real));
        *out = json_real(real);
        if (!*out) *out = json_null(); /* infinite or not a number */
    } else if (cairn_gguf_get_i64(c->ctx, file, entry->key, &whole) == CAIRN_OK) {
        *out = json_integer(whole);
    } else {
        CAIRN_TRY(cairn_gguf_get_u64(c->ctx, file, entry->key, &magnitude));
        *out = json_sprintf("%" PRIu64, magnitude);
    }
    return *out ? CAIRN_OK : cairn_fail(c->ctx, CAIRN_NO_MEMORY, "no memory for the value of `%.100s`", entry->key);
}

/* The first elements of an array of strings, f32 or whole numbers of 32 bits; none of another array. */
static cairn_status first_elements(cli *c, const cairn_gguf *file, const cairn_gguf_entry *entry, json_t *out) {
    const cairn_bytes *strings;
    const float *reals;
    const int32_t *wholes;
    size_t n;
    if (entry->element == CAIRN_GGUF_STRING) {
        CAIRN_TRY(cairn_gguf_get_strings(c->ctx, file, entry->key, c->arena, &strings, &n));
        for (size_t i = 0; i < n && i < FIRST; i++)
            json_array_append_new(out, json_stringn(strings[i].data, strings[i].length));
    } else if (entry->element == CAIRN_GGUF_F32) {
        CAIRN_TRY(cairn_gguf_get_f32s(c->ctx, file, entry->key, c->arena, &reals, &n));
        for (size_t i = 0; i < n && i < FIRST; i++) {
            json_t *real = json_real((double)reals[i]);
            json_array_append_new(out, real ? real : json_null());
        }
    } else if (is_whole(entry->element) &&
               cairn_gguf_get_i32s(c->ctx, file, entry->key, c->arena, &wholes, &n) == CAIRN_OK) {
        for (size_t i = 0; i < n && i < FIRST; i++) json_array_append_new(out, json_integer(wholes[i]));
    }
    return CAIRN_OK;
}

static cairn_status value_json(cli *c, const cairn_gguf *file, const cairn_gguf_entry *entry, json_t **out) {
    if (entry->kind != CAIRN_GGUF_ARRAY) return scalar_json(c, file, entry, out);
    cairn_arena_mark mark = cairn_arena_save(c->arena);
    json_t *first = json_array();
    cairn_status status = first_elements(c, file, entry, first);
    cairn_arena_restore(c->arena, mark);
    *out = json_pack("{s:s, s:I, s:o}", "array", cairn_gguf_kind_name(entry->element), "count",
                     (json_int_t)entry->count, "first", first);
    if (status == CAIRN_OK && !*out) status = cairn_fail(c->ctx, CAIRN_NO_MEMORY, "no memory for `%.100s`", entry->key);
    return status;
}

/* One value on one line. */
static cairn_status print_value(cli *c, const cairn_gguf *file, const cairn_gguf_entry *entry) {
    char number[32];
    float real;
    json_t *value;
    cairn_bytes text;
    if (entry->kind == CAIRN_GGUF_STRING) {
        CAIRN_TRY(cairn_gguf_get_string(c->ctx, file, entry->key, &text));
        printf("%s\n", one_line(c, text, SHOWN));
        return CAIRN_OK;
    }
    if (entry->kind == CAIRN_GGUF_F32) {
        CAIRN_TRY(cairn_gguf_get_f32(c->ctx, file, entry->key, &real));
        write_f32(real, number);
        printf("%s\n", number);
        return CAIRN_OK;
    }
    CAIRN_TRY(value_json(c, file, entry, &value));
    char *dumped =
        json_dumps(entry->kind == CAIRN_GGUF_ARRAY ? json_object_get(value, "first") : value, JSON_ENCODE_ANY);
    size_t length = dumped ? strlen(dumped) : 0;
    bool listed = length > 2 && entry->kind == CAIRN_GGUF_ARRAY;
    if (entry->kind != CAIRN_GGUF_ARRAY)
        printf("%s\n", dumped ? dumped : "");
    else
        printf("%s of %s%s%s%s\n", cli_count((int64_t)entry->count, number), cairn_gguf_kind_name(entry->element),
               listed ? ": " : "", listed ? one_line(c, (cairn_bytes){dumped + 1, length - 2}, SHOWN) : "",
               listed && entry->count > FIRST ? ", ..." : "");
    free(dumped);
    json_decref(value);
    return CAIRN_OK;
}

/* ---- what the file is -------------------------------------------------------------------------------------------------------- */

typedef struct summary {
    cairn_bytes architecture, name, model, pre; /* data is NULL where the file does not say */
    int64_t parameters;
    uint64_t tokens, merges, control; /* of the tokenizer */
    const char *checksum;             /* "matches", "differs", "none" */
} summary;

static cairn_bytes string_or_none(cli *c, const cairn_gguf *file, const char *key) {
    cairn_bytes text = {NULL, 0};
    const cairn_gguf_entry *entry = cairn_gguf_find(file, key);
    if (entry && entry->kind == CAIRN_GGUF_STRING) (void)cairn_gguf_get_string(c->ctx, file, key, &text);
    return text;
}

static uint64_t elements_of(const cairn_gguf *file, const char *key) {
    const cairn_gguf_entry *entry = cairn_gguf_find(file, key);
    return entry && entry->kind == CAIRN_GGUF_ARRAY ? entry->count : 0;
}

static uint64_t count_control(cli *c, const cairn_gguf *file) {
    enum { CONTROL = 3 };
    const int32_t *types;
    size_t n, control = 0;
    cairn_arena_mark mark = cairn_arena_save(c->arena);
    if (cairn_gguf_get_i32s(c->ctx, file, "tokenizer.ggml.token_type", c->arena, &types, &n) == CAIRN_OK)
        for (size_t i = 0; i < n; i++) control += types[i] == CONTROL;
    cairn_arena_restore(c->arena, mark);
    return control;
}

static summary summarise(cli *c, const cairn_gguf *file, cairn_status *verified) {
    summary s = {.architecture = string_or_none(c, file, "general.architecture"),
                 .name = string_or_none(c, file, "general.name"),
                 .model = string_or_none(c, file, "tokenizer.ggml.model"),
                 .pre = string_or_none(c, file, "tokenizer.ggml.pre"),
                 .tokens = elements_of(file, "tokenizer.ggml.tokens"),
                 .merges = elements_of(file, "tokenizer.ggml.merges"),
                 .control = count_control(c, file)};
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++)
        if (__builtin_add_overflow(s.parameters, cairn_gguf_tensor_at(file, i)->elements, &s.parameters))
            s.parameters = INT64_MAX;
    *verified = cairn_gguf_verify(c->ctx, file); /* last: its text is the error that is reported */
    s.checksum = *verified == CAIRN_OK ? "matches" : *verified == CAIRN_NOT_FOUND ? "none" : "differs";
    if (*verified == CAIRN_NOT_FOUND) *verified = CAIRN_OK;
    return s;
}

/* The head that a key or tensor `cairn.head.NAME.REST` belongs to; data is NULL for others. */
static cairn_bytes head_of(const char *key) {
    static const char prefix[] = "cairn.head.";
    if (strncmp(key, prefix, sizeof prefix - 1) != 0) return (cairn_bytes){NULL, 0};
    const char *name = key + sizeof prefix - 1, *dot = strchr(name, '.');
    return dot && dot > name ? (cairn_bytes){name, (size_t)(dot - name)} : (cairn_bytes){NULL, 0};
}

/* All heads: {"NAME": {"parameters": n, REST: value, ...}}. */
static cairn_status heads_json(cli *c, const cairn_gguf *file, json_t *heads) {
    for (int32_t i = 0; i < cairn_gguf_entries(file) + cairn_gguf_tensors(file); i++) {
        int32_t t = i - cairn_gguf_entries(file);
        const cairn_gguf_entry *entry = t < 0 ? cairn_gguf_entry_at(file, i) : NULL;
        const cairn_gguf_tensor *tensor = t < 0 ? NULL : cairn_gguf_tensor_at(file, t);
        cairn_bytes name = head_of(entry ? entry->key : tensor->name);
        if (!name.data) continue;
        const char *key = cairn_arena_copy(c->arena, name.data, name.length);
        json_t *head = key ? json_object_get(heads, key) : NULL, *value;
        if (key && !head) {
            head = json_pack("{s:i}", "parameters", 0);
            json_object_set_new(heads, key, head);
        }
        if (!head) return cairn_fail(c->ctx, CAIRN_NO_MEMORY, "no memory for a head");
        if (entry) {
            CAIRN_TRY(value_json(c, file, entry, &value));
            json_object_set_new(head, name.data + name.length + 1, value);
        } else {
            json_t *count = json_object_get(head, "parameters");
            json_integer_set(count, json_integer_value(count) + tensor->elements);
        }
    }
    return CAIRN_OK;
}

/* ---- info -------------------------------------------------------------------------------------------------------------------- */

typedef struct info_config {
    bool json, plan, bf16, portable;
    int64_t cache, rows;
} info_config;

static const cairn_option info_options[] = {
    CAIRN_BOOL(info_config, plan, "false", "Print the memory that it takes to load the file and generate with it."),
    CAIRN_BOOL(info_config, bf16, "false", "With --plan: products in bf16."),
    CLI_PORTABLE(info_config, portable, "With --plan: kernels whose "),
    CAIRN_INT(info_config, cache, "256", 1, 1 << 20, "MiB", "With --plan: kept keys and values."),
    CAIRN_INT(info_config, rows, "256", 1, 65536, "tokens", "With --plan: computed together, at most."),
    CAIRN_BOOL(info_config, json, "false", "Result as one JSON object.")};

/* What a policy `model` or a reward `head` takes: one thread and one cache a worker. */
static cairn_status run_plan(cli *c, const info_config *config, const char *path) {
    const cairn_engine_options options = {.cache_bytes = (size_t)config->cache << 20, .rows = (int32_t)config->rows};
    cairn_engine_need need;
    cli_json j;
    char n[3][32];
    cairn_ctx_set_portable(c->ctx, config->portable);
    CAIRN_TRY(cairn_engine_plan(c->ctx, path, config->bf16 ? CAIRN_BF16 : CAIRN_F32, 1, &options, &need));
    if (!config->json) {
        printf("%s parameters; keys and values of a token take %s bytes: %s tokens fit into the cache\n",
               cli_count(need.parameters, n[0]), cli_count((int64_t)need.token_bytes, n[1]),
               cli_count(need.cache_tokens, n[2]));
        cli_print_memory(c, &need.memory);
        printf("Each further worker takes as much again, but for the program.\n");
        return CAIRN_OK;
    }
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "file", path);
    cli_json_int(&j, "parameters", need.parameters);
    cli_json_int(&j, "token_bytes", (int64_t)need.token_bytes);
    cli_json_int(&j, "cache_tokens", need.cache_tokens);
    cli_json_memory(&j, "memory", &need.memory);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static const char *write_shape(const cairn_gguf_tensor *tensor, char out[128]) {
    size_t at = 0;
    out[0] = 0;
    for (int32_t i = 0; i < tensor->rank; i++)
        at += (size_t)snprintf(out + at, 128 - at, "%s%" PRId64, i ? " x " : "", tensor->shape[i]);
    return tensor->rank ? out : "1";
}

static void print_tokenizer(cli *c, const cairn_gguf *file, const summary *s) {
    static const char *const roles[] = {"bos", "eos", "padding"};
    char tokens[32], merges[32], control[32];
    if (!s->model.data) {
        printf("  %-14s none\n", "tokenizer");
        return;
    }
    printf("  %-14s %s, pre-tokenizer %s: %s tokens (%s control), %s merges", "tokenizer", one_line(c, s->model, SHOWN),
           s->pre.data ? one_line(c, s->pre, SHOWN) : "not named", cli_count((int64_t)s->tokens, tokens),
           cli_count((int64_t)s->control, control), cli_count((int64_t)s->merges, merges));
    for (int i = 0; i < 3; i++) {
        char key[64];
        uint32_t token;
        snprintf(key, sizeof key, "tokenizer.ggml.%s_token_id", roles[i]);
        if (cairn_gguf_find(file, key) && cairn_gguf_get_u32(c->ctx, file, key, &token) == CAIRN_OK)
            printf(", %s %" PRIu32, roles[i], token);
    }
    printf("\n");
}

static cairn_status print_heads(cli *c, const cairn_gguf *file) {
    json_t *heads = json_object(), *head;
    cairn_status status = heads_json(c, file, heads);
    const char *name;
    json_object_foreach(heads, name, head) {
        char *dumped = json_dumps(head, JSON_COMPACT);
        printf("  %-14s %s %s\n", "head", name_line(c, name), dumped ? dumped : "");
        free(dumped);
    }
    json_decref(heads);
    return status;
}

static void print_tensors(cli *c, const cairn_gguf *file) {
    char count[32], shape[128];
    if (cairn_gguf_tensors(file) > 0)
        printf("\n%stensors%s\n", cli_paint_code(c, CLI_BOLD), cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++) {
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(file, i);
        cairn_ggml_layout layout = cairn_ggml_layout_of(t->type);
        printf("  %-40s %-7s %-20s ", name_line(c, t->name), layout.name, write_shape(t, shape));
        if (layout.block)
            printf("%s bytes\n", cli_count((int64_t)t->bytes, count));
        else
            printf("type %" PRIu32 ", whose size is not known here\n", t->type);
    }
}

static cairn_status print_info(cli *c, const cairn_gguf *file, const summary *s) {
    const char *bold = cli_paint_code(c, CLI_BOLD), *plain = cli_paint_code(c, CLI_PLAIN);
    char count[32], other[32];
    printf("%s%s%s  GGUF version %" PRIu32 ", %s bytes\n", bold, cli_safe(c, cairn_gguf_path(file)), plain,
           cairn_gguf_version(file), cli_count((int64_t)cairn_gguf_size(file), count));
    printf("  %-14s %s", "architecture", s->architecture.data ? one_line(c, s->architecture, SHOWN) : "not named");
    printf(s->name.data ? ", named %s\n" : "\n", s->name.data ? one_line(c, s->name, SHOWN) : "");
    printf("  %-14s %s in %s tensors\n", "parameters", cli_count(s->parameters, count),
           cli_count(cairn_gguf_tensors(file), other));
    printf("  %-14s %s\n", "checksum", s->checksum);
    print_tokenizer(c, file, s);
    model_remarks remarks;
    CAIRN_TRY(model_remarks_of(c, file, &remarks));
    model_remarks_print(&remarks);
    CAIRN_TRY(print_heads(c, file));
    printf("\n%smetadata%s\n", bold, plain);
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++) {
        const cairn_gguf_entry *entry = cairn_gguf_entry_at(file, i);
        printf("  %-40s %-7s ", name_line(c, entry->key), cairn_gguf_kind_name(entry->kind));
        CAIRN_TRY(print_value(c, file, entry));
    }
    print_tensors(c, file);
    return CAIRN_OK;
}

static json_t *string_json(cairn_bytes text) {
    return text.data ? json_stringn(text.data, text.length) : json_null();
}

static json_t *tensor_json(const cairn_gguf_tensor *t) {
    cairn_ggml_layout layout = cairn_ggml_layout_of(t->type);
    json_t *shape = json_array();
    for (int32_t i = 0; i < t->rank; i++) json_array_append_new(shape, json_integer(t->shape[i]));
    return json_pack("{s:s, s:s, s:I, s:o, s:I, s:o, s:I}", "name", t->name, "type", layout.name, "type_number",
                     (json_int_t)t->type, "shape", shape, "elements", (json_int_t)t->elements, "bytes",
                     layout.block ? json_integer((json_int_t)t->bytes) : json_null(), "offset", (json_int_t)t->offset);
}

static cairn_status fill_info(cli *c, const cairn_gguf *file, const summary *s, json_t *info) {
    json_t *metadata = json_object(), *heads = json_object(), *tensors = json_array(), *value;
    json_object_set_new(info, "file", json_string(cairn_gguf_path(file)));
    json_object_set_new(info, "version", json_integer(cairn_gguf_version(file)));
    json_object_set_new(info, "bytes", json_integer((json_int_t)cairn_gguf_size(file)));
    json_object_set_new(info, "alignment", json_integer((json_int_t)cairn_gguf_alignment(file)));
    json_object_set_new(info, "architecture", string_json(s->architecture));
    json_object_set_new(info, "name", string_json(s->name));
    json_object_set_new(info, "parameters", json_integer(s->parameters));
    json_object_set_new(info, "checksum", json_string(s->checksum));
    json_object_set_new(info, "tokenizer",
                        s->model.data ? json_pack("{s:o, s:o, s:I, s:I, s:I}", "model", string_json(s->model), "pre",
                                                  string_json(s->pre), "tokens", (json_int_t)s->tokens, "control",
                                                  (json_int_t)s->control, "merges", (json_int_t)s->merges)
                                      : json_null());
    model_remarks remarks;
    CAIRN_TRY(model_remarks_of(c, file, &remarks));
    json_object_set_new(info, "part", json_integer(remarks.part));
    json_object_set_new(info, "parts", json_integer(remarks.parts));
    json_object_set_new(info, "same_tokens", json_integer(remarks.same_tokens));
    json_object_set_new(info, "heads", heads);
    json_object_set_new(info, "metadata", metadata);
    json_object_set_new(info, "tensors", tensors);
    CAIRN_TRY(heads_json(c, file, heads));
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++) {
        const cairn_gguf_entry *entry = cairn_gguf_entry_at(file, i);
        CAIRN_TRY(value_json(c, file, entry, &value));
        json_object_set_new(metadata, entry->key, value);
    }
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++)
        json_array_append_new(tensors, tensor_json(cairn_gguf_tensor_at(file, i)));
    return CAIRN_OK;
}

static cairn_status print_json(cli *c, const cairn_gguf *file, const summary *s) {
    json_t *info = json_object();
    cairn_status status = fill_info(c, file, s, info);
    if (status == CAIRN_OK && (json_dumpf(info, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF))
        status = cairn_fail(c->ctx, CAIRN_IO, "cannot write the result");
    json_decref(info);
    return status;
}

static cairn_status run_info(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    cairn_gguf *file;
    cairn_status verified;
    const info_config *config = options;
    if (config->plan) return run_plan(c, config, arguments[0]);
    CAIRN_TRY(cairn_gguf_open(c->ctx, arguments[0], &file));
    summary s = summarise(c, file, &verified);
    const char *damage = verified == CAIRN_OK ? NULL : cairn_arena_printf(c->arena, "%s", cairn_error(c->ctx));
    cairn_status status = config->json ? print_json(c, file, &s) : print_info(c, file, &s);
    cairn_gguf_close(file);
    if (status == CAIRN_OK && verified != CAIRN_OK) status = cairn_fail(c->ctx, verified, "%s", damage ? damage : "");
    return status;
}

const cli_verb verb_model_info = {
    .about = {.name = "model info",
              .summary = "Explain a model file (GGUF): architecture, parameters, tokenizer, heads, metadata, tensors.",
              .options = info_options,
              .option_count = sizeof info_options / sizeof *info_options,
              .config_size = sizeof(info_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn model info policy.gguf\n  cairn model info ggml-vocab-gpt-2.gguf --json\n"
                "  cairn model info policy.gguf --plan --cache 64\n",
    .run = run_info,
};

/* ---- tokens ------------------------------------------------------------------------------------------------------------------ */

typedef struct json_config {
    bool json;
} json_config;

static json_t *token_json(cli *c, const cairn_tokenizer *tokenizer, int32_t token) {
    cairn_bytes text = cairn_token_text(tokenizer, token);
    char *hex = cairn_arena_alloc(c->arena, 2 * text.length + 1, 1);
    for (size_t i = 0; hex && i < text.length; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned char)text.data[i]);
    json_t *readable = json_stringn(text.data, text.length); /* NULL: not UTF-8 by itself */
    return json_pack("{s:i, s:s, s:o}", "id", (int)token, "bytes", hex ? hex : "", "text",
                     readable ? readable : json_null());
}

static cairn_status print_tokens(cli *c, const cairn_tokenizer *tokenizer, const cairn_tokens *tokens, bool json) {
    json_t *list = json ? json_array() : NULL;
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < tokens->count; i++) {
        cairn_bytes text = cairn_token_text(tokenizer, tokens->ids[i]);
        if (json)
            json_array_append_new(list, token_json(c, tokenizer, tokens->ids[i]));
        else
            printf("%8d  `%s`\n", (int)tokens->ids[i], one_line(c, text, SIZE_MAX / 8));
    }
    if (json && (json_dumpf(list, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF))
        status = cairn_fail(c->ctx, CAIRN_IO, "cannot write the result");
    json_decref(list);
    return status;
}

static cairn_status run_tokens(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    cairn_gguf *file;
    cairn_tokenizer *tokenizer = NULL;
    cairn_tokens tokens = {0};
    CAIRN_TRY(cairn_gguf_open(c->ctx, arguments[0], &file));
    cairn_status status = cairn_gguf_verify(c->ctx, file);
    if (status == CAIRN_NOT_FOUND) status = CAIRN_OK; /* files of other writers have no checksum */
    if (status == CAIRN_OK) status = cairn_tokenizer_get(c->ctx, file, &tokenizer);
    if (status == CAIRN_OK)
        status = cairn_tokenizer_encode(c->ctx, tokenizer, arguments[1], strlen(arguments[1]), &tokens);
    if (status == CAIRN_OK) status = print_tokens(c, tokenizer, &tokens, ((const json_config *)options)->json);
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(tokenizer);
    cairn_gguf_close(file);
    return status;
}

static const cairn_option tokens_options[] = {
    CAIRN_BOOL(json_config, json, "false", "One JSON array: each token's number, bytes (hexadecimal) and text.")};

const cli_verb verb_model_tokens = {
    .about = {.name = "model tokens",
              .summary = "Show how a model file's tokenizer cuts a text into tokens.",
              .options = tokens_options,
              .option_count = 1,
              .config_size = sizeof(json_config)},
    .arguments = "FILE TEXT",
    .least = 2,
    .most = 2,
    .examples = "  cairn model tokens policy.gguf 'Tom has 12 apples.'\n  cairn model tokens policy.gguf '<s> is text "
                "here' --json\n",
    .run = run_tokens,
};
