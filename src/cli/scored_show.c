/* One scored solution for people to read: every step by its verdict, and why a step is wrong. */
#include <math.h>
#include <string.h>

#include "cli/scored.h"

scored_reason scored_reason_of(cli *c, const char *evidence) {
    scored_reason reason = {.why = evidence ? cli_safe(c, evidence) : ""};
    size_t length = strlen(reason.why);
    if (length && reason.why[length - 1] == '.') length--;
    const char *end = NULL; /* of the quoted claim: the last `": ` */
    for (const char *p = reason.why; *reason.why == '"' && (p = strstr(p + 1, "\": ")); end = p) {
    }
    if (end) {
        reason.claim = cairn_arena_copy(c->arena, reason.why + 1, (size_t)(end - reason.why) - 1);
        length -= (size_t)(end + 3 - reason.why);
    }
    reason.why = cairn_arena_copy(c->arena, end ? end + 3 : reason.why, length);
    return reason;
}

const char *scored_reason_text(cli *c, const scored_reason *reason, int columns) {
    const char *claim = reason->claim, *why = reason->why ? reason->why : "";
    if (!claim) return cli_shorten(c, why, columns);
    const char *quoted = strrchr(claim, '"'); /* a claim that quotes an expression is known by that */
    if (quoted && quoted[1]) claim = quoted + 1;
    int for_why = columns - cli_width(claim) - 2; /* what is left, but a third at least */
    if (cli_width(why) > for_why) {               /* its first half must do */
        why = cairn_arena_copy(c->arena, why, strcspn(why, ","));
        if (!why) return "";
    }
    why = cli_shorten(c, why, for_why > columns / 3 ? for_why : columns / 3);
    const char *text = cairn_arena_printf(c->arena, "%s: %s", cli_shorten(c, claim, columns - cli_width(why) - 2), why);
    return text ? text : "";
}

static cairn_status show_step(cli *c, const scored *s, int32_t i, cairn_text *out) {
    double score = s->scores[i];
    bool unknown = isnan(score), wrong = score < s->threshold;
    cli_paint paint = unknown ? CLI_DIM : wrong ? CLI_RED : CLI_GREEN;
    scored_reason reason = scored_reason_of(c, s->evidence[i]);
    const char *step = cli_safe(c, s->record->steps[i]),
               *place = wrong && reason.claim ? strstr(step, reason.claim) : NULL;
    size_t from = place ? (size_t)(place - step) : 0, to = place ? from + strlen(reason.claim) : 0;
    CAIRN_TRY(cairn_text_printf(c->ctx, out, "  %s%s %2d%s  ", cli_paint_code(c, paint),
                                unknown ? "?"
                                : wrong ? "✗"
                                        : "✓",
                                (int)i, cli_paint_code(c, CLI_PLAIN)));
    CAIRN_TRY(cli_wrap(c, step, 8, paint, from, to, out));
    CAIRN_TRY(cairn_text_add(c->ctx, out, "\n", 1));
    if (!wrong || !reason.why || !*reason.why) return CAIRN_OK;
    return cairn_text_printf(c->ctx, out, "        %s└─ %s%s\n", cli_paint_code(c, CLI_BOLD),
                             scored_reason_text(c, &reason, cli_columns(c) - 11), cli_paint_code(c, CLI_PLAIN));
}

cairn_status scored_show(cli *c, const scored *s, cairn_text *out) {
    const cairn_record *r = s->record;
    CAIRN_TRY(cli_wrap(c, cli_safe(c, r->problem), 0, CLI_BOLD, 0, 0, out));
    CAIRN_TRY(cairn_text_add(c->ctx, out, "\n\n", 2));
    for (int32_t i = 0; i < r->n_steps; i++) CAIRN_TRY(show_step(c, s, i, out));
    CAIRN_TRY(cairn_text_printf(c->ctx, out, "\n  answer %s, true answer %s",
                                r->answer ? cli_safe(c, r->answer) : "none",
                                r->target ? cli_safe(c, r->target) : "unknown"));
    if (r->first_error == CAIRN_NO_ERROR) CAIRN_TRY(cairn_text_printf(c->ctx, out, "; people marked no mistake"));
    if (r->first_error >= 0)
        CAIRN_TRY(cairn_text_printf(c->ctx, out, "; people marked the first mistake in step %d", (int)r->first_error));
    return cairn_text_add(c->ctx, out, "\n", 1);
}
