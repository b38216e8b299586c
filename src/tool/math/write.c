/* Trees as text: one plain notation that reads back to an equal tree. */
#include "tool/math/write_parts.h"

void math_put_bytes(math_writer *w, const char *bytes, size_t n) {
    if (w->failed) return;
    if (w->length + n + 1 > w->room) {
        size_t room = 2 * (w->length + n + 32);
        char *grown = cairn_arena_alloc(w->arena, room, 1);
        if (!grown) {
            w->failed = true;
            return;
        }
        if (w->length) memcpy(grown, w->data, w->length);
        w->data = grown;
        w->room = room;
    }
    memcpy(w->data + w->length, bytes, n);
    w->length += n;
    w->data[w->length] = '\0';
}

void math_put_text(math_writer *w, const char *text) {
    math_put_bytes(w, text, strlen(text));
}

/* Whether a call is a sum or a product over an index. */
static bool is_over_index(const math_node *call) {
    return call->kids == 4 && (strcmp(call->text, "sum") == 0 || strcmp(call->text, "product") == 0);
}

static int binding(const math_node *node) {
    switch (node->kind) {
    case MATH_LIST:
    case MATH_AND:
    case MATH_OR:
        return BIND_LIST;
    case MATH_RELATION:
        return BIND_RELATION;
    case MATH_RATIO:
        return BIND_RATIO;
    case MATH_UNION:
    case MATH_INTERSECTION:
    case MATH_DIFFERENCE:
        return BIND_UNION;
    case MATH_SUM:
    case MATH_PLUS_MINUS:
    case MATH_NEGATE:
        return BIND_SUM;
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_MIXED:
    case MATH_QUANTITY:
        return BIND_TERM;
    case MATH_POWER:
    case MATH_FACTORIAL:
    case MATH_PERCENT:
    case MATH_DEGREES:
        return BIND_FACTOR;
    case MATH_CALL:
        return strcmp(node->text, "mod") == 0 || is_over_index(node) ? BIND_TERM : BIND_PRIMARY;
    case MATH_NUMBER:
        return strchr(node->text, 'e') ? BIND_FACTOR : BIND_PRIMARY;
    default:
        return BIND_PRIMARY;
    }
}

void math_put_bracketed(math_writer *w, const math_node *node) {
    math_put_text(w, "(");
    math_put(w, node, BIND_LIST);
    math_put_text(w, ")");
}

static void items(math_writer *w, const math_node *node, const char *between, int least) {
    for (uint32_t i = 0; i < node->kids; i++) {
        if (i) math_put_text(w, between);
        math_put(w, node->kid[i], least);
    }
}

static void between(math_writer *w, const char *open, const math_node *node, const char *close) {
    math_put_text(w, open);
    items(w, node, ", ", BIND_RELATION);
    math_put_text(w, close);
}

/* ---- arithmetic ------------------------------------------------------------------------------------------------ */

static bool holds_unit(const math_node *node) {
    return node->kind == MATH_QUANTITY || (node->kind == MATH_NEGATE && node->kid[0]->kind == MATH_QUANTITY);
}

static void sum(math_writer *w, const math_node *node) {
    bool units = true;
    for (uint32_t i = 0; i < node->kids; i++) units = units && holds_unit(node->kid[i]);
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *kid = node->kid[i];
        bool minus = kid->kind == MATH_NEGATE;
        if (minus) kid = kid->kid[0];
        if (i)
            math_put_text(w, minus ? " - " : " + ");
        else if (minus)
            math_put_text(w, "-");
        if (kid->kind == MATH_QUANTITY && !units)
            math_put_bracketed(w, kid);
        else
            math_put(w, kid, i == 0 && kid->kind == MATH_PLUS_MINUS ? BIND_SUM : BIND_TERM);
    }
}

static void product(math_writer *w, const math_node *node) {
    for (uint32_t i = 0; i < node->kids; i++) {
        if (i) math_put_text(w, "*");
        math_put(w, node->kid[i], i == 0 && node->kid[i]->kind == MATH_QUOTIENT ? BIND_TERM : BIND_FACTOR);
    }
}

static void quotient(math_writer *w, const math_node *node) {
    math_kind above = node->kid[0]->kind;
    math_put(w, node->kid[0], above == MATH_PRODUCT || above == MATH_QUOTIENT ? BIND_TERM : BIND_FACTOR);
    math_put_text(w, "/");
    math_put(w, node->kid[1], BIND_FACTOR);
}

