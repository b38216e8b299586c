/* The page of cairn report in a browser: headless Chromium shows it in a frame of 400 and of 1600 pixels, with a script
 * beside that uses it. Skips where Chromium is not installed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"
#include "near.h"
#include "skip.h"

static const char user[] =
    "<!doctype html><body><pre id=\"result\">nothing</pre><script>\n"
    "const frame = document.createElement('iframe'), result = {};\n"
    "frame.style.cssText = 'border:0;height:900px;width:' + location.search.slice(1) + 'px';\n"
    "const key = (node, name) => node.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true, "
    "cancelable: true}));\n"
    "function use(page) {\n"
    "  const all = query => [...page.querySelectorAll(query)], shown = query => all(query).filter(node => "
    "!node.hidden);\n"
    "  const open = name => { const pick = page.querySelector('#problems select'); pick.value = name; "
    "pick.dispatchEvent(new Event('change')); };\n"
    "  const button = text => all('button').find(node => node.textContent.startsWith(text));\n"
    "  result.wide = page.documentElement.scrollWidth - frame.contentWindow.innerWidth;\n"
    "  result.scripts = page.scripts.length;\n"
    "  result.foreign = all('img, b.hostile, iframe, link').length;\n"
    "  result.loaded = frame.contentWindow.performance.getEntriesByType('resource').length;\n"
    "  result.sections = all('section').map(node => node.id).join(' ');\n"
    "  result.dots = all('#accuracy circle').length;\n"
    "  const label = () => page.querySelector('#accuracy svg').getAttribute('aria-label');\n"
    "  result.steps = label();\n"
    "  button('Tokens').click();\n"
    "  result.tokens = label();\n"
    "  open('1');\n"
    "  result.items = all('.item').length;\n"
    "  button('Right').click();\n"
    "  result.right = all('.item').length;\n"
    "  button('All').click();\n"
    "  all('.item')[2].click();\n"
    "  result.current = page.querySelector('.item[aria-current]').textContent;\n"
    "  result.nodes = all('.step').length;\n"
    "  result.chosen = all('.step.chosen').length;\n"
    "  result.wider = page.documentElement.scrollWidth - frame.contentWindow.innerWidth;\n"
    "  const step = all('.step')[1];\n"
    "  step.click();\n"
    "  result.selected = step.getAttribute('aria-selected');\n"
    "  key(step, 'ArrowDown');\n"
    "  result.moved = page.activeElement === all('.step')[2];\n"
    "  key(page.activeElement, 'Home');\n"
    "  key(page.activeElement, 'End');\n"
    "  result.end = page.activeElement === all('.step').pop();\n"
    "  const fork = all('.step[aria-expanded]')[0];\n"
    "  fork.focus();\n"
    "  key(fork, 'ArrowLeft');\n"
    "  result.folded = shown('.step').length;\n"
    "  key(fork, 'ArrowRight');\n"
    "  result.unfolded = shown('.step').length;\n"
    "  open('2');\n"
    "  result.solutions = all('.solution').length;\n"
    "  open('3');\n"
    "  result.hostile = page.querySelector('.question').textContent;\n"
    "}\n"
    "frame.onload = () => {\n"
    "  try { use(frame.contentDocument); } catch (error) { result.error = String(error.stack); }\n"
    "  document.getElementById('result').textContent = JSON.stringify(result).replace(/[<>&]/g, c => '\\\\u00' + "
    "c.charCodeAt(0).toString(16));\n"
    "};\n"
    "frame.src = 'report.html';\n"
    "document.body.append(frame);\n"
    "</script>\n";

static bool has_chromium(void) {
    return system("command -v chromium >/dev/null") == 0;
}

/* Lets the script use the page at this width; what it saw. */
static json_t *seen_at(int width) {
    static char dom[1 << 20], said[1 << 16];
    char command[1024];
    snprintf(command, sizeof command,
             "cd %s && timeout 120 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage "
             "--allow-file-access-from-files --host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr "
             "--user-data-dir=%s/profile --window-size=1700,1000 --virtual-time-budget=8000 --dump-dom "
             "'file://%s/user.html?%d' >dom.html 2>said.txt",
             scratch, scratch, scratch, width);
    if (system(command) != 0) return NULL;
    read_into(in_folder("dom.html"), dom, sizeof dom);
    read_into(in_folder("said.txt"), said, sizeof said);
    char *from = strstr(dom, "<pre id=\"result\">"), *to = from ? strstr(from, "</pre>") : NULL;
    if (strstr(said, "CONSOLE")) fail_msg("at %d pixels the console says: %s", width, strstr(said, "CONSOLE"));
    if (!to) fail_msg("no result at %d pixels", width);
    from += strlen("<pre id=\"result\">");
    json_t *seen = json_loadb(from, (size_t)(to - from), 0, NULL);
    if (!seen) fail_msg("at %d pixels the page was not used: %.*s", width, (int)(to - from), from);
    return seen;
}

