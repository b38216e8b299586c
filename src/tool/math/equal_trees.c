/* Small trees that the rules of comparison build and ask about. */
#include <string.h>

#include "tool/math/equal_rules.h"

enum { POINT_PRIMES = 12 };

math_node *tree_leaf(comparing *c, math_kind kind, const char *text) {
    math_node *node = cairn_arena_alloc(c->arena, 1, sizeof *node);
    if (!node) {
        c->status = CAIRN_NO_MEMORY;
        return NULL;
    }
    *node = (math_node){.kind = kind, .text = text};
    return node;
}

math_node *tree_text(comparing *c, math_kind kind, const char *text) {
    if (!text) c->status = CAIRN_NO_MEMORY;
    return text ? tree_leaf(c, kind, text) : NULL;
}

math_node *tree_of(comparing *c, math_kind kind, uint32_t kids, const math_node *const *kid) {
    math_node *node = tree_leaf(c, kind, NULL);
    math_node **copy = cairn_arena_alloc(c->arena, kids ? kids : 1, sizeof(math_node *));
    if (!node || !copy) {
        c->status = CAIRN_NO_MEMORY;
        return NULL;
    }
    for (uint32_t i = 0; i < kids; i++) {
        if (!kid[i]) return NULL;
        copy[i] = (math_node *)(uintptr_t)kid[i]; /* trees are only read */
    }
    node->kid = copy;
    node->kids = kids;
    return node;
}

math_node *tree_one(comparing *c, math_kind kind, const math_node *a) {
    return tree_of(c, kind, 1, &a);
}

math_node *tree_two(comparing *c, math_kind kind, const math_node *a, const math_node *b) {
    const math_node *kid[2] = {a, b};
    return tree_of(c, kind, 2, kid);
}

math_node *tree_minus(comparing *c, const math_node *a, const math_node *b) {
    return tree_two(c, MATH_SUM, a, tree_one(c, MATH_NEGATE, b));
}

static math_node *tree_integer(comparing *c, const mpz_t value) {
    size_t n = mpz_sizeinbase(value, 10) + 2;
    char *text = cairn_arena_alloc(c->arena, n, 1);
    if (!text) {
        c->status = CAIRN_NO_MEMORY;
        return NULL;
    }
    mpz_get_str(text, 10, value);
    return *text == '-' ? tree_one(c, MATH_NEGATE, tree_leaf(c, MATH_NUMBER, text + 1))
                        : tree_leaf(c, MATH_NUMBER, text);
}

math_node *tree_rational(comparing *c, const mpq_t value) {
    if (mpz_cmp_ui(mpq_denref(value), 1) == 0) return tree_integer(c, mpq_numref(value));
    mpz_t over;
    mpz_init(over);
    mpz_abs(over, mpq_numref(value));
    math_node *out = tree_two(c, MATH_QUOTIENT, tree_integer(c, over), tree_integer(c, mpq_denref(value)));
    mpz_clear(over);
    return out && mpq_sgn(value) < 0 ? tree_one(c, MATH_NEGATE, out) : out;
}

bool tree_small_integer(const math_node *node, int *out) {
    bool negative = node->kind == MATH_NEGATE;
    if (negative) node = node->kid[0];
    if (node->kind != MATH_NUMBER || strlen(node->text) > 4 || node->text[strspn(node->text, "0123456789")])
        return false;
    *out = 0;
    for (const char *at = node->text; *at; at++) *out = *out * 10 + (*at - '0');
    if (negative) *out = -*out;
    return true;
}

bool tree_same(const math_node *a, const math_node *b) {
    static const uint32_t meaning = MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT | MATH_FLAG_TURNED | MATH_FLAG_DOUBLE |
                                    MATH_FLAG_HALF_DAY | MATH_FLAG_DETERMINANT;
    uint32_t other = (a->flags ^ b->flags) & meaning;
    if (a->kind == MATH_NUMBER) other = 0;
    if (a->kind != b->kind || a->kids != b->kids || other) return false;
    if ((a->text == NULL) != (b->text == NULL) || (a->text && strcmp(a->text, b->text) != 0)) return false;
    if (a->kind == MATH_RELATION && a->kids && memcmp(a->relation, b->relation, (a->kids - 1) * sizeof *a->relation))
        return false;
    for (uint32_t i = 0; i < a->kids; i++)
        if (!tree_same(a->kid[i], b->kid[i])) return false;
    return true;
}

uint32_t tree_count(const math_node *node, math_kind kind) {
    uint32_t n = node->kind == kind;
    for (uint32_t i = 0; i < node->kids; i++) n += tree_count(node->kid[i], kind);
    return n;
}

static bool is_constant_name(const char *name) {
    static const char *const constants[] = {"pi", "e", "i", "infinity"};
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (strcmp(name, constants[i]) == 0) return true;
    return false;
}

bool tree_holds_name(const math_node *node, const char *name) {
    if (node->kind == MATH_NAME) return strcmp(node->text, name) == 0;
    for (uint32_t i = 0; i < node->kids; i++)
        if (tree_holds_name(node->kid[i], name)) return true;
    return false;
}

bool tree_has_name(const math_node *node) {
    if (node->kind == MATH_NAME) return !is_constant_name(node->text);
    for (uint32_t i = 0; i < node->kids; i++)
        if (tree_has_name(node->kid[i])) return true;
    return false;
}