static void call(math_writer *w, const math_node *node) {
    if (node->kids == 2 && strcmp(node->text, "mod") == 0) {
        math_put(w, node->kid[0], BIND_FACTOR);
        math_put_text(w, " mod ");
        math_put(w, node->kid[1], BIND_FACTOR);
        return;
    }
    if (is_over_index(node)) {
        math_put_text(w, *node->text == 's' ? "\\sum_{" : "\\prod_{");
        math_put(w, node->kid[1], BIND_PRIMARY);
        math_put_text(w, "=");
        math_put(w, node->kid[2], BIND_SUM);
        math_put_text(w, "}^{");
        math_put(w, node->kid[3], BIND_SUM);
        math_put_text(w, "} ");
        math_put_bracketed(w, node->kid[0]);
        return;
    }
    bool base = strcmp(node->text, "log") == 0 && node->kids == 2;
    const math_command *word = math_find_word(node->text, strlen(node->text));
    if (!word && strlen(node->text) > 1 && math_find_command(node->text, strlen(node->text))) math_put_text(w, "\\");
    if (base) {
        math_put_text(w, "log_{");
        math_put(w, node->kid[1], BIND_RELATION);
        math_put_text(w, "}");
        math_put_bracketed(w, node->kid[0]);
        return;
    }
    math_put_text(w, node->text);
    between(w, "(", node, ")");
}

static void root(math_writer *w, const math_node *node) {
    const math_node *degree = node->kid[1];
    bool plain = degree->kind == MATH_NUMBER;
    if (plain && strcmp(degree->text, "2") == 0) {
        math_put_text(w, "sqrt");
    } else if (plain && strcmp(degree->text, "3") == 0) {
        math_put_text(w, "cbrt");
    } else {
        math_put_text(w, "\\sqrt[");
        math_put(w, degree, BIND_SUM);
        math_put_text(w, "]{");
        math_put(w, node->kid[0], BIND_LIST);
        math_put_text(w, "}");
        return;
    }
    math_put_bracketed(w, node->kid[0]);
}

/* ---- structures ------------------------------------------------------------------------------------------------ */

static void interval(math_writer *w, const math_node *node, bool among_sets) {
    bool left = node->flags & MATH_FLAG_OPEN_LEFT, right = node->flags & MATH_FLAG_OPEN_RIGHT, infinite = false;
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *end = node->kid[i]->kind == MATH_NEGATE ? node->kid[i]->kid[0] : node->kid[i];
        infinite = infinite || (end->kind == MATH_NAME && strcmp(end->text, "infinity") == 0);
    }
    bool turned = left && right && !infinite && !among_sets; /* (a, b) would be a pair */
    between(w, !left ? "[" : turned ? "]" : "(", node, !right ? "]" : turned ? "[" : ")");
}

static void among_sets(math_writer *w, const math_node *node, int least) {
    if (node->kind == MATH_INTERVAL)
        interval(w, node, true);
    else
        math_put(w, node, least);
}

static void operation(math_writer *w, const math_node *node) {
    const char *sign = node->kind == MATH_UNION          ? " \xE2\x88\xAA "
                       : node->kind == MATH_INTERSECTION ? " \xE2\x88\xA9 "
                                                         : " \xE2\x88\x96 ";
    for (uint32_t i = 0; i < node->kids; i++) {
        if (i) math_put_text(w, sign);
        among_sets(w, node->kid[i], BIND_SUM);
    }
}

static void set(math_writer *w, const math_node *node) {
    between(w, w->latex ? "\\{" : "{", node, w->latex ? "\\}" : "}");
}

static void builder(math_writer *w, const math_node *node) {
    math_put_text(w, w->latex ? "\\{" : "{");
    math_put(w, node->kid[0], BIND_RELATION);
    math_put_text(w, " | ");
    math_put(w, node->kid[1], BIND_LIST);
    math_put_text(w, w->latex ? "\\}" : "}");
}

static void table(math_writer *w, const math_node *node, const char *environment) {
    math_put_text(w, "\\begin{");
    math_put_text(w, environment);
    math_put_text(w, "} ");
    bool cases = node->kind == MATH_CASES;
    uint32_t rows = cases ? node->kids / 2 : node->kids;
    for (uint32_t i = 0; i < rows; i++) {
        if (i) math_put_text(w, " \\\\ ");
        const math_node *const *cell =
            cases ? (const math_node *const *)&node->kid[2 * i] : (const math_node *const *)node->kid[i]->kid;
        uint32_t cells = cases ? 2 : node->kid[i]->kids;
        for (uint32_t k = 0; k < cells; k++) {
            if (k) math_put_text(w, " & ");
            math_put(w, cell[k], BIND_LIST);
        }
    }
    math_put_text(w, " \\end{");
    math_put_text(w, environment);
    math_put_text(w, "}");
}