static int64_t number(const json_t *seen, const char *key) {
    const json_t *value = json_object_get(seen, key);
    if (json_object_get(seen, "error")) fail_msg("%s", json_string_value(json_object_get(seen, "error")));
    if (!json_is_integer(value)) fail_msg("no `%s`", key);
    return json_integer_value(value);
}

static const char *text(const json_t *seen, const char *key) {
    const char *value = json_string_value(json_object_get(seen, key));
    return value ? value : "";
}

#define LONG_NAME                                                                                                  \
    "a-name-of-a-run-without-a-blank-that-is-much-wider-than-a-small-screen-and-goes-on-and-on-for-more-than-one-" \
    "hundred-letters.db"

static void write_runs(void) {
    static const char hostile[] =
        "{\"question\":\"<img src=x onerror=alert(1)><b class='hostile'>1</b>\\u202e + 1?\",\"answer\":\"1 + 1 = "
        "2\\n#### 2\"}\n";
    static const char policy[] =
        "exec sed -u 's|.*\"id\":\\([0-9]*\\).*|{\"id\":\\1,\"text\":\"<script>alert(2)</script> "
        "#### 2\"}|'\n";
    const char *solve = "solve -n 12 --world chain:steps=8 --policy scripted:error=0.15 --reward noisy:sd=0.2 --quiet";
    write_file("hostile.jsonl", hostile, sizeof hostile - 1);
    write_file("policy.sh", policy, sizeof policy - 1);
    expect_ok(cairn("%s --search majority --budget 32 --keep-tree --run majority.db", solve));
    expect_ok(cairn("%s --search mcts --budget 96 --keep-tree --run mcts.db", solve));
    expect_ok(cairn("label -n 4 --method mc:rollouts=2 --quiet --run labels.db"));
    expect_ok(cairn("solve --world gsm8k --problems hostile.jsonl --search majority:width=1 --budget 4 --quiet "
                    "--policy 'exec:sh policy.sh' --keep-tree --run " LONG_NAME));
    expect_ok(cairn("report majority.db mcts.db labels.db " LONG_NAME " --out report.html"));
    write_file("user.html", user, sizeof user - 1);
}

static void test_the_page_works_at_400_and_1600_pixels(void **state) {
    (void)state;
    if (!has_chromium()) skip_because("no chromium");
    static const int widths[] = {400, 1600};
    write_runs();
    for (size_t i = 0; i < 2; i++) {
        json_t *seen = seen_at(widths[i]);
        if (!seen) skip_because("chromium does not start");
        assert_true(number(seen, "wide") <= 0);
        assert_true(number(seen, "wider") <= 0);
        assert_int_equal(number(seen, "scripts"), 2);
        assert_int_equal(number(seen, "foreign"), 0);
        assert_int_equal(number(seen, "loaded"), 0);
        assert_string_equal(text(seen, "sections"), "accuracy pairs scores labels problems runs");
        assert_int_equal(number(seen, "dots"), 3);
        assert_non_null(strstr(text(seen, "steps"), "sampled steps"));
        assert_non_null(strstr(text(seen, "tokens"), "sampled tokens"));
        assert_int_equal(number(seen, "items"), 12);
        assert_in_range(number(seen, "right"), 1, 12);
        assert_non_null(strstr(text(seen, "current"), "chain-1-2"));
        assert_true(number(seen, "nodes") > 9);
        assert_int_equal(number(seen, "chosen"), 9); /* the start and eight steps */
        assert_string_equal(text(seen, "selected"), "true");
        assert_true(json_is_true(json_object_get(seen, "moved")));
        assert_true(json_is_true(json_object_get(seen, "end")));
        assert_true(number(seen, "folded") < number(seen, "nodes"));
        assert_int_equal(number(seen, "unfolded"), number(seen, "nodes"));
        assert_true(number(seen, "solutions") > 0);
        assert_non_null(strstr(text(seen, "hostile"), "<img src=x onerror=alert(1)>"));
        assert_non_null(strstr(text(seen, "hostile"), "\xe2\x9f\xa8U+202E\xe2\x9f\xa9"));
        json_decref(seen);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_works_at_400_and_1600_pixels),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
