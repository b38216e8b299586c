/* What `cairn label` prints, for people and as JSON. */
#include "cli/label_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/outcomes.h"
#include "cli/written.h"

static double percent(int64_t part, int64_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* ---- what is kept ------------------------------------------------------------------------------------------------------ */

static int64_t sum_of(const int64_t *places) {
    int64_t sum = 0;
    for (int i = 0; i < CAIRN_ERROR_PLACES; i++) sum += places[i];
    return sum;
}

static void print_places(const int64_t *places) {
    static const char *const words[CAIRN_ERROR_PLACES] = {"without an error", "error early", "in the middle", "late",
                                                          "not located"};
    const char *before = " (";
    char n[32];
    for (int i = 0; i < CAIRN_ERROR_PLACES; i++) {
        if (!places[i]) continue;
        printf("%s%s %s", before, cli_count(places[i], n), words[i]);
        before = ", ";
    }
    printf("%s\n", before[0] == ',' ? ")" : "");
}

static void print_kept(const label_report *r) {
    const cairn_label_kept *k = &r->summary->kept;
    char n[2][32];
    printf("  kept       %s of %s solutions", cli_count(sum_of(k->kept), n[0]), cli_count(r->summary->solutions, n[1]));
    print_places(k->kept);
    for (int32_t i = 0; i < k->reasons; i++) {
        printf("  %-10s %s: %s", i ? "" : "dropped", k->dropped[i].word, cli_count(sum_of(k->dropped[i].n), n[0]));
        print_places(k->dropped[i].n);
    }
}

static void places_json(cli_json *j, const char *name, const int64_t *places) {
    cli_json_open(j, name, '{');
    for (int i = 0; i < CAIRN_ERROR_PLACES; i++)
        cli_json_int(j, cairn_error_place_name((cairn_error_place)i), places[i]);
    cli_json_close(j, '}');
}

static void kept_json(cli_json *j, const cairn_label_kept *k) {
    cli_json_int(j, "kept_solutions", sum_of(k->kept));
    places_json(j, "kept", k->kept);
    cli_json_open(j, "dropped_solutions", '{');
    for (int32_t i = 0; i < k->reasons; i++) places_json(j, k->dropped[i].word, k->dropped[i].n);
    cli_json_close(j, '}');
}

/* ---- all of it ----------------------------------------------------------------------------------------------------------- */

static void print_written(const label_report *r) {
    const cairn_write_counts *w = cairn_writer_counts(r->writer);
    char n[3][32];
    printf("  written    %s solutions to %s", cli_count(w->records, n[0]), r->out);
    if (w->filled) printf(", %s labels filled in from others", cli_count(w->filled, n[1]));
    if (w->refused) printf(", %s left out that this format cannot hold", cli_count(w->refused, n[2]));
    printf("\n");
}

static void print_truth(const label_report *r) {
    const cairn_label_summary *s = r->summary;
    char n[2][32];
    if (!s->known_steps) return;
    printf("  %-10s %.2f %% of %s labels agree with %s", r->verifier ? r->verifier : "truth",
           percent(s->agreeing_steps, s->known_steps), cli_count(s->known_steps, n[0]),
           r->verifier ? "its verdicts, which are no truth" : "the world's verdicts");
    if (s->judged)
        printf(", %.1f %% of %s located errors are its first wrong step", percent(s->exact_locations, s->judged),
               cli_count(s->judged, n[1]));
    printf("\n");
}

void label_report_print(const cli *c, const label_report *r) {
    const cairn_label_summary *s = r->summary;
    char n[8][32];
    printf("%s on %s: %s, %s solutions labelled", r->method, r->on, r->problems, cli_count(s->solutions, n[0]));
    printf(*r->rule ? " by %s\n" : "\n", r->rule);
    if (s->solutions) cli_print_outcomes(c, "right", "solutions", &s->outcomes, &s->accuracy);
    if (*r->rule || r->balance) print_kept(r);
    printf("  steps      %s labelled, %.1f %% of them wrong\n", cli_count(s->labelled_steps, n[1]),
           percent(s->wrong_steps, s->labelled_steps));
    printf("  located    %s first errors", cli_count(s->located, n[2]));
    if (s->rollouts) printf(", %.1f for 10,000 rollouts", 1e4 * (double)s->located / (double)s->rollouts);
    printf("\n  rollouts   %s", cli_count(s->rollouts, n[3]));
    if (s->unknown) printf(", %s of them with an unknown outcome", cli_count(s->unknown, n[4]));
    printf("\n");
    print_truth(r);
    if (s->dropped) printf("  dropped    %s problems by the question filter\n", cli_count(s->dropped, n[5]));
    if (r->skipped) printf("  skipped    %" PRId64 " lines or solutions of %s\n", r->skipped, r->solutions_file);
    printf("  spent      %s steps, %s tokens", cli_count((int64_t)s->steps, n[6]), cli_count((int64_t)s->tokens, n[7]));
    if (s->flops > 0) printf(", %sFLOP of the policy", cli_engineering(s->flops, n[0]));
    printf("\n  time       %.2f s\n", s->seconds);
    if (r->writer) print_written(r);
}

cairn_status label_report_json(cli *c, const label_report *r) {
    const cairn_label_summary *s = r->summary;
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "method", r->method);
    if (*r->rule) cli_json_text(&j, "rule", r->rule);
    cli_json_int(&j, "problems", s->problems);
    cli_json_int(&j, "problems_available", r->available);
    cli_json_int(&j, "dropped", s->dropped);
    cli_json_int(&j, "solutions", s->solutions);
    cli_json_outcomes(&j, &s->outcomes, &s->accuracy);
    if (*r->rule || r->balance) kept_json(&j, &s->kept);
    cli_json_int(&j, "labelled_steps", s->labelled_steps);
    cli_json_int(&j, "wrong_steps", s->wrong_steps);
    cli_json_int(&j, "located", s->located);
    cli_json_int(&j, "judged_locations", s->judged);
    cli_json_int(&j, "exact_locations", s->exact_locations);
    cli_json_text(&j, "verdicts_of", r->verifier ? r->verifier : "world");
    cli_json_int(&j, "known_steps", s->known_steps);
    cli_json_int(&j, "agreeing_steps", s->agreeing_steps);
    cli_json_int(&j, "rollouts", s->rollouts);
    cli_json_int(&j, "unknown_rollouts", s->unknown);
    cli_json_int(&j, "skipped", r->skipped);
    cli_json_int(&j, "steps", (int64_t)s->steps);
    cli_json_int(&j, "tokens", (int64_t)s->tokens);
    cli_json_real(&j, "flops", s->flops);
    cli_json_real(&j, "seconds", s->seconds);
    if (r->writer) written_json(&j, cairn_writer_counts(r->writer));
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}