static void matrix(math_writer *w, const math_node *node) {
    bool vector = node->flags & MATH_FLAG_VECTOR, wide = node->kids > 1;
    for (uint32_t i = 0; i < node->kids; i++) {
        vector = vector && node->kid[i]->kids == 1;
        wide = wide && node->kid[i]->kids > 1 && node->kid[i]->kids == node->kid[0]->kids;
        for (uint32_t k = 0; k < node->kid[i]->kids; k++) wide = wide && node->kid[i]->kid[k]->kind != MATH_EMPTY;
    }
    if (vector) {
        math_put_text(w, "\xE2\x9F\xA8");
        for (uint32_t i = 0; i < node->kids; i++) {
            if (i) math_put_text(w, ", ");
            math_put(w, node->kid[i]->kid[0], BIND_RELATION);
        }
        math_put_text(w, "\xE2\x9F\xA9");
    } else if (node->flags & MATH_FLAG_DETERMINANT || !wide) {
        table(w, node, node->flags & MATH_FLAG_DETERMINANT ? "vmatrix" : "pmatrix");
    } else {
        math_put_text(w, "[");
        for (uint32_t i = 0; i < node->kids; i++) {
            if (i) math_put_text(w, ", ");
            between(w, "[", node->kid[i], "]");
        }
        math_put_text(w, "]");
    }
}

static void relation(math_writer *w, const math_node *node) {
    bool modulo = node->kids > 2 && node->relation[node->kids - 2] == MATH_CONGRUENT;
    for (uint32_t i = 0; i < node->kids; i++) {
        if (i && modulo && i + 1 == node->kids) {
            math_put_text(w, " \\pmod{");
            math_put(w, node->kid[i], BIND_LIST);
            math_put_text(w, "}");
            return;
        }
        if (i) {
            math_put_text(w, " ");
            math_put_text(w, math_relation_sign(node->relation[i - 1]));
            math_put_text(w, " ");
        }
        bool last = i + 1 == node->kids;
        if (i && node->relation[i - 1] == MATH_IN)
            among_sets(w, node->kid[i], BIND_RATIO);
        else
            math_put(w, node->kid[i], last && node->kid[i]->kind == MATH_LIST ? BIND_LIST : BIND_RATIO);
    }
}

static void choice(math_writer *w, const math_node *node) {
    math_put_text(w, "(");
    math_put_text(w, node->text);
    math_put_text(w, ")");
    if (!node->kids) return;
    math_put_text(w, " ");
    math_put(w, node->kid[0], BIND_LIST);
}

static void plus_minus(math_writer *w, const math_node *node) {
    const char *sign = node->flags & MATH_FLAG_TURNED ? "\xE2\x88\x93" : "\xC2\xB1";
    if (node->kids == 2) {
        math_put(w, node->kid[0], BIND_SUM);
        math_put_text(w, " ");
    }
    math_put_text(w, sign);
    if (node->kids == 2) math_put_text(w, " ");
    math_put(w, node->kid[node->kids - 1], BIND_TERM);
}

/* Signs around or after one operand, and pairs. */
static void sign_of_one(math_writer *w, const math_node *node) {
    const math_node *of = node->kid[0];
    const char *before = node->kind == MATH_ABS       ? "abs"
                         : node->kind == MATH_FLOOR   ? "floor"
                         : node->kind == MATH_CEILING ? "ceil"
                                                      : NULL;
    const char *after = node->kind == MATH_PERCENT       ? "%"
                        : node->kind == MATH_DEGREES     ? "\xC2\xB0"
                        : node->flags & MATH_FLAG_DOUBLE ? "!!"
                                                         : "!";
    if (before) {
        math_put_text(w, before);
        math_put_bracketed(w, of);
    } else {
        math_put(w, of, BIND_PRIMARY);
        math_put_text(w, after);
    }
}

static void mixed(math_writer *w, const math_node *node) {
    math_put(w, node->kid[0], BIND_FACTOR);
    math_put_text(w, " ");
    math_put(w, node->kid[1], BIND_TERM);
}

static void based(math_writer *w, const math_node *node) {
    bool number = node->kid[0]->kind == MATH_NUMBER;
    math_put_text(w, node->text);
    math_put_text(w, number ? "_" : "_{");
    math_put(w, node->kid[0], number ? BIND_PRIMARY : BIND_LIST);
    if (!number) math_put_text(w, "}");
}

