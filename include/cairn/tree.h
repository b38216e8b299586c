/* cairn/tree.h: the search tree, and pure functions of it. Layer: search (uses core, stat).
 *
 *     cairn_tree *tree;
 *     CAIRN_TRY(cairn_tree_open(ctx, 0, &tree));
 *     for (int i = 0; i < simulations; i++) {
 *         cairn_node leaf = cairn_select_leaf(tree, CAIRN_ROOT, &puct), first;
 *         CAIRN_TRY(cairn_tree_expand(ctx, tree, leaf, priors_of(leaf), 8, &first));
 *         cairn_backup(tree, leaf, value_of(leaf), CAIRN_BACKUP_MEAN);
 *     }
 *
 * The tree is a struct of arrays: one column a property, one row a node; node 0 is the root. Columns move when nodes
 * are added, so never keep a column's pointer across a call that may add. A node takes 101 bytes of columns with one
 * score column, 117 with edges and the counts of one role, 5 more for each further score column. Texts, token ids and
 * world states are stored beside the columns.
 *
 *   column        unit            who writes it, when
 *   parent ..     node            add
 *   depth         steps           add: root 0
 *   kind          cairn_kind      add
 *   flags         CAIRN_NODE_*    add, verbs
 *   text_at/len   bytes           add: the step's text
 *   token_at/n    tokens          add: token ids where the policy gives them; n_tokens is the step's cost also without ids
 *   key           hash            add: of the text, for merging equal siblings
 *   path          hash            add: for random numbers, cairn_path_child(parent's, draw)
 *   draws[role]   count           propose: draws made at this node in this role (the next draw's number). The generator's
 *                                 column is always there, that of another role from its first draw on
 *   multiplicity  count           propose: samples that gave this step
 *   logp          nats            propose: the step under the policy, NaN unknown
 *   prior         probability     expand: PUCT's P
 *   value         value units     search: the node's working value V
 *   total, visits value, count    back-up: W and N; Q = W / N
 *   outcome       world's range   check: NaN unchecked or unknown
 *   answer        class, -1       check: equal answers share a class of this tree
 *   verdict       (optional) cairn_verdict  check: right or wrong, beside `outcome`
 *   paid          (optional) value        add: what the world paid for the step; without the column 0
 *   edge_reward, discount (optional) value, factor    add: paid; expand: with what a scorer says of the step; without the column 0 and 1
 *   observation_at/length (optional) bytes    add: what the world answered to the step; length 0: nothing
 *   mc_n[role], mc_ok[role]  (optional) count  rollouts from this node in this role, and how many of them were right
 *   score[c]      scale of column  score: NaN unscored or unknown; marks[c] tells which
 *   marks[c]      CAIRN_SCORE_*   score: what was done for this column
 */
#ifndef CAIRN_TREE_H
#define CAIRN_TREE_H

#include "cairn/core.h"
#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t cairn_node;
#define CAIRN_NONE UINT32_MAX
#define CAIRN_ROOT 0u

enum {
    CAIRN_NODE_EXPANDED = 1,   /* children were asked for */
    CAIRN_NODE_TERMINAL = 2,   /* a whole solution */
    CAIRN_NODE_HIDDEN = 4,     /* left out of renderings and exports */
    CAIRN_NODE_DEAD = 8,       /* pruned: never selected again */
    CAIRN_NODE_COMPLETED = 16, /* nothing below is left to explore */
    CAIRN_NODE_CUT = 32,       /* its step was cut off at its token limit and counts as complete */
    CAIRN_NODE_CHECKED = 64,   /* outcome was asked for */
    CAIRN_NODE_PARTIAL = 128   /* its step is unfinished: the state is still the parent's (cairn_propose_partial) */
};

/* Marks of a score column. */
enum {
    CAIRN_SCORE_ASKED = 1, /* the score was asked for: NaN means unknown */
    CAIRN_SCORE_READ = 2   /* the reward read this step, in this node's prefix or a longer one */
};

typedef struct cairn_score_column {
    const char *name;   /* unique in its tree: "reward", "prover", "reward.2" */
    const char *source; /* spec of the reward that writes it */
    int32_t meaning;    /* cairn_meaning of cairn/reward.h */
    float low, high;
} cairn_score_column;

