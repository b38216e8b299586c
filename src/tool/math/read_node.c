/* Nodes of the tree that is being read: made, bounded, and unread ones. */
#include "tool/math/read_parts.h"

enum { DEPTH_SPARED = 8 }; /* levels that joining statements may still add */

typedef struct deep_node {
    math_node node;
    uint32_t depth;
} deep_node;

bool math_make_spare(math_reader *r) {
    deep_node *spare = cairn_arena_alloc(r->arena, 1, sizeof *spare);
    if (!spare) return false;
    spare->node.text = "";
    spare->node.kind = MATH_EMPTY;
    r->spare_node = &spare->node;
    return true;
}

math_node *math_fail(math_reader *r, cairn_status status) {
    if (r->status == CAIRN_OK) r->status = status;
    r->at = r->tokens - 1;
    return r->spare_node;
}

static math_node *new_node(math_reader *r, math_kind kind, uint32_t kids, uint32_t start, uint32_t end) {
    if (r->status != CAIRN_OK) return r->spare_node;
    if (++r->nodes > MATH_NODES_MOST)
        return math_fail(r, cairn_fail(r->ctx, CAIRN_LIMIT, "a formula of more than %d parts", MATH_NODES_MOST));
    size_t bytes = sizeof(deep_node) + kids * sizeof(math_node *);
    deep_node *deep = cairn_arena_alloc(r->arena, 1, bytes);
    if (!deep) return math_fail(r, CAIRN_NO_MEMORY);
    if (end < start) end = start; /* of what is empty, before blanks */
    deep->node = (math_node){.kind = kind, .start = start, .end = end, .kids = kids};
    if (kids) deep->node.kid = (math_node **)(deep + 1);
    deep->depth = 1;
    return &deep->node;
}

static bool is_too_deep(math_reader *r, math_node *node) {
    uint32_t depth = 0;
    for (uint32_t i = 0; i < node->kids; i++) {
        uint32_t below = ((deep_node *)(void *)node->kid[i])->depth;
        if (below > depth) depth = below;
    }
    ((deep_node *)(void *)node)->depth = depth + 1;
    if (depth + 1 <= MATH_DEPTH_MOST - DEPTH_SPARED) return false;
    math_fail(r, cairn_fail(r->ctx, CAIRN_LIMIT, "a formula nested deeper than %d levels", MATH_DEPTH_MOST));
    return true;
}

math_node *math_leaf(math_reader *r, math_kind kind, const char *text, uint32_t start, uint32_t end) {
    math_node *node = new_node(r, kind, 0, start, end);
    if (!text) return math_fail(r, CAIRN_NO_MEMORY);
    node->text = text;
    return node;
}

math_node *math_unread(math_reader *r, const char *why, uint32_t start, uint32_t end) {
    if (r->calculator && r->status == CAIRN_OK)
        return math_fail(r, r->cut && math_peek(r)->kind == TOKEN_END
                                ? cairn_fail(r->ctx, CAIRN_LIMIT, "an expression of too many parts")
                                : cairn_fail(r->ctx, CAIRN_FORMAT, "not evaluated: %s at byte %u", why, start));
    return math_leaf(r, MATH_UNREAD, why, start, end);
}

math_node *math_make(math_reader *r, math_kind kind, uint32_t base, uint32_t start, uint32_t end) {
    if (r->status != CAIRN_OK) return r->spare_node;
    uint32_t kids = r->stacked - base;
    math_node *node = new_node(r, kind, kids, start, end);
    if (r->status != CAIRN_OK) return r->spare_node;
    if (kids) memcpy(node->kid, r->stack + base, kids * sizeof *node->kid);
    r->stacked = base;
    return is_too_deep(r, node) ? r->spare_node : node;
}

math_node *math_make1(math_reader *r, math_kind kind, math_node *a, uint32_t start, uint32_t end) {
    uint32_t base = r->stacked;
    math_push(r, a);
    return math_make(r, kind, base, start, end);
}

math_node *math_make2(math_reader *r, math_kind kind, math_node *a, math_node *b, uint32_t start, uint32_t end) {
    uint32_t base = r->stacked;
    math_push(r, a);
    math_push(r, b);
    return math_make(r, kind, base, start, end);
}

void math_push(math_reader *r, math_node *kid) {
    if (r->status != CAIRN_OK) return;
    if (r->stacked == r->stack_room) {
        uint32_t room = r->stack_room ? 2 * r->stack_room : 16;
        math_node **grown = cairn_arena_alloc(r->arena, room, sizeof *grown);
        uint8_t *joints = grown ? cairn_arena_alloc(r->arena, room, 1) : NULL;
        if (!joints) {
            math_fail(r, CAIRN_NO_MEMORY);
            return;
        }
        if (r->stacked) {
            memcpy(grown, r->stack, r->stacked * sizeof *grown);
            memcpy(joints, r->joint, r->stacked);
        }
        r->stack = grown;
        r->joint = joints;
        r->stack_room = room;
    }
    r->joint[r->stacked] = 0;
    r->stack[r->stacked++] = kid;
}

bool math_enter(math_reader *r) {
    if (r->status == CAIRN_OK && r->depth < MATH_DEPTH_MOST) {
        r->depth++;
        return true;
    }
    if (r->status == CAIRN_OK)
        math_fail(r, cairn_fail(r->ctx, CAIRN_LIMIT, "a formula nested deeper than %d levels", MATH_DEPTH_MOST));
    return false;
}

uint32_t math_last_end(const math_reader *r) {
    return r->at ? r->token[r->at - 1].end : 0;
}

static const bool opening[TOKEN_KINDS] = {
    [TOKEN_OPEN_ROUND] = true, [TOKEN_OPEN_SQUARE] = true, [TOKEN_OPEN_BRACE] = true,   [TOKEN_OPEN_GROUP] = true,
    [TOKEN_OPEN_ANGLE] = true, [TOKEN_OPEN_FLOOR] = true,  [TOKEN_OPEN_CEILING] = true, [TOKEN_BEGIN] = true};

static bool opens(math_token_kind kind) {
    return opening[kind];
}

static const bool closing[TOKEN_KINDS] = {
    [TOKEN_CLOSE_ROUND] = true, [TOKEN_CLOSE_SQUARE] = true, [TOKEN_CLOSE_BRACE] = true,   [TOKEN_CLOSE_GROUP] = true,
    [TOKEN_CLOSE_ANGLE] = true, [TOKEN_CLOSE_FLOOR] = true,  [TOKEN_CLOSE_CEILING] = true, [TOKEN_FINISH] = true};

bool math_closes(math_token_kind kind) {
    return closing[kind];
}

math_node *math_unread_item(math_reader *r, const char *why, uint32_t start) {
    uint32_t open = 0, first = r->at;
    if (r->calculator) return math_unread(r, why, start, start);
    for (;; math_advance(r)) {
        math_token_kind kind = math_peek(r)->kind;
        if (kind == TOKEN_END) break;
        if (opens(kind)) open++;
        if (math_closes(kind) && open-- == 0) break;
        if (open == 0 && r->at > first &&
            (kind == TOKEN_COMMA || kind == TOKEN_SEMICOLON || kind == TOKEN_AMPERSAND || kind == TOKEN_ROW_BREAK))
            break;
    }
    uint32_t end = math_last_end(r);
    if (end < start) end = start;
    return math_unread(r, why, start, end);
}
