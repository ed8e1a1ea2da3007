import { codeBlock } from "./code.js";
import { append, h } from "./dom.js";
import { inline } from "./markdown-inline.js";
import { clean } from "./text.js";

/**
 * GitHub-flavoured Markdown to DOM nodes, for what agents write: headings, lists with tasks, quotes, fences, tables, rules. One line end is
 * a line break, as in Slack. It is small because it never makes HTML: whatever it does not know stays text.
 */
const CHARS_MAX = 60_000; // Five times what Slack takes in one markdown block.
const DEPTH_MAX = 8; // Lists and quotes inside each other; deeper ones are shown as text.
const COLUMNS_MAX = 30;

const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*([^`\n]{0,100})/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,12})([-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;
const TASK = /^\[([ xX])\][ \t]+/;
const ALIGNMENTS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

export function markdown(source) {
  const text = clean(source);
  const lines = text.slice(0, CHARS_MAX).replace(/\t/g, "    ").split("\n");
  const nodes = blocks(lines, 0);
  if (text.length > CHARS_MAX) nodes.push(h("p", { class: "cut" }, `… ${text.length - CHARS_MAX} more characters are not shown.`));
  return h("div", { class: "md", dir: "auto" }, nodes);
}

function blocks(lines, depth) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const read =
      depth < DEPTH_MAX
        ? (fence(lines, at) ?? heading(line) ?? rule(line) ?? quote(lines, at, depth) ?? list(lines, at, depth) ?? table(lines, at))
        : undefined;
    const { node, taken } = read ?? paragraph(lines, at, depth);
    nodes.push(node);
    at += taken;
  }
  return nodes;
}

function fence(lines, start) {
  const open = FENCE.exec(lines[start]);
  if (!open || (open[2][0] === "`" && lines[start].slice(open[0].length).includes("`"))) return undefined;
  const close = new RegExp(`^ {0,3}${open[2][0]}{${open[2].length},}[ ]*$`);
  let end = start + 1;
  while (end < lines.length && !close.test(lines[end])) end += 1;
  const indent = new RegExp(`^ {0,${open[1].length}}`);
  const code = lines.slice(start + 1, end).map((line) => line.replace(indent, ""));
  return { node: codeBlock(code.join("\n"), open[3].trim().split(/[\s{,]/)[0]), taken: end - start + 1 };
}

function heading(line) {
  const found = HEADING.exec(line);
  if (!found) return undefined;
  const text = (found[2] ?? "")
    .trimEnd()
    .replace(/(^|[ ])#{1,50}$/, "")
    .trimEnd();
  return { node: title(found[1].length, text), taken: 1 };
}

/** Headings of a message sit under the page's own, so that the outline screen readers show stays true. */
const title = (level, text) =>
  h("div", { class: `md-h md-h${level}`, role: "heading", "aria-level": Math.min(level + 3, 9) }, inline(text));

function rule(line) {
  return RULE.test(line) ? { node: h("hr"), taken: 1 } : undefined;
}

function quote(lines, start, depth) {
  if (!QUOTE.test(lines[start])) return undefined;
  const inner = [];
  let end = start;
  while (end < lines.length && (QUOTE.test(lines[end]) || (lines[end].trim() && !interrupts(lines, end))))
    inner.push(lines[end++].replace(QUOTE, ""));
  return { node: h("blockquote", { dir: "auto" }, blocks(inner, depth + 1)), taken: end - start };
}

function list(lines, start, depth) {
  const first = ITEM.exec(lines[start]);
  if (!first || RULE.test(lines[start])) return undefined;
  const kind = (marker) => (/\d/.test(marker) ? marker.at(-1) : marker);
  const base = first[1].length;
  const items = [];
  let loose = false;
  let end = start;
  while (end < lines.length) {
    const found = ITEM.exec(lines[end]);
    if (!found || found[1].length > base + 1 || found[1].length < base || kind(found[2]) !== kind(first[2]) || RULE.test(lines[end])) break;
    const offset = Math.min(found[0].length, found[1].length + found[2].length + 4);
    const body = [lines[end].slice(offset)];
    end += 1;
    while (end < lines.length && belongs(lines, end, base)) body.push(unindent(lines[end++], offset));
    const next = ITEM.exec(lines[end] ?? "");
    if (!body.at(-1).trim() && next && kind(next[2]) === kind(first[2])) loose = true;
    while (body.length > 1 && !body.at(-1).trim()) body.pop();
    if (body.some((line, index) => !line.trim() && index > 0)) loose = true;
    items.push(item(body, depth));
  }
  const ordered = /\d/.test(first[2]);
  const number = Number.parseInt(first[2], 10);
  const props = { class: loose ? "loose" : "tight", start: ordered && number !== 1 ? number : undefined };
  return { node: append(h(ordered ? "ol" : "ul", props), items), taken: end - start };
}

/** Lenient: two spaces are enough to belong to an item, as models indent under "1." */
function belongs(lines, at, base) {
  const line = lines[at];
  if (!line.trim())
    return at + 1 < lines.length && (!lines[at + 1].trim() || indentOf(lines[at + 1]) >= base + 2 || ITEM.test(lines[at + 1]));
  if (indentOf(line) >= base + 2) return true;
  return Boolean(lines[at - 1].trim()) && !interrupts(lines, at) && !ITEM.test(line);
}

const indentOf = (line) => line.length - line.trimStart().length;
const unindent = (line, width) => line.slice(Math.min(indentOf(line), width));

function item(body, depth) {
  const task = TASK.exec(body[0]);
  if (task) body[0] = body[0].slice(task[0].length);
  const done = task && task[1] !== " ";
  const box = task && h("span", { class: `task-box ${done ? "done" : ""}`, role: "img", "aria-label": done ? "done" : "to do" });
  return h("li", { class: task ? "task-item" : "", dir: "auto" }, box, h("div", { class: "li" }, blocks(body, depth + 1)));
}

function table(lines, start) {
  const head = tableHead(lines, start);
  if (!head) return undefined;
  const aligns = cells(lines[start + 1]).map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : ""));
  let end = start + 2;
  const rows = [];
  while (end < lines.length && lines[end].trim() && (lines[end].includes("|") || !interrupts(lines, end))) rows.push(cells(lines[end++]));
  const row = (values, tag) =>
    h(
      "tr",
      {},
      head.map((_, column) => h(tag, { class: aligns[column], dir: "auto" }, inline(values[column] ?? ""))),
    );
  return {
    node: tableBox(
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        rows.map((values) => row(values, "td")),
      ),
    ),
    taken: end - start,
  };
}

function tableHead(lines, start) {
  const rule = lines[start + 1];
  if (!lines[start].includes("|") || !rule?.includes("-") || rule.length > 2000 || !ALIGNMENTS.test(rule)) return undefined;
  const head = cells(lines[start]);
  return head.length === cells(rule).length && head.length <= COLUMNS_MAX ? head : undefined;
}

/** A wide table scrolls in its own box, also by keyboard. */
export function tableBox(...parts) {
  return h("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, parts));
}

/** Splits at bars that are neither escaped nor inside a code span. */
function cells(line) {
  const found = [""];
  let code = false;
  const text = line.trim().replace(/^\|/, "");
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && text[at + 1] === "|") found[found.length - 1] += text[++at];
    else if (text[at] === "|" && !code) found.push("");
    else {
      if (text[at] === "`") code = !code && text.includes("`", at + 1);
      found[found.length - 1] += text[at];
    }
  }
  if (found.length > 1 && !found.at(-1).trim()) found.pop();
  return found.map((cell) => cell.trim());
}

function paragraph(lines, start, depth) {
  if (/^ {4}/.test(lines[start]) && depth < DEPTH_MAX) return indentedCode(lines, start);
  let end = start + 1;
  while (end < lines.length && lines[end].trim() && !underline(lines[end]) && (depth >= DEPTH_MAX || !interrupts(lines, end))) end += 1;
  const text = lines
    .slice(start, end)
    .map((line) => line.trimStart())
    .join("\n")
    .trimEnd();
  const level = end < lines.length && depth < DEPTH_MAX ? underline(lines[end]) : undefined;
  return level ? { node: title(level, text), taken: end - start + 1 } : { node: h("p", { dir: "auto" }, inline(text)), taken: end - start };
}

const underline = (line) => (/^ {0,3}=+[ ]*$/.test(line) ? 1 : /^ {0,3}-+[ ]*$/.test(line) ? 2 : undefined);

function indentedCode(lines, start) {
  let end = start;
  while (end < lines.length && (/^ {4}/.test(lines[end]) || (!lines[end].trim() && /^ {4}/.test(lines[end + 1] ?? "")))) end += 1;
  return {
    node: codeBlock(
      lines
        .slice(start, end)
        .map((line) => line.slice(4))
        .join("\n"),
      "",
    ),
    taken: end - start,
  };
}

/** Whether the line starts something that ends a paragraph without an empty line between. */
function interrupts(lines, at) {
  const line = lines[at];
  const listItem = ITEM.exec(line);
  return (
    FENCE.test(line) ||
    HEADING.test(line) ||
    RULE.test(line) ||
    QUOTE.test(line) ||
    Boolean(listItem && listItem[0].length < line.length && /^([-*+]|1[.)])$/.test(listItem[2])) ||
    Boolean(tableHead(lines, at))
  );
}