static void alternatives(math_writer *w, const math_node *node) {
    for (uint32_t i = 0; i < node->kids; i++) {
        if (i) math_put_text(w, " or ");
        math_put(w, node->kid[i], node->kid[i]->kind == MATH_AND ? BIND_LIST : BIND_RELATION);
    }
}

static void put_leaf(math_writer *w, const math_node *node) {
    switch (node->kind) {
    case MATH_UNREAD:
        math_put_text(w, "?(");
        math_put_text(w, node->text);
        math_put_text(w, ")");
        break;
    case MATH_NUMBER:
        math_put_number(w, node->text);
        break;
    case MATH_NAME:
        math_put_name(w, node->text);
        break;
    case MATH_TEXT:
        math_put_words(w, node->text);
        break;
    case MATH_CHOICE:
        choice(w, node);
        break;
    case MATH_TIME:
        math_put_time(w, node);
        break;
    case MATH_DATE:
        math_put_date(w, node->text);
        break;
    default:
        break;
    }
}

/* A sign before these belongs to their number: -5% is (-5)%. */
static bool has_own_sign(const math_node *node) {
    return node->kind == MATH_PERCENT || node->kind == MATH_DEGREES || node->kind == MATH_QUANTITY;
}

static void put_arithmetic(math_writer *w, const math_node *node) {
    switch (node->kind) {
    case MATH_SUM:
        sum(w, node);
        break;
    case MATH_PRODUCT:
        product(w, node);
        break;
    case MATH_QUOTIENT:
        quotient(w, node);
        break;
    case MATH_NEGATE:
        math_put_text(w, "-");
        math_put(w, node->kid[0], has_own_sign(node->kid[0]) ? BIND_NEVER : BIND_TERM);
        break;
    case MATH_PLUS_MINUS:
        plus_minus(w, node);
        break;
    case MATH_POWER:
        math_put(w, node->kid[0], BIND_PRIMARY);
        math_put_text(w, "^");
        math_put(w, node->kid[1], BIND_PRIMARY);
        break;
    case MATH_ROOT:
        root(w, node);
        break;
    case MATH_CALL:
        call(w, node);
        break;
    case MATH_QUANTITY:
        math_put_quantity(w, node);
        break;
    case MATH_MIXED:
        mixed(w, node);
        break;
    case MATH_BASED:
        based(w, node);
        break;
    default:
        sign_of_one(w, node);
        break;
    }
}

static void put_structure(math_writer *w, const math_node *node) {
    switch (node->kind) {
    case MATH_TUPLE:
        between(w, node->flags & MATH_FLAG_VECTOR ? "[" : "(", node, node->flags & MATH_FLAG_VECTOR ? "]" : ")");
        break;
    case MATH_INTERVAL:
        interval(w, node, false);
        break;
    case MATH_SET:
        set(w, node);
        break;
    case MATH_LIST:
    case MATH_AND:
        items(w, node, ", ", BIND_RELATION);
        break;
    case MATH_UNION:
    case MATH_INTERSECTION:
    case MATH_DIFFERENCE:
        operation(w, node);
        break;
    case MATH_BUILDER:
        builder(w, node);
        break;
    case MATH_MATRIX:
        matrix(w, node);
        break;
    case MATH_ROW:
        between(w, "[", node, "]");
        break;
    case MATH_CASES:
        table(w, node, "cases");
        break;
    case MATH_RATIO:
        items(w, node, " : ", BIND_UNION);
        break;
    case MATH_RELATION:
        relation(w, node);
        break;
    case MATH_OR:
        alternatives(w, node);
        break;
    default:
        break;
    }
}

void math_put(math_writer *w, const math_node *node, int least) {
    if (binding(node) < least)
        math_put_bracketed(w, node);
    else if (node->kind < MATH_SUM)
        put_leaf(w, node);
    else if (node->kind < MATH_TUPLE)
        put_arithmetic(w, node);
    else
        put_structure(w, node);
}

char *math_write(cairn_arena *arena, const math_node *node) {
    math_writer w = {.arena = arena};
    math_put_text(&w, "");
    math_put(&w, node, BIND_LIST);
    if (!w.failed && strchr(w.data, '\\')) {
        w.latex = true;
        w.length = 0;
        math_put(&w, node, BIND_LIST);
    }
    return w.failed ? NULL : w.data;
}