typedef struct cairn_tree {
    uint32_t count, capacity; /* nodes */
    cairn_node *parent, *first_child, *last_child, *next_sibling;
    uint32_t *n_children;
    uint16_t *depth;
    uint8_t *kind, *flags;
    uint32_t *text_at, *text_length, *token_at, *n_tokens;
    uint64_t *key, *path;
    uint32_t *draws[CAIRN_ROLE_COUNT]; /* NULL until cairn_tree_need_draws; the generator's is always there */
    uint32_t *multiplicity;
    float *logp, *prior, *value;
    double *total;
    uint32_t *visits;
    float *outcome;
    int32_t *answer;
    int8_t *verdict;                                            /* NULL until cairn_tree_need_verdicts */
    uint32_t *observation_at, *observation_length;              /* NULL until the first observation */
    float *edge_reward, *discount;                              /* NULL until cairn_tree_need_edges */
    float *paid;                                                /* NULL until cairn_tree_need_paid */
    uint32_t *mc_n[CAIRN_ROLE_COUNT], *mc_ok[CAIRN_ROLE_COUNT]; /* NULL until cairn_tree_need_counts */
    float **score;                                              /* [n_scores] columns */
    uint8_t **marks;                                            /* [n_scores] columns */
    cairn_score_column *about_score;                            /* [n_scores] */
    int32_t n_scores;
    unsigned char *states; /* capacity * state_bytes: the world's state after the node's step */
    size_t state_bytes;
    struct cairn_tree_store *store; /* texts, tokens, memory: search/tree.c's own */
} cairn_tree;

/* A new node. Zero is fine for whatever is unknown, but an unknown logp is NaN. */
typedef struct cairn_child {
    const char *text;
    size_t length;
    const int32_t *tokens; /* [n_tokens] ids, or NULL */
    uint32_t n_tokens;
    float logp, prior;
    uint64_t path;
    cairn_kind kind;
} cairn_child;

/* A tree with its root (depth 0, no text, path CAIRN_PATH_ROOT, zeroed state). */
CAIRN_API cairn_status cairn_tree_open(cairn_ctx *ctx, size_t state_bytes, cairn_tree **out);
CAIRN_API void cairn_tree_close(cairn_tree *tree);
/* Leaves only a root, without optional columns and score columns. Keeps the memory that this tree used; frees what a
 * larger tree before it needed. */
CAIRN_API void cairn_tree_reset(cairn_tree *tree);
/* Make an optional column where it does not exist yet. Edges start at reward 0 and discount 1, paid and counts at 0,
 * scores at NaN. A score column of the same name is returned as it is. Errors: INVALID when its source, meaning or
 * range differ. */
CAIRN_API cairn_status cairn_tree_need_verdicts(cairn_ctx *ctx, cairn_tree *tree);
CAIRN_API cairn_status cairn_tree_need_edges(cairn_ctx *ctx, cairn_tree *tree);
CAIRN_API cairn_status cairn_tree_need_paid(cairn_ctx *ctx, cairn_tree *tree);
CAIRN_API cairn_status cairn_tree_need_counts(cairn_ctx *ctx, cairn_tree *tree, cairn_role role);
CAIRN_API cairn_status cairn_tree_need_draws(cairn_ctx *ctx, cairn_tree *tree, cairn_role role);
CAIRN_API cairn_status cairn_tree_need_score(cairn_ctx *ctx, cairn_tree *tree, cairn_score_column about,
                                             int32_t *column);

/* Appends a child after its siblings. Errors: NO_MEMORY; LIMIT at 2^32 - 1 nodes, depth 65535 or 4 GiB of text; INVALID
 * parent. */
CAIRN_API cairn_status cairn_tree_add(cairn_ctx *ctx, cairn_tree *tree, cairn_node parent, const cairn_child *child,
                                      cairn_node *node);
/* Gives a node another step: kind, text, tokens and logp, and the key that follows. Its place, path and prior stay. A
 * text or tokens got before remain valid. Errors: as for add. */
CAIRN_API cairn_status cairn_tree_set_step(cairn_ctx *ctx, cairn_tree *tree, cairn_node node, const cairn_child *step);
/* Appends n children without text, with consecutive numbers and these priors (NULL: 1/n). They count as the parent's
 * next n draws, and the parent becomes EXPANDED. This is the fast way to expand. *first is CAIRN_NONE for n = 0. */
CAIRN_API cairn_status cairn_tree_expand(cairn_ctx *ctx, cairn_tree *tree, cairn_node parent, const float *priors,
                                         uint32_t n, cairn_node *first);
/* The child of `parent` of this kind with this text, or CAIRN_NONE. A PARTIAL step is equal to none. */
CAIRN_API cairn_node cairn_tree_find(const cairn_tree *tree, cairn_node parent, cairn_kind kind, const char *text,
                                     size_t length);
