/* Worked solutions of arithmetic problems in many wordings, with one slip at a known step or none: for tests of the
 * trace checker. */
#ifndef CAIRN_TESTS_TRACE_MAKER_H
#define CAIRN_TESTS_TRACE_MAKER_H

#include "trace_text.h"

/* ---- problems ----------------------------------------------------------------------------------------------------------------- */

static inline ratio draw_number(maker *m) {
    int64_t n = maker_below(m, 12) + 1;
    if (maker_below(m, 4) == 0) n = -n;
    if (m->numbers == MAKER_DECIMAL && maker_below(m, 2)) return ratio_of(n * 10 + maker_below(m, 9) + 1, 10);
    if (m->numbers == MAKER_FRACTION && maker_below(m, 2)) return ratio_of(n, maker_below(m, 5) + 2);
    return (ratio){n, 1};
}

static inline int draw_node(maker *m, int operations) {
    if (m->count >= MAKER_NODES) abort();
    int at = m->count++;
    m->nodes[at] = (maker_node){.value = draw_number(m)};
    if (!operations) return at;
    if (operations == 1 && m->numbers == MAKER_PERCENT && maker_below(m, 2)) {
        int a = draw_node(m, 0), b = draw_node(m, 0);
        m->nodes[a].value = ratio_of(5 * (maker_below(m, 20) + 1), 1);
        m->nodes[b].value = ratio_of(20 * (maker_below(m, 20) + 1), 1);
        m->nodes[at] = (maker_node){.op = 'o', .a = a, .b = b};
        return at;
    }
    int left = m->style == MAKER_PARTS && at == 0 ? operations / 2 : maker_below(m, operations);
    char op = "+-*+-*/"[maker_below(m, 7)];
    int a = draw_node(m, left), b = draw_node(m, operations - 1 - left);
    m->nodes[at] = (maker_node){.op = op, .a = a, .b = b};
    ratio y = maker_value(m, b);
    if (op == '/' &&
        (y.n == 0 || (m->numbers != MAKER_FRACTION && !terminating(ratio_apply(m, '/', maker_value(m, a), y).d))))
        m->nodes[at].op = '+';
    return at;
}

static inline void draw_problem(maker *m) {
    static const char *const frames[] = {
        "%e =",         "%e = ?",       "What is %e?", "Compute %e.",   "Evaluate: %e",
        "Calculate %e", "Work out %e.", "%e",          "Simplify %e .", "Find the value of %e."};
    m->count = 0;
    m->operations = 3 + maker_below(m, 4);
    if (m->style == MAKER_PARTS) m->operations = 5 + 2 * maker_below(m, 2);
    m->root = draw_node(m, m->operations);
    maker_value(m, m->root);
    fill(m, m->problem, MAKER_PICK(m, frames), &(maker_fill){.e = m->root});
}

/* ---- working it out --------------------------------------------------------------------------------------------------------- */

/* The first operation with two numbers, inside `at`; -1 when it is a number. */
static inline int next_operation(const maker *m, int at) {
    const maker_node *x = &m->nodes[at];
    if (!x->op) return -1;
    int a = next_operation(m, x->a);
    if (a >= 0) return a;
    int b = next_operation(m, x->b);
    return b >= 0 ? b : at;
}

/* Another value than `right`, of the kind that people write by mistake. */
static inline ratio near_value(maker *m, ratio right) {
    int k = maker_below(m, 3) ? 1 + maker_below(m, 3) : 10;
    ratio out = maker_below(m, 2) ? ratio_of(right.n + k * right.d, right.d) : ratio_of(right.n - k * right.d, right.d);
    if (maker_below(m, 4) == 0 && right.n != 0) out.n = -right.n, out.d = right.d;
    return out;
}

/* Does one operation, perhaps wrongly. Returns whether it slipped. */
static inline bool reduce(maker *m, int at, maker_fill *f) {
    maker_node *x = &m->nodes[at];
    f->a = m->nodes[x->a].value;
    f->b = m->nodes[x->b].value;
    f->op = x->op;
    f->c = ratio_apply(m, x->op, f->a, f->b);
    bool slip = m->slip == MAKER_RESULT && m->done == m->slip_at;
    *x = (maker_node){.value = f->c};
    m->done++;
    if (!slip) return false;
    ratio right = maker_value(m, m->root);
    x->value = f->c = near_value(m, f->c);
    if (ratio_same(maker_value(m, m->root), right)) m->failed = true; /* times 0: nobody can see it in what is left */
    return true;
}

static inline char *new_step(maker *m) {
    if (m->n_steps >= MAKER_STEPS) abort();
    m->steps[m->n_steps][0] = '\0';
    return m->steps[m->n_steps++];
}

static inline void slipped(maker *m) {
    if (m->wrong < 0) m->wrong = m->n_steps - 1;
}

