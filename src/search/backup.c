/* Back-up of a leaf's value to the root, and completion of subtrees that are searched out. */
#include "cairn/tree.h"

static double edge_return(const cairn_tree *tree, cairn_node node, double value) {
    return tree->edge_reward ? tree->edge_reward[node] + tree->discount[node] * value : value;
}

static void set_value(cairn_tree *tree, cairn_node node, double value) {
    tree->value[node] = (float)value;
    tree->total[node] = tree->visits[node] * value;
}

/* V of a node from its visited children: sum_c N_c V_c / sum_c N_c (arXiv 2406.03816) or the greatest. */
static void back_from_children(cairn_tree *tree, cairn_node node, cairn_backup_rule rule) {
    double sum = 0, greatest = 0;
    uint64_t visits = 0;
    for (cairn_node i = tree->first_child[node]; i != CAIRN_NONE; i = tree->next_sibling[i]) {
        if (!tree->visits[i]) continue;
        double value = edge_return(tree, i, tree->value[i]);
        if (!visits || value > greatest) greatest = value;
        sum += tree->visits[i] * value;
        visits += tree->visits[i];
    }
    if (visits) set_value(tree, node, rule == CAIRN_BACKUP_MAX ? greatest : sum / (double)visits);
}

void cairn_backup(cairn_tree *tree, cairn_node leaf, double value, cairn_backup_rule rule) {
    if (rule == CAIRN_BACKUP_MEAN) {
        for (cairn_node node = leaf; node != CAIRN_NONE; node = tree->parent[node]) {
            tree->visits[node]++;
            tree->total[node] += value;
            value = edge_return(tree, node, value);
        }
        return;
    }
    tree->visits[leaf]++;
    set_value(tree, leaf, value);
    for (cairn_node node = tree->parent[leaf]; node != CAIRN_NONE; node = tree->parent[node]) {
        tree->visits[node]++;
        back_from_children(tree, node, rule);
    }
}

void cairn_complete(cairn_tree *tree, cairn_node node) {
    const uint8_t closed = CAIRN_NODE_COMPLETED | CAIRN_NODE_DEAD;
    tree->flags[node] |= CAIRN_NODE_COMPLETED;
    while ((node = tree->parent[node]) != CAIRN_NONE) {
        for (cairn_node i = tree->first_child[node]; i != CAIRN_NONE; i = tree->next_sibling[i])
            if (!(tree->flags[i] & closed)) return;
        tree->flags[node] |= CAIRN_NODE_COMPLETED;
    }
}