/* Whether the node is the end of its parent's solution rather than a step: FINISH without a text. */
CAIRN_API bool cairn_tree_is_end(const cairn_tree *tree, cairn_node node);

/* The step's text, NUL-terminated; "" for none. Texts never move: valid until reset or close. */
CAIRN_API const char *cairn_tree_text(const cairn_tree *tree, cairn_node node);
/* What the world answered to the node's step, valid as long as the text; NULL for nothing. */
CAIRN_API const char *cairn_tree_observation(const cairn_tree *tree, cairn_node node);
/* Sets it, once; NULL: nothing. Errors: NO_MEMORY, LIMIT as for texts. */
CAIRN_API cairn_status cairn_tree_observe(cairn_ctx *ctx, cairn_tree *tree, cairn_node node, const char *observation);
/* Right, wrong or unknown: as checked; in a tree without the column an outcome from 0.5 on is right. */
CAIRN_API cairn_verdict cairn_tree_verdict(const cairn_tree *tree, cairn_node node);
/* Its token ids [n_tokens], valid as long as the text; NULL where only their number is known. */
CAIRN_API const int32_t *cairn_tree_tokens(const cairn_tree *tree, cairn_node node);
/* Texts of the steps from the root to this node, in the arena. An end adds no step to those of its parent. */
CAIRN_API cairn_status cairn_tree_steps(cairn_ctx *ctx, const cairn_tree *tree, cairn_node node, cairn_arena *arena,
                                        const char *const **steps, int32_t *n);
/* The observations of those steps, [n] with NULL where there is none, in the arena; *observations is NULL where no step
 * has one. */
CAIRN_API cairn_status cairn_tree_observations(cairn_ctx *ctx, const cairn_tree *tree, cairn_node node,
                                               cairn_arena *arena, const char *const **observations);
/* The node's row of `states`, zeroed when the node was added. It moves like a column. NULL when state_bytes is 0. */
CAIRN_API void *cairn_tree_state(cairn_tree *tree, cairn_node node);
CAIRN_API size_t
cairn_tree_column_bytes(const cairn_tree *tree);           /* of one node in all present columns, without its state */
CAIRN_API size_t cairn_tree_bytes(const cairn_tree *tree); /* all memory held */
/* Tokens of the distinct nodes on the paths to these leaves: what a KV cache holds for them (arXiv 2502.13575). */
CAIRN_API cairn_status cairn_tree_kv_tokens(cairn_ctx *ctx, const cairn_tree *tree, const cairn_node *leaves, int32_t n,
                                            int64_t *out);
/* Aggregate of the known scores on the path from the root (excluded) to `node`; NaN when none is known, and when a path
 * of more than 256 steps finds no memory. The score of an end, where it is known, replaces that of its parent's step.
 */
CAIRN_API double cairn_tree_aggregate(const cairn_tree *tree, cairn_node node, int32_t column, cairn_aggregator how);
/* What the world paid for the steps up to `node`. With the outcome of a whole solution it is the solution's return. */
CAIRN_API double cairn_tree_paid(const cairn_tree *tree, cairn_node node);

/* ---- select: the child to descend to ----------------------------------------------------------------------------------------------- */

/* DEAD and COMPLETED children are never selected. Ties go to the earliest child. */

typedef enum cairn_select_rule {
    CAIRN_SELECT_UCT,   /* q + c sqrt(ln N_parent / N) (Kocsis and Szepesvari 2006) */
    CAIRN_SELECT_UCT2,  /* q + c sqrt(2 ln N_parent / N) (arXiv 2406.03816) */
    CAIRN_SELECT_PUCT,  /* q + c P sqrt(N_parent) / (1 + N) (Silver et al. 2017) */
    CAIRN_SELECT_MUZERO /* PUCT with c = init + ln((N_parent + base + 1) / base) (arXiv 1911.08265) */
} cairn_select_rule;

typedef enum cairn_normalise {
    CAIRN_NORMALISE_NONE,
    CAIRN_NORMALISE_SIBLINGS, /* q scaled to [0, 1] by the least and greatest of the parent's value and its visited children's q */
    CAIRN_NORMALISE_RANGE /* by the given low and high, low < high and both finite */
} cairn_normalise;

/* q of a child that was never visited, before scaling. UCT and UCT2 take its N as 1. Normalisation by siblings ignores
 * this: there an unvisited child has the least of the range (mctx). */
