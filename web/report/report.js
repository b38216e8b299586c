"use strict";
/* Renders the report from the JSON of the page. Texts of runs become text nodes only, never markup. */
const data = JSON.parse(document.getElementById("data").textContent);
const runs = data.numbers.runs, pairs = data.numbers.pairs, records = data.records;
const solved = runs.map((run, i) => ({run, i})).filter(each => each.run.solved);
const labelled = runs.map((run, i) => ({run, i})).filter(each => each.run.labelled);

/* ---- small things -------------------------------------------------------------------------------------------------- */

/* Characters that would not be seen, or would reorder what is seen, are shown by their number. */
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g,
    c => "\u27e8U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e9");
}

function make(name, about, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(about || {})) {
    if (key === "class") node.className = value;
    else if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else node.setAttribute(key, value);
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const shape = (name, about, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(about)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
};
const words = text => make("span", {class: "text"}, visible(text));
/* A list of options may be broken after each. */
const spec = text => {
  const node = make("span", {class: "text"});
  for (const part of visible(text).split(/(?<=,)/)) node.append(part, make("wbr"));
  return node;
};
const whole = n => n.toLocaleString("en-US");
const percent = x => (100 * x).toFixed(1);
const points = x => (x > 0 ? "+" : x < 0 ? "\u2212" : "") + Math.abs(100 * x).toFixed(1);
const range = i => i && i[1] !== null ? percent(i[1]) + " \u2013 " + percent(i[2]) : "no interval";
const pointRange = i => points(i[1]) + " to " + points(i[2]);
const short = x => x === null ? "\u2013" : x === 0 ? "0" : Math.abs(x) >= 1000 || Math.abs(x) < .001 ? engineering(x) : String(+x.toPrecision(3));
function engineering(x) {
  const prefixes = ["", "k", "M", "G", "T", "P", "E"];
  let at = 0;
  while (Math.abs(x) >= 999.5 && at < 6) x /= 1000, at++;
  return (at || Math.abs(x) >= .001 ? +x.toPrecision(3) : x.toExponential(1)) + (at ? "\u202f" + prefixes[at] : "");
}
const badge = i => make("span", {class: "badge"}, String(i + 1));
const runName = i => make("span", {class: "name"}, badge(i), words(runs[i].name));

function table(heads, rows, about) {
  const cell = (tag, value) => value instanceof Node && value.nodeName === tag.toUpperCase() ? value
    : make(tag, value === 0 || value === "0" ? {class: "zero"} : {}, value instanceof Node ? value : String(value));
  return make("div", {class: "scroll", tabindex: "0", role: "group", "aria-label": about},
    make("table", {}, make("thead", {}, make("tr", {}, ...heads.map(head => cell("th", head)))),
      make("tbody", {}, ...rows.map(row => make("tr", {}, ...row.map(value => cell("td", value)))))));
}
function section(id, title, note) {
  const node = make("section", {id}, make("h2", {}, title));
  if (note) node.append(make("p", {class: "note"}, note));
  document.getElementById("main").append(node);
  return node;
}
/* Buttons of which one is pressed. */
function choices(names, chosen, act) {
  const buttons = names.map(([key, label, count]) => make("button", {type: "button", "aria-pressed": String(key === chosen), on: {click: () => {
    buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(names[i][0] === key)));
    act(key);
  }}}, label, count === undefined ? null : make("span", {class: "count"}, whole(count))));
  return buttons;
}

/* ---- head ---------------------------------------------------------------------------------------------------------- */

const about = run => run.manifest.search || run.manifest.method || run.verb;
function head() {
  const one = runs.length === 1, names = runs.map(run => run.name);
  const title = names.length > 4 ? names.length + " runs" : names.length > 1 ? names.slice(0, -1).join(", ") + " and " + names[names.length - 1] : names[0];
  document.getElementById("title").textContent = visible(title);
  document.title = visible(title) + " \u2013 Cairn report";
  const worlds = [...new Set(runs.map(run => run.manifest.world))];
  const lead = [one ? about(runs[0]).split(":")[0] + " on " : "", worlds.length === 1 ? worlds[0].split(":")[0] : worlds.length + " worlds"].join("");
  const counts = runs.map(run => run.done), least = Math.min(...counts), most = Math.max(...counts);
  const unfinished = runs.filter(run => run.done < run.problems);
  document.getElementById("lead").textContent = visible(lead) + ", " + (least === most ? whole(least) : whole(least) + " to " + whole(most)) +
    " problems" + (unfinished.length ? "; not finished: " + unfinished.map(run => visible(run.name) + " (" + whole(run.done) + " of " + whole(run.problems) + ")").join(", ") : "") + ".";
}