bool tree_names_within(const math_node *node, const math_node *other) {
    if (node->kind == MATH_NAME) return is_constant_name(node->text) || tree_holds_name(other, node->text);
    for (uint32_t i = 0; i < node->kids; i++)
        if (!tree_names_within(node->kid[i], other)) return false;
    return true;
}

/* `node` with other kids. */
static math_node *tree_with(comparing *c, const math_node *node, const math_node *const *kid) {
    math_node *copy = tree_of(c, node->kind, node->kids, kid);
    if (!copy) return NULL;
    copy->flags = node->flags;
    copy->text = node->text;
    copy->relation = node->relation;
    copy->start = node->start;
    copy->end = node->end;
    return copy;
}

const math_node *tree_map(comparing *c, const math_node *node, tree_change *change, void *with) {
    const math_node *own = change(c, node, with);
    if (own != node || node->kids == 0) return own;
    const math_node **kid = cairn_arena_alloc(c->arena, node->kids, sizeof(math_node *));
    bool changed = false;
    if (!kid) {
        c->status = CAIRN_NO_MEMORY;
        return NULL;
    }
    for (uint32_t i = 0; i < node->kids; i++) {
        kid[i] = tree_map(c, node->kid[i], change, with);
        if (!kid[i]) return NULL;
        changed |= kid[i] != node->kid[i];
    }
    return changed ? tree_with(c, node, kid) : node;
}

typedef struct replacing {
    const math_node *old, *with;
} replacing;

static const math_node *replace(comparing *c, const math_node *node, void *with) {
    const replacing *how = with;
    (void)c;
    return node->kind == how->old->kind && tree_same(node, how->old) ? how->with : node;
}

const math_node *tree_put(comparing *c, const math_node *node, const math_node *old, const math_node *with) {
    return tree_map(c, node, replace, &(replacing){old, with});
}

/* A number for a name that depends on the name and on the point alone. */
static const math_node *number_for_name(comparing *c, const math_node *node, void *with) {
    static const char *const over[POINT_PRIMES] = {"2", "3", "5", "7", "11", "13", "17", "19", "23", "29", "31", "37"};
    static const char *const under[3] = {"41", "7", "3"};
    if (node->kind != MATH_NAME || is_constant_name(node->text)) return node;
    unsigned point = *(unsigned *)with, hash = point;
    for (const char *at = node->text; *at; at++) hash = hash * 31 + (unsigned char)*at;
    return tree_two(c, MATH_QUOTIENT, tree_leaf(c, MATH_NUMBER, over[hash % POINT_PRIMES]),
                    tree_leaf(c, MATH_NUMBER, under[point % 3]));
}

const math_node *tree_at_point(comparing *c, const math_node *node, unsigned point) {
    return tree_map(c, node, number_for_name, &point);
}

static const math_node *sign_chosen(comparing *c, const math_node *node, void *with) {
    bool plus = *(bool *)with;
    if (node->kind != MATH_PLUS_MINUS) return node;
    plus ^= (node->flags & MATH_FLAG_TURNED) != 0;
    bool two = node->kids == 2;
    const math_node *term = tree_map(c, node->kid[node->kids - 1], sign_chosen, with);
    if (term && !plus) term = tree_one(c, MATH_NEGATE, term);
    if (!two || !term) return term;
    return tree_two(c, MATH_SUM, tree_map(c, node->kid[0], sign_chosen, with), term);
}

bool tree_signs(comparing *c, const math_node *node, const math_node *out[2]) {
    uint32_t signs = tree_count(node, MATH_PLUS_MINUS);
    if (signs == 0) return false;
    if (signs > 1) { /* several: only \pm with \mp says that they go together */
        bool turned = false;
        for (uint32_t i = 0; i < node->kids; i++)
            turned |= node->kid[i]->kind == MATH_PLUS_MINUS && (node->kid[i]->flags & MATH_FLAG_TURNED);
        if (!turned && !(node->kind == MATH_PLUS_MINUS && (node->flags & MATH_FLAG_TURNED))) return false;
    }
    for (int i = 0; i < 2; i++) {
        bool plus = i == 0;
        out[i] = tree_map(c, node, sign_chosen, &plus);
        if (!out[i]) return false;
    }
    return true;
}

static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool problem_names(const comparing *c, const math_node *node) {
    const char *problem = c->options->problem;
    if (node->kind == MATH_NAME && !is_constant_name(node->text)) {
        size_t n = strlen(node->text);
        for (const char *at = problem; at && (at = strstr(at, node->text)); at++)
            if ((at == problem || !is_letter(at[-1])) && !is_letter(at[n])) return true;
        return false;
    }
    for (uint32_t i = 0; i < node->kids; i++)
        if (!problem_names(c, node->kid[i])) return false;
    return true;
}

/* Whether `word` starts at `at`, in either case. */
static bool starts_word(const char *at, const char *word) {
    for (; *word; at++, word++) {
        char low = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        if (low != *word) return false;
    }
    return true;
}

bool problem_says(const comparing *c, const char *const *words) {
    const char *text = c->options->problem;
    for (; text && *text; text++)
        for (int i = 0; words[i]; i++)
            if (starts_word(text, words[i])) return true;
    return false;
}
