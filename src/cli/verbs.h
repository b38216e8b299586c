/* All verbs, one file a verb (or family of verbs). */
#ifndef CAIRN_CLI_VERBS_H
#define CAIRN_CLI_VERBS_H

#include "cli/cli.h"

extern const cli_verb verb_solve, verb_score, verb_label, verb_credit;
extern const cli_verb verb_eval_budget, verb_eval_passk, verb_eval_mistakes, verb_eval_answers, verb_eval_labels,
    verb_eval_replay, verb_eval_steps, verb_eval_ceiling, verb_eval_binary, verb_eval_grade;
extern const cli_verb verb_certify, verb_report;
extern const cli_verb verb_run_list, verb_run_show, verb_run_export, verb_run_resume, verb_run_compare;
extern const cli_verb verb_data_convert, verb_data_merge, verb_data_balance, verb_data_filter, verb_data_split,
    verb_data_check;
extern const cli_verb verb_train_sft, verb_train_prm, verb_train_orm, verb_train_pairs;
extern const cli_verb verb_model_info, verb_model_tokens;
extern const cli_verb verb_world_list, verb_world_generate, verb_world_traces;
extern const cli_verb verb_recipe_list, verb_recipe_show, verb_recipe_run, verb_recipe_verify;
extern const cli_verb verb_doctor, verb_help;

/* What `cairn` alone prints. */
cairn_status cli_print_overview(cli *c);
/* Prints a registered thing: name, sentence, source, options. */
cairn_status cli_print_about(cli *c, const cairn_about *about);

#endif