typedef enum cairn_first_play {
    CAIRN_FIRST_PLAY_INFINITE, /* every child once, in order */
    CAIRN_FIRST_PLAY_CONSTANT, /* `first_play_value` */
    CAIRN_FIRST_PLAY_PARENT,   /* the parent's Q, or its V before its first visit */
    CAIRN_FIRST_PLAY_VALUE     /* edge_reward + discount * the child's own V, which is its reward's score */
} cairn_first_play;

typedef struct cairn_select {
    cairn_select_rule rule;
    double c;                    /* UCT, UCT2, PUCT; about 1/K suits values that change by 1/K a step */
    double pb_c_init, pb_c_base; /* MUZERO: 1.25, 19652 */
    cairn_normalise normalise;
    double low, high; /* RANGE */
    double epsilon;   /* SIBLINGS: least divisor; 0: 1e-8 */
    cairn_first_play first_play;
    double first_play_value;
} cairn_select;

/* The child of `node` with the greatest score, CAIRN_NONE when none is open. A child's q is edge_reward + discount * Q.
 */
CAIRN_API cairn_node cairn_select_child(const cairn_tree *tree, cairn_node node, const cairn_select *select);
/* Descends from `node` to a node that is not EXPANDED or has no open child. */
CAIRN_API cairn_node cairn_select_leaf(const cairn_tree *tree, cairn_node node, const cairn_select *select);

/* ---- back up ----------------------------------------------------------------------------------------------------------------- */

typedef enum cairn_backup_rule {
    CAIRN_BACKUP_MEAN, /* N += 1, W += return: Q the mean; the return grows by edge rewards and shrinks by discounts */
    CAIRN_BACKUP_VISIT_MEAN, /* N += 1; V of each ancestor = visit-weighted mean of its visited children's V (arXiv 2406.03816), over edges
                                 edge_reward + discount * V; W = N * V */
    CAIRN_BACKUP_MAX /* N += 1; V = greatest edge_reward + discount * V of the visited children; W = N * V */
} cairn_backup_rule;

/* Backs `value` up from `leaf`, which is included, to the root. */
CAIRN_API void cairn_backup(cairn_tree *tree, cairn_node leaf, double value, cairn_backup_rule rule);
/* Marks `node` COMPLETED and every ancestor whose children are all completed or dead. */
CAIRN_API void cairn_complete(cairn_tree *tree, cairn_node node);

/* ---- allocate ------------------------------------------------------------------------------------------------------------------ */

typedef enum cairn_allocation {
    CAIRN_ALLOCATE_CEIL, /* in order of falling reward, ceil of the share of what is left: sums to width (arXiv 2502.13575) */
    CAIRN_ALLOCATE_ROUND, /* round(width * softmax), as printed for REBASE (arXiv 2408.00724): need not sum to width */
    CAIRN_ALLOCATE_LARGEST_REMAINDER
} cairn_allocation;

/* counts[n] children for nodes of these rewards by softmax(reward / temperature); a reward of -infinity gets none; ties
 * to the earliest. Errors (without text: there is no context): INVALID for temperature <= 0, NaN, width < 0 or over
 * 2^53, no finite reward. */
CAIRN_API cairn_status cairn_allocate_softmax(const double *rewards, int32_t n, int64_t width, double temperature,
                                              cairn_allocation how, int64_t *counts);

/* ---- rendering --------------------------------------------------------------------------------------------------------------------- */

typedef struct cairn_rendering {
    bool colour;                 /* text: ANSI colours */
    int32_t column;              /* score column shown, -1 none */
    double good, bad;            /* a score >= good is green, <= bad red, between yellow */
    cairn_node chosen;           /* its path is marked; CAIRN_NONE for none */
    int32_t max_nodes;           /* 0 all; else the least interesting subtrees are folded, with their number of nodes */
    int32_t max_width;           /* text: columns of the terminal, 0 no bound; SVG: columns of a step, 0: 100 */
    const bool *wrong;           /* [count] nodes marked as wrong steps, NULL for none */
    bool svg;                    /* an SVG image instead of text */
    const char *title, *caption; /* SVG: above and below the tree, NULL for none */
} cairn_rendering;
/* Renders the tree as indented text, one node a line: score, visits, branch lines (heavy on the chosen path), outcome,
 * text. As SVG: the same nodes in rows; a step without siblings stands below its parent in the same column. The image
 * needs no other file. Control characters are shown escaped, and texts are never markup. HIDDEN subtrees are left out
 * unless chosen. Errors: INVALID column or chosen node. */
CAIRN_API cairn_status cairn_tree_render(cairn_ctx *ctx, const cairn_tree *tree, const cairn_rendering *how,
                                         cairn_text *out);

#ifdef __cplusplus
}
#endif
#endif
