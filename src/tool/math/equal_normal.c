/* One form of a tree for all spellings that differ in notation only. */
#include <stdio.h>
#include <string.h>

#include "tool/math/equal_normal.h"
#include "tool/math/read.h"

enum { BITS_MOST = 4096, PLACES_MOST = 20 };

/* A rational in lowest terms: an integer, a decimal that ends within PLACES_MOST places, or a quotient. */
static math_node *normal_rational(comparing *c, const mpq_t value) {
    mpz_t scaled, rest;
    char *text = NULL;
    mpz_inits(scaled, rest, NULL);
    for (int places = 1; places <= PLACES_MOST && !text && mpz_cmp_ui(mpq_denref(value), 1) != 0; places++) {
        mpz_ui_pow_ui(scaled, 10, (unsigned long)places);
        mpz_mul(scaled, scaled, mpq_numref(value));
        mpz_tdiv_qr(scaled, rest, scaled, mpq_denref(value));
        if (mpz_sgn(rest) != 0) continue;
        mpz_abs(scaled, scaled);
        size_t n = mpz_sizeinbase(scaled, 10) + (size_t)places + 3;
        char *digits = cairn_arena_alloc(c->arena, n, 1);
        text = digits ? cairn_arena_alloc(c->arena, 2 * n, 1) : NULL;
        if (!text) {
            c->status = CAIRN_NO_MEMORY;
            break;
        }
        mpz_get_str(digits, 10, scaled);
        size_t length = strlen(digits), whole = length > (size_t)places ? length - (size_t)places : 0;
        int zeros = whole ? 0 : places - (int)length;
        snprintf(text, 2 * n, "%.*s.%.*s%s", whole ? (int)whole : 1, whole ? digits : "0", zeros,
                 "00000000000000000000", digits + whole);
    }
    mpz_clears(scaled, rest, NULL);
    if (c->status != CAIRN_OK) return NULL;
    if (!text) return tree_rational(c, value);
    math_node *number = tree_leaf(c, MATH_NUMBER, text);
    return number && mpq_sgn(value) < 0 ? tree_one(c, MATH_NEGATE, number) : number;
}

/* The number that a tree is, where it is rational and of bounded size; `node` where not. */
static const math_node *folded(comparing *c, const math_node *node) {
    static const uint64_t kept = KIND(MATH_NAME) | KIND(MATH_PERCENT) | KIND(MATH_DEGREES) | KIND(MATH_BASED);
    if (!is_among(node, KINDS_VALUE & ~kept) || math_holds(node, MATH_PERCENT) || math_holds(node, MATH_DEGREES) ||
        math_holds(node, MATH_BASED) || tree_has_name(node) ||
        (node->kind == MATH_CALL && strcmp(node->text, "mod") == 0))
        return node;
    mpq_t value;
    mpq_init(value);
    const math_node *out = node;
    if (math_rational(c->engine, node, value) && mpz_sizeinbase(mpq_numref(value), 2) < BITS_MOST &&
        mpz_sizeinbase(mpq_denref(value), 2) < BITS_MOST)
        out = normal_rational(c, value);
    mpq_clear(value);
    return out;
}

static const math_node *normal_text(comparing *c, const math_node *node) {
    char *text = cairn_arena_copy(c->arena, node->text, strlen(node->text));
    if (!text) {
        c->status = CAIRN_NO_MEMORY;
        return NULL;
    }
    size_t n = strlen(text);
    while (n > 1 && strchr(".,;:!", text[n - 1])) text[--n] = '\0';
    for (char *at = text; n > 1 && *at; at++)
        if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
    return tree_leaf(c, MATH_TEXT, text);
}

/* Kids of a set in the order of their texts, each once. */
static const math_node *normal_set(comparing *c, const math_node *set) {
    if (set->kids > COMPARE_ITEMS_MOST) return set;
    const math_node *kid[COMPARE_ITEMS_MOST];
    const char *text[COMPARE_ITEMS_MOST];
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->kids; i++) {
        const char *own = math_write(c->arena, set->kid[i]);
        if (!own) {
            c->status = CAIRN_NO_MEMORY;
            return NULL;
        }
        uint32_t at = 0;
        while (at < n && strcmp(text[at], own) < 0) at++;
        if (at < n && strcmp(text[at], own) == 0) continue;
        memmove(text + at + 1, text + at, (n - at) * sizeof *text);
        memmove(kid + at + 1, kid + at, (n - at) * sizeof *kid);
        text[at] = own;
        kid[at] = set->kid[i];
        n++;
    }
    return tree_of(c, MATH_SET, n, kid);
}

const math_node *tree_normal(comparing *c, const math_node *node) {
    const math_node *own = folded(c, node);
    if (!own || own != node) return own;
    if (node->kind == MATH_TEXT) return normal_text(c, node);
    if (node->kids == 0) return node;
    const math_node **kid = cairn_arena_alloc(c->arena, node->kids, sizeof(math_node *));
    if (!kid) {
        c->status = CAIRN_NO_MEMORY;
        return NULL;
    }
    for (uint32_t i = 0; i < node->kids; i++) kid[i] = tree_normal(c, node->kid[i]);
    math_node *copy = tree_of(c, node->kind, node->kids, kid);
    if (!copy) return NULL;
    copy->flags = node->flags & ~(uint32_t)(MATH_FLAG_GROUPED | MATH_FLAG_COMMA_GROUPED | MATH_FLAG_WORDS);
    copy->text = node->text;
    copy->relation = node->relation;
    return copy->kind == MATH_SET ? normal_set(c, copy) : copy;
}