/* ---- accuracy and cost ------------------------------------------------------------------------------------------------ */

const costs = [
  ["steps", "Steps", "sampled steps a problem", run => run.steps],
  ["tokens", "Tokens", "sampled tokens a problem", run => run.tokens],
  ["flops", "FLOP", "floating-point operations a problem, policy and reward", run => run.flops + run.judge_flops],
];
/* Round numbers within [low, high]; powers of ten and their halves where `log`. */
function ticks(low, high, log) {
  const out = [];
  if (log) {
    for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high); p++)
      for (const k of [1, 2, 5]) if (k * 10 ** p >= low && k * 10 ** p <= high) out.push(k * 10 ** p);
    return out.length > 6 ? out.filter(x => /^1/.test(x.toExponential())) : out;
  }
  const raw = (high - low) / 4 || 1, unit = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].find(k => k * unit >= raw) * unit;
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) out.push(+(k * step).toPrecision(12));
  return out;
}
function frontier(key) {
  const [, , label, cost] = costs.find(each => each[0] === key), W = 460, H = 320, L = 46, R = 18, T = 14, B = 46;
  const shown = solved.filter(each => each.run.solved.accuracy);
  const svg = shape("svg", {viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Accuracy against " + label});
  if (!shown.length) return svg;
  const xs = shown.map(each => cost(each.run.solved)), known = xs.every(x => x !== null);
  let low = Math.min(...xs), high = Math.max(...xs);
  const log = low > 0 && high / low > 8;
  [low, high] = log ? [low / 1.4, high * 1.4] : [Math.max(0, low - .15 * (high - low || high || 1)), high + .15 * (high - low || high || 1)];
  let bottom = Math.min(...shown.map(each => each.run.solved.accuracy[1])), top = Math.max(...shown.map(each => each.run.solved.accuracy[2]));
  [bottom, top] = [Math.max(0, Math.floor(20 * bottom) / 20), Math.min(1, Math.ceil(20 * top) / 20)];
  const at = x => known ? L + (W - L - R) * (log ? Math.log(x / low) / Math.log(high / low) : (x - low) / (high - low || 1)) : L;
  const up = y => H - B - (H - B - T) * (y - bottom) / (top - bottom || 1);
  for (const y of ticks(bottom, top)) {
    svg.append(shape("line", {class: "axis", x1: L, x2: W - R, y1: up(y), y2: up(y)}), shape("text", {x: L - 8, y: up(y) + 4, "text-anchor": "end"}, +(100 * y).toFixed(1) + " %"));
  }
  for (const x of ticks(low, high, log)) svg.append(shape("line", {class: "axis", x1: at(x), x2: at(x), y1: H - B, y2: H - B + 5}), shape("text", {x: at(x), y: H - B + 19, "text-anchor": "middle"}, x === 0 ? "0" : engineering(x)));
  svg.append(shape("line", {class: "base", x1: L, x2: W - R, y1: H - B, y2: H - B}), shape("text", {x: (L + W - R) / 2, y: H - 6, "text-anchor": "middle"}, label + (log ? " (logarithmic)" : "")));
  for (const {run, i} of shown) {
    const [mid, least, most] = run.solved.accuracy, x = at(cost(run.solved));
    const point = shape("g", {});
    point.append(shape("title", {}, visible(run.name) + ": " + percent(mid) + " % (" + range(run.solved.accuracy) + ")"),
      shape("line", {class: "bar", x1: x, x2: x, y1: up(least), y2: up(most)}),
      shape("line", {class: "bar", x1: x - 4, x2: x + 4, y1: up(least), y2: up(least)}), shape("line", {class: "bar", x1: x - 4, x2: x + 4, y1: up(most), y2: up(most)}),
      shape("circle", {class: "dot", cx: x, cy: up(mid), r: 9.5}), shape("text", {class: "dot-text", x, y: up(mid) + 4.2}, i + 1));
    svg.append(point);
  }
  return svg;
}
function accuracy() {
  if (!solved.length) return;
  const node = section("accuracy", "Accuracy and cost", "Right answers of the problems that can be judged, against what one problem cost on average. An outcome that is unknown counts as not right. Up and left is better.");
  const figure = make("div", {}), usable = costs.filter(([, , , cost]) => solved.some(({run}) => cost(run.solved) > 0));
  const first = usable.length ? usable[0][0] : "steps";
  const show = key => figure.replaceChildren(frontier(key));
  node.append(make("div", {class: "row", role: "group", "aria-label": "Cost"}, make("span", {}, "Cost"), ...choices(usable.map(([key, label]) => [key, label]), first, show)));
  show(first);
  const models = solved.some(({run}) => run.solved.flops + run.solved.judge_flops > 0);
  const rows = solved.map(({run, i}) => {
    const s = run.solved;
    return [make("td", {class: "wide"}, runName(i)), make("td", {}, s.accuracy ? percent(s.accuracy[0]) + " % " : "not judged ", s.accuracy ? make("span", {class: "range"}, range(s.accuracy)) : null),
      whole(s.right) + " of " + whole(s.right + s.wrong + s.unknown), s.unknown, s.no_answer, s.unjudged, s.found, short(s.steps), short(s.tokens), short(s.scorings), ...(models ? [short(s.flops + s.judge_flops)] : [])];
  });
  node.append(make("div", {class: "beside"}, figure, table(["Run", "Right", "Problems", "Unknown", "No answer", "Not judged", "Found", "Steps", "Tokens", "Scorings", ...(models ? ["FLOP"] : [])], rows, "Accuracy and cost of each run")));
}

/* ---- pairs --------------------------------------------------------------------------------------------------------------- */

function forest(interval, reach) {
  const svg = shape("svg", {viewBox: "0 0 170 18", class: "forest", "aria-hidden": "true"}), at = x => 85 + 80 * x / reach;
  svg.append(shape("line", {class: "base", x1: 85, x2: 85, y1: 0, y2: 18}));
  if (!interval) return svg;
  const side = interval[1] > 0 ? " good" : interval[2] < 0 ? " bad" : "";
  svg.append(shape("line", {class: "bar" + side, x1: at(interval[1]), x2: at(interval[2]), y1: 9, y2: 9}), shape("circle", {class: "dot" + side, cx: at(interval[0]), cy: 9, r: 4}));
  return svg;
}
/* The pair of two runs seen from `base`. */
function against(base, other) {
  const pair = pairs.find(p => (p.a === base && p.b === other) || (p.b === base && p.a === other));
  if (!pair || pair.a === base) return pair;
  const d = pair.difference;
  return {...pair, only_a: pair.only_b, only_b: pair.only_a, a_right: pair.b_right, b_right: pair.a_right, difference: d && [-d[0], -d[2], -d[1]]};
}
function comparisons() {
  if (!pairs.length) return;
  const node = section("pairs", "Problem by problem", "Difference in accuracy on the problems that can be judged in both runs, in percentage points, with the interval of Agresti and Min. Coloured where it excludes 0.");
  const body = make("div", {});
  const show = base => {
    const others = solved.filter(({i}) => i !== base).map(({i}) => ({i, p: against(base, i)}));
    const reach = Math.max(.02, ...others.map(({p}) => p.difference ? Math.max(Math.abs(p.difference[1]), Math.abs(p.difference[2])) : 0));
    body.replaceChildren(table(["Run", "Difference", "", "Right here only", "Right there only", "Both right", "Neither", "Not judged", "In one run only"], others.map(({i, p}) => {
      const d = p.difference, side = d && d[1] > 0 ? "better" : d && d[2] < 0 ? "worse" : "";
      return [make("td", {class: "wide"}, runName(i)), make("td", {}, d ? make("span", {class: side}, points(d[0]) + " ") : "no problem is shared ", d ? make("span", {class: "range"}, pointRange(d)) : null),
        forest(d, reach), p.b_right, p.a_right, p.both_right, p.both_wrong, p.unjudged, p.only_a + p.only_b];
    }), "Difference of each run to the base run"));
  };
  const select = make("select", {"aria-label": "Base run", on: {change: event => show(+event.target.value)}}, ...solved.map(({run, i}) => make("option", {value: String(i)}, (i + 1) + "  " + visible(run.name))));
  node.append(make("div", {class: "row"}, make("span", {}, "Against"), select), body);
  show(solved[0].i);
}

/* ---- scores ----------------------------------------------------------------------------------------------------------------- */

function reliability(scores) {
  const W = 320, H = 300, L = 46, R = 10, T = 8, B = 96, side = W - L - R, at = x => L + side * x, up = y => T + (H - T - B) * (1 - y), floor = H - 34;
  const svg = shape("svg", {viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Share of right candidates by score"}), most = Math.max(1, ...scores.bins.map(b => b.candidates));
  for (const y of [0, .5, 1]) svg.append(shape("line", {class: "axis", x1: L, x2: W - R, y1: up(y), y2: up(y)}), shape("text", {x: L - 7, y: up(y) + 4, "text-anchor": "end"}, 100 * y + " %"));
  svg.append(shape("line", {class: "ideal", x1: at(0), y1: up(0), x2: at(1), y2: up(1)}));
  for (const bin of scores.bins) {
    const height = 44 * bin.candidates / most, group = shape("g", {});
    group.append(shape("title", {}, `scores ${bin.low} to ${bin.high}: ${whole(bin.candidates)} candidates of ${whole(bin.problems)} problems` + (bin.right ? `, ${percent(bin.right[0])} % right (${range(bin.right)})` : "")),
      shape("rect", {class: "fill", x: at(bin.low) + 1, width: side / scores.bins.length - 2, y: floor - height, height}));
    if (bin.right) group.append(shape("line", {class: "bar", x1: at(bin.mean_score), x2: at(bin.mean_score), y1: up(bin.right[1]), y2: up(bin.right[2])}), shape("circle", {class: "dot", cx: at(bin.mean_score), cy: up(bin.right[0]), r: 4}));
    svg.append(group);
  }
  svg.append(shape("line", {class: "base", x1: L, x2: W - R, y1: floor, y2: floor}));
  for (const x of [0, .5, 1]) svg.append(shape("text", {x: at(x), y: floor + 15, "text-anchor": "middle"}, x));
  svg.append(shape("text", {x: at(.5), y: floor + 30, "text-anchor": "middle"}, "score of the candidate"));
  return svg;
}
function scores() {
  const shown = solved.filter(({run}) => run.solved.scores.used || run.solved.scores.outside || run.solved.scores.chosen);
  if (!shown.length) return;
  const node = section("scores", "What scores are worth", "Points: how often candidates with such a score are right, the dashed line being perfect calibration. Columns: how many candidates. Each distinct candidate counts once; the intervals allow for several candidates of one problem.");
  const cards = make("div", {class: "cards"});
  for (const {run, i} of shown) {
    const s = run.solved.scores, facts = make("dl", {}), fact = (name, ...value) => facts.append(make("dt", {}, name), make("dd", {}, ...value));
    const card = make("div", {class: "card"}, make("h3", {}, runName(i)), s.used ? reliability(s) : make("p", {class: "note"}, "Scores are not between 0 and 1: they cannot be read as probabilities."));
    if (s.used) fact("Brier score", s.brier.toFixed(3)), fact("Calibration error", s.calibration_error.toFixed(3));
    fact("AUROC of chosen", s.auroc ? s.auroc[0].toFixed(3) + " " : "not defined: all are right or all are wrong", s.auroc ? make("span", {class: "range"}, s.auroc[1] === null ? "no interval" : s.auroc[1].toFixed(3) + " \u2013 " + s.auroc[2].toFixed(3)) : null);
    fact("Candidates", whole(s.used) + " used" + (s.unscored ? ", " + whole(s.unscored) + " without a score" : "") + (s.outside ? ", " + whole(s.outside) + " outside 0 to 1" : "") + (s.unjudged ? ", " + whole(s.unjudged) + " not judged" : ""));
    fact("Chosen answers", whole(s.chosen) + " used, " + whole(s.chosen_left_out) + " without score, answer or outcome");
    card.append(facts);
    cards.append(card);
  }
  node.append(cards);
}

/* ---- labels ------------------------------------------------------------------------------------------------------------------ */

function positions(list) {
  const W = 320, H = 190, L = 46, R = 8, T = 8, B = 38, wide = (W - L - R) / list.length, up = y => T + (H - T - B) * (1 - y);
  const svg = shape("svg", {viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Agreement of labels with the truth by position of the step"});
  for (const y of [0, .5, 1]) svg.append(shape("line", {class: "axis", x1: L, x2: W - R, y1: up(y), y2: up(y)}), shape("text", {x: L - 7, y: up(y) + 4, "text-anchor": "end"}, 100 * y + " %"));
  list.forEach((p, k) => {
    const x = L + wide * (k + .5), group = shape("g", {});
    if (p.agreement) group.append(shape("title", {}, `step ${k + 1}: ${percent(p.agreement[0])} % (${range(p.agreement)})`), shape("rect", {class: "fill", x: x - wide * .36, width: wide * .72, y: up(p.agreement[0]), height: up(0) - up(p.agreement[0])}),
      shape("line", {class: "bar", x1: x, x2: x, y1: up(p.agreement[1]), y2: up(p.agreement[2])}));
    svg.append(group, shape("text", {x, y: H - B + 16, "text-anchor": "middle"}, k === 11 ? "12+" : k + 1));
  });
  svg.append(shape("text", {x: (L + W - R) / 2, y: H - 4, "text-anchor": "middle"}, "position of the step"));
  return svg;
}
function labels() {
  if (!labelled.length) return;
  const node = section("labels", "Quality of labels", "Labels against what the world says of each step. A step is labelled right when a completion of it succeeded. Where the world is a calculator, agreement is agreement with arithmetic.");
  const cards = make("div", {class: "cards"});
  for (const {run, i} of labelled) {
    const l = run.labelled, a = l.all, cell = (n, kind) => make("td", {class: kind}, whole(n));
    const facts = make("dl", {}), fact = (name, ...value) => facts.append(make("dt", {}, name), make("dd", {}, ...value));
    fact("Agreement", a.agreement ? percent(a.agreement[0]) + " % " : "no step has label and truth", a.agreement ? make("span", {class: "range"}, range(a.agreement)) : null);
    fact("Wrong steps", "precision " + (l.precision === null ? "\u2013" : percent(l.precision) + " %") + ", recall " + (l.recall === null ? "\u2013" : percent(l.recall) + " %"));
    fact("First errors", whole(l.located) + " named by the labels; " + whole(l.exact_locations) + " of " + whole(l.judged_locations) + " with a known truth are exact");
    fact("Steps", whole(l.steps) + ", " + whole(l.unlabelled) + " without a label, " + whole(l.untold) + " without a known truth");
    fact("Solutions", whole(l.solutions) + ", " + whole(l.untold_solutions) + " with unknown truth" + (l.dropped ? "; " + whole(l.dropped) + " problems dropped by the question filter" : ""));
    cards.append(make("div", {class: "card"}, make("h3", {}, runName(i)),
      make("div", {class: "confusion"}, table(["Steps", "labelled right", "labelled wrong"], [["truly right", cell(a.right_right, "agree"), cell(a.right_wrong, "differ")], ["truly wrong", cell(a.wrong_right, "differ"), cell(a.wrong_wrong, "agree")]], "Confusion of labels and truth")),
      facts), make("div", {class: "card"}, make("h3", {}, "Agreement by position"), positions(l.positions)));
  }
  node.append(cards);
}

/* ---- problems ---------------------------------------------------------------------------------------------------------------- */

const signs = {r: ["\u2713", "right"], w: ["\u2717", "wrong"], u: ["?", "unknown"], ".": ["?", "unknown"]};
const sign = mark => make("span", {class: "sign " + (mark === "." ? "u" : mark), title: signs[mark][1]}, signs[mark][0]);
const tag = (mark, text) => make("span", {class: "tag " + mark}, text);

/* Marks of each problem in all runs, to tell where runs differ. */
const outcomes = new Map();
records.forEach((list, i) => { if (runs[i].solved) for (const r of list) outcomes.set(r.id, (outcomes.get(r.id) || "") + r.mark); });
const differs = r => /r/.test(outcomes.get(r.id)) && /w/.test(outcomes.get(r.id));
/* Fewer than half of the samples give the chosen answer. */
const divided = r => {
  const chosen = r.answers.find(a => a[0] === r.answer), all = r.answers.reduce((sum, a) => sum + a[1], r.beyond);
  return r.answer !== null && !!chosen && 2 * chosen[1] < all;
};
const disagrees = s => [...s.truth].some((t, k) => t !== "." && s.labels[k] !== null && (t === "r") !== (s.labels[k] > 0));

const filters = {
  solved: [["all", "All", () => true], ["right", "Right", r => r.mark === "r"], ["wrong", "Wrong", r => r.mark === "w"], ["unknown", "Unknown", r => r.mark === "."],
    ["none", "No answer", r => r.answer === null], ["disputed", "Disputed", r => differs(r) || divided(r)], ["missed", "Right one found, not chosen", r => r.found && r.mark === "w"]],
  labelled: [["all", "All", () => true], ["differs", "Label and truth differ", r => r.solutions.some(disagrees)], ["dropped", "Dropped", r => r.dropped !== ""]],
};

/* A piece of line in a column of a row. */
function rail(row, column, kind) {
  const line = make("i", {class: "rail " + kind});
  line.style.setProperty("--at", String(Math.min(column, 14)));
  line.style.setProperty("--near", String(Math.min(column, 5)));
  row.append(line);
}
/* Rows of steps: up and down move, left and right fold, enter and space select. */
function stepRow(about) {
  const row = make("div", {class: "step" + (about.kind || ""), role: "treeitem", tabindex: "-1", "aria-level": String(about.level), "aria-selected": "false", on: {click: () => about.select(row)}},
    make("span", {class: "score"}, about.score), make("span", {class: "what"}, make("span", {class: "say text"}, visible(about.text))), make("span", {class: "tags"}, ...about.tags));
  const columns = new Map(); /* deep ones fall together */
  for (const [column, heavy] of about.trunks || []) columns.set(Math.min(column, 14), heavy || columns.get(Math.min(column, 14)) === true);
  for (const [column, heavy] of columns) rail(row, column, "past" + (heavy ? " heavy" : ""));
  if (about.full) row.title = visible(about.full);
  row.style.setProperty("--in", String(Math.min(about.indent, 14)));
  row.style.setProperty("--narrow", String(Math.min(about.indent, 5)));
  return row;
}
function scoreCell(score) {
  const cell = make("span", {}, score === null ? "" : Math.abs(score) >= 1000 ? engineering(score) : score.toFixed(Math.abs(score) < 10 ? 3 : 1));
  if (score !== null && score >= 0 && score <= 1) {
    const bar = make("i", {});
    bar.style.width = (100 * score).toFixed(0) + "%";
    cell.append(bar);
  }
  return cell;
}
function walk(box, rows) {
  const select = row => {
    for (const each of rows) each.tabIndex = -1;
    const was = row.getAttribute("aria-selected") === "true";
    for (const each of rows) each.setAttribute("aria-selected", "false");
    row.setAttribute("aria-selected", String(!was));
    row.tabIndex = 0;
    row.focus();
  };
  box.addEventListener("keydown", event => {
    const open = rows.filter(row => !row.hidden), at = open.indexOf(document.activeElement);
    const go = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: open.length - 1}[event.key];
    if (at < 0) return;
    if (go !== undefined && open[go]) { rows.forEach(row => { row.tabIndex = -1; }); open[go].tabIndex = 0; open[go].focus(); }
    else if (event.key === "Enter" || event.key === " ") select(open[at]);
    else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && open[at].fold) open[at].fold(event.key === "ArrowLeft");
    else return;
    event.preventDefault();
  });
  if (rows.length) rows[0].tabIndex = 0;
  return select;
}

/* A step alone below its parent stays in the parent's column; where a path branches its children move to the right. */
function treeOf(tree) {
  const n = tree.parent.length, children = Array.from({length: n}, () => []), rows = [], parts = new Array(n), box = make("div", {class: "tree", role: "tree", "aria-label": "Tree of steps"});
  for (let i = 1; i < n; i++) children[tree.parent[i]].push(i);
  let select = () => {};
  /* Hides or shows what is below a node; what is folded further down stays so. */
  const hide = (from, folded) => {
    const open = [...children[from]];
    while (open.length) {
      const i = open.pop();
      for (const part of parts[i]) part.hidden = folded;
      if (folded || parts[i][0].getAttribute("aria-expanded") !== "false") for (const child of children[i]) open.push(child);
    }
  };
  const heavy = i => tree.chosen[i] === "c";
  const stack = [{i: 0, indent: 0, level: 1, branch: false, trunks: []}];
  while (stack.length) {
    const {i, indent, level, branch, trunks} = stack.pop(), folded = tree.folded ? tree.folded[i] : 0, tags = [], root = i === 0, end = tree.end[i] === "e";
    if (tree.times && tree.times[i] > 1) tags.push(tag("", "drawn \u00d7" + whole(tree.times[i])));
    if (tree.visits && tree.visits[i]) tags.push(tag("", whole(tree.visits[i]) + (tree.visits[i] === 1 ? " visit" : " visits")));
    if (tree.truth[i] === "w") tags.push(tag("w", "first wrong step"));
    if (tree.outcome[i] !== ".") tags.push(tag(tree.outcome[i], signs[tree.outcome[i]].join(" ")));
    const row = stepRow({text: root ? "start" : end ? "end of the solution" : tree.text[i], full: root || end ? null : tree.text[i], indent, level, score: scoreCell(tree.score[i]), tags, trunks,
      select: r => select(r), kind: (root ? " root" : "") + (heavy(i) ? " chosen" : "") + (tree.truth[i] === "w" ? " bad" : "")});
    const kids = children[i], branching = kids.length > 1 || folded > 0;
    if (branch) rail(row, indent - 1, "elbow" + (heavy(i) ? " heavy" : ""));
    else if (!root) rail(row, indent, "top" + (heavy(i) ? " heavy" : ""));
    if (kids.length || folded) rail(row, indent, "down" + (kids.some(heavy) ? " heavy" : ""));
    rows.push(row);
    box.append(row);
    parts[i] = [row];
    if (kids.length > 1) {
      row.setAttribute("aria-expanded", "true");
      const twist = make("span", {class: "twist"}, "\u25be " + kids.length);
      row.querySelector(".what").append(twist);
      row.fold = shut => { row.setAttribute("aria-expanded", String(!shut)); twist.textContent = (shut ? "\u25b8 " : "\u25be ") + kids.length; hide(i, shut); };
      twist.addEventListener("click", event => { event.stopPropagation(); row.fold(row.getAttribute("aria-expanded") === "true"); });
    }
    if (folded) {
      const note = make("div", {class: "folded"}, "\u2026 " + whole(folded) + " more below this step, not shown");
      box.append(note);
      parts[i].push(note);
    }
    let later = false; /* the chosen path goes through a later child */
    for (let k = kids.length; k-- > 0;) {
      const past = branching && k + 1 < kids.length ? [[indent, later]] : [];
      stack.push({i: kids[k], indent: indent + (branching ? 1 : 0), level: level + 1, branch: branching, trunks: trunks.concat(past)});
      later = later || heavy(kids[k]);
    }
  }
  select = walk(box, rows);
  return box;
}
function solutionOf(solution, number) {
  const rows = [], box = make("div", {class: "tree", role: "tree", "aria-label": "Labelled steps"});
  let select = () => {};
  solution.steps.forEach((text, k) => {
    const label = solution.labels[k], truth = solution.truth[k], counts = solution.counts && solution.counts[k], tags = [];
    if (counts && counts[0] > 0) tags.push(tag("", counts[1] + " of " + counts[0] + " right"));
    tags.push(label === null ? tag("", "no label") : tag(label > 0 ? "r" : "w", "label " + (label > 0 ? "right" : "wrong")));
    tags.push(tag(truth === "." ? "u" : truth, "truth " + (truth === "." ? "unknown" : signs[truth][1])));
    const bad = truth !== "." && label !== null && (truth === "r") !== (label > 0);
    rows.push(stepRow({text: text === null ? "" : text, full: text, indent: 0, level: 1, score: scoreCell(label), tags, select: r => select(r), kind: bad ? " bad" : ""}));
    if (k > 0) rail(rows[k], 0, "top");
    if (k + 1 < solution.steps.length) rail(rows[k], 0, "down");
  });
  for (const row of rows) box.append(row);
  select = walk(box, rows);
  return make("div", {class: "solution"}, make("h3", {}, sign(solution.mark), " ", solution.name === null ? "Solution " + number : words(solution.name)), box);
}
const keys = () => make("p", {class: "keys"}, "Click a step for its whole text. Keys: up, down, enter; left and right fold branches.");

function detail(run, r) {
  const node = make("div", {class: "detail"}, make("h3", {}, words(r.id)));
  if (r.problem !== null) node.append(make("p", {class: "question text"}, visible(r.problem)));
  if (run.labelled) {
    if (r.dropped) node.append(make("p", {class: "note"}, "Dropped by the question filter: ", words(r.dropped)));
    r.solutions.forEach((solution, k) => node.append(solutionOf(solution, k + 1)));
    if (r.more) node.append(make("p", {class: "note"}, whole(r.more) + " more solutions are not shown."));
    node.append(keys());
    return node;
  }
  const fact = (name, value) => make("span", {}, name + " ", make("b", {}, value));
  node.append(make("div", {class: "facts"}, make("span", {}, sign(r.mark), " " + signs[r.mark][1]), fact("answer", r.answer === null ? "none" : words(r.answer)),
    fact("true answer", r.target === null ? "not known" : words(r.target)), fact("score", short(r.score)), fact("steps", whole(r.steps)), fact("tokens", whole(r.tokens))));
  if (r.answers.length) node.append(make("div", {class: "answers"}, table(["Answers of candidates", "Sampled", "Best score", ""],
    r.answers.map(([text, count, mark, score]) => [make("td", {class: "left"}, make("span", {class: "cell", title: text === null ? "none" : visible(text)}, text === null ? "none" : words(text)), text !== null && text === r.answer ? tag("", "chosen") : null), whole(count), short(score), sign(mark)]), "Answers of the candidates"),
    r.beyond ? make("p", {class: "note"}, whole(r.beyond) + " samples with other answers are not listed.") : null));
  if (r.tree) {
    const left = r.tree.total - r.tree.parent.length;
    node.append(make("p", {class: "note"}, whole(r.tree.total) + " nodes" + (left ? ", " + whole(left) + " of them not shown" : "") + (r.tree.chosen.includes("c") ? "; filled dots: the chosen solution." : "; no solution was chosen.")), treeOf(r.tree), keys());
  } else node.append(make("p", {class: "note"}, "The tree was not kept: solve with --keep-tree."));
  return node;
}
function problems() {
  const node = section("problems", "Problems"), pane = make("div", {class: "detail"}), list = make("div", {class: "list", "aria-label": "Problems"}), bar = make("div", {class: "row", role: "group", "aria-label": "Filter"}), left = make("p", {class: "note"});
  const find = make("input", {type: "search", placeholder: "Find a problem", "aria-label": "Find a problem"});
  let run = 0, keep = () => true, most = 200;
  const open = (item, r) => {
    for (const each of list.children) each.removeAttribute("aria-current");
    item.setAttribute("aria-current", "true");
    pane.replaceChildren(detail(runs[run], r));
  };
  const fill = () => {
    const wanted = find.value.toLowerCase();
    const shown = records[run].filter(r => keep(r) && (!wanted || r.id.toLowerCase().includes(wanted) || (r.problem || "").toLowerCase().includes(wanted)));
    list.replaceChildren(...shown.slice(0, most).map(r => {
      const mark = runs[run].labelled ? (r.solutions.some(disagrees) ? "w" : "r") : r.mark;
      const item = make("button", {type: "button", class: "item", on: {click: () => open(item, r)}}, runs[run].labelled ? make("span", {class: "sign " + mark}, mark === "w" ? "\u2260" : "=") : sign(mark), make("span", {class: "id text"}, visible(r.id)),
        make("span", {class: "end text"}, runs[run].labelled ? r.solutions.length + r.more + " solutions" : r.answer === null ? "no answer" : visible(r.answer)));
      return item;
    }));
    if (!shown.length) list.append(make("div", {class: "empty"}, "No problem is of this kind."));
    if (shown.length > most) list.append(make("button", {type: "button", class: "more", on: {click: () => { most += 200; fill(); }}}, "Show more (" + whole(shown.length - most) + " left)"));
    const first = list.querySelector(".item");
    if (first) open(first, shown[0]); else pane.replaceChildren();
  };
  list.addEventListener("keydown", event => {
    const items = [...list.querySelectorAll("button")], go = items[items.indexOf(document.activeElement) + {ArrowDown: 1, ArrowUp: -1}[event.key]];
    if (!go) return;
    event.preventDefault();
    go.focus();
    if (go.className === "item") go.click();
  });
  const start = i => {
    run = i; most = 200; keep = () => true;
    const kinds = filters[runs[i].labelled ? "labelled" : "solved"].map(([key, label, fits]) => [key, label, records[i].filter(fits).length, fits]).filter(([key, , count]) => key === "all" || count);
    bar.replaceChildren(...choices(kinds, "all", key => { keep = kinds.find(k => k[0] === key)[3]; most = 200; fill(); }));
    const unlisted = runs[i].done - records[i].length;
    left.textContent = unlisted ? whole(records[i].length) + " of " + whole(runs[i].done) + " recorded problems are listed." : "";
    fill();
  };
  find.addEventListener("input", fill);
  const pick = make("select", {"aria-label": "Run", on: {change: event => start(+event.target.value)}}, ...runs.map((each, i) => make("option", {value: String(i)}, (i + 1) + "  " + visible(each.name))));
  node.append(make("p", {class: "note"}, "Disputed: runs differ in the outcome, or fewer than half of the samples give the chosen answer."), make("div", {class: "row"}, runs.length > 1 ? pick : null, find), bar, left, make("div", {class: "browser"}, list, pane));
  start(0);
}

/* ---- manifests --------------------------------------------------------------------------------------------------------------- */

function manifests() {
  const all = [...new Set(runs.flatMap(run => Object.keys(run.manifest)))].sort(), value = (run, key) => key in run.manifest ? run.manifest[key] : null;
  const agrees = key => runs.every(run => value(run, key) === value(runs[0], key));
  const differing = all.filter(key => !agrees(key) && key !== "created"), same = all.filter(agrees);
  const node = section("runs", "What was run", differing.length ? "The runs differ in these entries of their manifests." : null);
  const show = x => make("td", {class: "wide"}, x === null ? "\u2013" : x === "" ? "none" : spec(x)), key = k => make("td", {class: "left"}, k.replace(/_/g, " "));
  if (differing.length) node.append(table(["", ...runs.map((run, i) => make("th", {class: "wide"}, runName(i)))], differing.map(k => [key(k), ...runs.map(run => show(value(run, k)))]), "Entries that differ"));
  node.append(make("details", differing.length ? {} : {open: ""}, make("summary", {}, runs.length > 1 ? "The same in all runs" : "Manifest"), table(["", ""], same.map(k => [key(k), show(value(runs[0], k))]), "Entries of the manifest")));
}

head();
accuracy();
comparisons();
scores();
labels();
problems();
manifests();