/* Writes another number in what is left of the problem, such that its value changes. Returns whether it did. */
static inline bool miscopy(maker *m, int at) {
    int leaves[MAKER_NODES], n = 0, stack[MAKER_NODES], depth = 0;
    for (stack[depth++] = at; depth;) {
        int top = stack[--depth];
        if (!m->nodes[top].op) {
            leaves[n++] = top;
            continue;
        }
        stack[depth++] = m->nodes[top].a;
        stack[depth++] = m->nodes[top].b;
    }
    ratio before = maker_value(m, at);
    maker_node *leaf = &m->nodes[leaves[maker_below(m, n)]];
    ratio kept = leaf->value;
    leaf->value = near_value(m, kept);
    if (!ratio_same(maker_value(m, at), before)) return true;
    leaf->value = kept;
    return false;
}

static inline void step_by_step(maker *m) {
    static const char *const lines[] = {
        "= %r", "%r", "\u21d2 %r", "This becomes %r", "which leaves us with %r", "Now we have %r."};
    static const char *const equations[] = {"%e = %r",       "%e = %r.",     "%e becomes %r", "%e gives %r",
                                            "%e equals %r.", "%e \u2192 %r", "So %e = %r"};
    static const char *const operations[] = {"%a %o %b = %c",
                                             "%a %w %b equals %c.",
                                             "First, %a %w %b gives %c.",
                                             "We compute %a %o %b and obtain %c.",
                                             "%a %o %b makes %c.",
                                             "Next, %a %o %b = %c",
                                             "Now %a %w %b is %c",
                                             "%a %o %b \u2192 %c",
                                             "%a %w %b yields %c.",
                                             "Then we get %a %o %b = %c."};
    static const char *const left[] = {"%a %o %b = %c, so we have %r", "%a %w %b is %c, which leaves %r.",
                                       "Since %a %o %b = %c, the expression becomes %r",
                                       "%a %o %b gives %c. Remaining: %r",
                                       "Do %a %o %b = %c first. What is left is %r."};
    static const char *const verbal[][4] = {
        {"The sum of %a and %b is %c.", "Subtracting %b from %a gives %c.", "Multiply %a by %b to get %c.",
         "Dividing %a by %b we obtain %c."},
        {"Adding %a and %b, we get %c.", "The difference of %a and %b is %c.", "The product of %a and %b equals %c",
         "The quotient of %a and %b is %c"},
    };
    const char *line = MAKER_PICK(m, lines), *equation = MAKER_PICK(m, equations), *rest = MAKER_PICK(m, left);
    const char *operation = MAKER_PICK(m, operations);
    bool vary = maker_below(m, 2);
    for (int at; (at = next_operation(m, m->root)) >= 0;) {
        maker_fill f = {.e = m->count, .rest = m->root};
        char before[MAKER_TEXT] = "", *step = new_step(m);
        put_whole(m, before, m->root);
        bool wrong = reduce(m, at, &f);
        bool copies = m->slip == MAKER_COPY && m->done > m->slip_at && m->wrong < 0;
        if (copies && m->nodes[m->root].op) wrong |= miscopy(m, m->root);
        if (wrong) slipped(m);
        if (vary) operation = MAKER_PICK(m, operations);
        bool share = f.op == 'o';
        const char *said = maker_below(m, 3) ? operation
                           : share           ? operation
                                             : MAKER_PICK(m, verbal)[strchr("+-*/", f.op) - "+-*/"];
        switch (m->style) {
        case MAKER_LINES:
            fill(m, step, line, &f);
            break;
        case MAKER_EQUATIONS:
            put(step, strncmp(equation, "So ", 3) == 0 ? "So " : "");
            put(step, before);
            fill(m, step, strstr(equation, "%e") + 2, &f);
            break;
        case MAKER_OPERATIONS:
            fill(m, step, share ? "%a%% of %b = %c" : said, &f);
            break;
        default:
            fill(m, step, share ? "%a%% of %b = %c, so we have %r" : rest, &f);
        }
    }
}

/* Several operations a step, all of them one chain that goes on from step to step. */
static inline void in_chains(maker *m) {
    bool open = maker_below(m, 2);
    while (m->nodes[m->root].op) {
        char *step = new_step(m);
        if (m->n_steps == 1 || !open) put_whole(m, step, m->root);
        for (int k = 1 + maker_below(m, 3); k > 0 && m->nodes[m->root].op; k--) {
            maker_fill f;
            bool wrong = reduce(m, next_operation(m, m->root), &f);
            bool copies = m->slip == MAKER_COPY && m->done > m->slip_at && m->wrong < 0;
            if (copies && m->nodes[m->root].op) wrong |= miscopy(m, m->root);
            if (wrong) slipped(m);
            put(step, *step ? " = " : "= ");
            put_whole(m, step, m->root);
        }
    }
}

/* Names of the two or three parts. */
static inline void by_parts(maker *m) {
    static const char *const names[][3] = {
        {"P", "Q", "R"},
        {"x", "y", "z"},
        {"X1", "X2", "X3"},
        {"\u03b1", "\u03b2", "\u03b3"},
        {"M", "N", "K"},
        {"u", "v", "w"},
        {"part 1", "part 2", "part 3"},
        {"S", "T", "U"},
        {"left", "right", "last"},
        {"first part", "second part", "third part"},
    };
    static const char *const intros[] = {"Let %n = ", "Write %n = ", "Call %n = ", "Put %n = ", "Define %n = "};
    static const char *const works[] = {
        "%n = ", "Let's work out %n = ", "Then %n = ", "Calculating %n: %n = ", "So %n = "};
    const char *const *name = MAKER_PICK(m, names);
    int parts[3], n = 0;
    const maker_node *top = &m->nodes[m->root];
    parts[n++] = top->a;
    parts[n++] = top->b;
    char op = top->op, *step = new_step(m);
    const char *intro = MAKER_PICK(m, intros), *work = MAKER_PICK(m, works);
    bool plan_first = maker_below(m, 2);
    char plan[MAKER_TEXT] = "";
    put(plan, name[0]);
    put(plan, " ");
    put(plan, sign_of(m, op));
    put(plan, " ");
    put(plan, name[1]);
    if (plan_first) {
        put(step, "The problem is ");
        put(step, plan);
        put(step, ", where ");
        put(step, name[0]);
        put(step, " = ");
    } else {
        fill(m, step, intro, &(maker_fill){.name = name[0]});
    }
    bool miscopied = m->slip == MAKER_COPY && maker_below(m, 2);
    ratio kept[2] = {maker_value(m, parts[0]), maker_value(m, parts[1])};
    if (miscopied && (!miscopy(m, parts[0]) || ratio_same(ratio_apply(m, op, maker_value(m, parts[0]), kept[1]),
                                                          ratio_apply(m, op, kept[0], kept[1]))))
        m->failed = true;
    if (miscopied) slipped(m);
    put_whole(m, step, parts[0]);
    put(step, " and ");
    put(step, name[1]);
    put(step, " = ");
    put_whole(m, step, parts[1]);
    if (!plan_first) {
        put(step, ". The problem is then ");
        put(step, plan);
    }
    put(step, ".");
    for (int i = 0; i < n; i++) {
        step = new_step(m);
        fill(m, step, work, &(maker_fill){.name = name[i]});
        put_whole(m, step, parts[i]);
        while (m->nodes[parts[i]].op) {
            maker_fill f;
            if (reduce(m, next_operation(m, parts[i]), &f)) slipped(m);
            put(step, " = ");
            put_whole(m, step, parts[i]);
        }
    }
    step = new_step(m);
    maker_fill f;
    if (m->slip == MAKER_COPY && m->wrong < 0 && miscopy(m, m->root)) slipped(m);
    int at = m->root;
    char values[MAKER_TEXT] = "";
    put_whole(m, values, at);
    if (reduce(m, at, &f)) slipped(m);
    put(step, maker_below(m, 2) ? "Together " : "");
    put(step, plan);
    put(step, " = ");
    put(step, values);
    put(step, " = ");
    put_number(m, step, f.c);
}

static inline void state_answer(maker *m) {
    static const char *const ends[] = {
        "The answer is %c.", "So the result is %c.", "Answer: %c",     "Hence the final answer is %c.",
        "#### %c",           "The final result: %c", "Thus we get %c."};
    ratio answer = m->nodes[m->root].value;
    bool apart = maker_below(m, 2);
    if (m->slip != MAKER_ANSWER && maker_below(m, 4) == 0) return;
    char *step = apart ? new_step(m) : m->steps[m->n_steps - 1];
    if (!apart) put(step, step[strlen(step) - 1] == '.' ? " " : ". ");
    if (m->slip == MAKER_ANSWER) {
        answer = near_value(m, answer);
        slipped(m);
    }
    fill(m, step, MAKER_PICK(m, ends), &(maker_fill){.c = answer});
}

/* Makes trace `index` of one style and kind of numbers. */
static inline void make_trace(maker *m, maker_style style, maker_numbers numbers, maker_slip slip, uint64_t seed,
                              uint32_t index) {
    for (uint32_t attempt = 0;; attempt++) {
        memset(m, 0, sizeof *m);
        m->rng = cairn_rng_open(seed, index, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD,
                                (uint32_t)(style * MAKER_KINDS + numbers), attempt);
        m->style = style;
        m->numbers = numbers;
        m->slip = slip;
        m->wrong = -1;
        m->unicode = maker_below(m, 3) == 0;
        m->tight = maker_below(m, 4) == 0;
        m->all_brackets = maker_below(m, 2);
        m->square = maker_below(m, 3) == 0;
        m->signed_brackets = maker_below(m, 2);
        draw_problem(m);
        m->slip_at = maker_below(m, m->operations);
        if (style == MAKER_PARTS)
            by_parts(m);
        else if (style == MAKER_CHAIN)
            in_chains(m);
        else
            step_by_step(m);
        state_answer(m);
        bool placed = slip == MAKER_CLEAN ? m->wrong < 0 : m->wrong >= 0;
        if (placed && !m->failed) return;
    }
}

#endif
