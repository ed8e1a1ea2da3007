import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Code, ListItem, Nodes, Parent, Root, Table } from "mdast";
import { safeMarkdown, wholeCharacters } from "./escape.ts";

export interface Split {
  /** Each at most `charsMax` characters, and whole Markdown in itself. */
  readonly parts: readonly string[];
  /** What did not fit into `partsMax` parts; empty when all did. */
  readonly rest: string;
}

/**
 * Divides Markdown for several messages: between blocks where it can, else between list items, table rows (the header is repeated), lines of
 * code (the fence is closed and opened again), sentences or words; never inside `<…>`. Only a word longer than a part is cut.
 */
export function splitMarkdown(text: string, { charsMax, partsMax }: { readonly charsMax: number; readonly partsMax: number }): Split {
  const parts: string[] = [];
  let rest = withoutBlankEdges(text.length > charsMax ? withOwnLinks(text) : text);
  while (rest !== "" && parts.length < partsMax) {
    const whole = closed(rest, charsMax);
    if (whole !== undefined) return { parts: [...parts, whole], rest: "" };
    const cut = findCut(rest, charsMax);
    parts.push(rest.slice(0, cut.at).trimEnd() + cut.close);
    rest = cut.reopen === "" ? withoutBlankEdges(rest.slice(cut.at)) : cut.reopen + rest.slice(cut.at);
  }
  return { parts, rest };
}

/** Where a part ends; what closes it, and what opens the next one. */
interface Cut {
  readonly at: number;
  readonly close: string;
  readonly reopen: string;
}

/**
 * Where links get their addresses from lines elsewhere in the text, each gets its own, as it may come to stand in another part than the line; which
 * then is left out: nobody sees it.
 */
function withOwnLinks(text: string): string {
  const tree = text.length > LINKED_CHARS_MAX || !DEFINED.test(text) ? undefined : parse(text);
  if (!tree) return text;
  const addresses = new Map<string, string>();
  const used = new Set<string>();
  /** In their order in the text. `label`: of a link; of a line with an address there is none. */
  const found: { readonly from: number; readonly to: number; readonly id: string; readonly label?: string }[] = [];
  const look = (node: Nodes): void => {
    const at = { from: offsetOf(node), to: node.position?.end.offset ?? 0 };
    if (node.type === "definition") {
      const title = node.title ? ` "${node.title.replaceAll(/["\\\n]/g, " ")}"` : "";
      const url = node.url.replaceAll("<", "%3C").replaceAll(">", "%3E");
      if (!addresses.has(node.identifier)) addresses.set(node.identifier, `(<${url}>${title})`);
      found.push({ ...at, id: node.identifier });
    } else if (node.type === "imageReference" || node.type === "linkReference") {
      const [first, last] = node.type === "linkReference" ? [node.children[0], node.children.at(-1)] : [];
      const words = node.type === "imageReference" ? node.alt : first && text.slice(offsetOf(first), last?.position?.end.offset);
      used.add(node.identifier);
      found.push({ ...at, id: node.identifier, label: `${node.type === "imageReference" ? "!" : ""}[${words ?? ""}]` });
    } else if ("children" in node) for (const child of node.children) look(child);
  };
  look(tree);
  let [linked, done] = ["", 0];
  for (const { from, to, id, label } of found) {
    const address = addresses.get(id);
    if (address === undefined || !used.has(id)) continue;
    // What was safe in two places may not be in one: `!channel` is an address like any other, until a bracket stands before it.
    linked += text.slice(done, from) + (label === undefined ? "" : safeMarkdown(label + address));
    done = to;
    // A long address may be meant very often.
    if (linked.length > 2 * LINKED_CHARS_MAX) return text;
  }
  return linked + text.slice(done);
}

const DEFINED = /^ {0,3}\[[^\]\n]{1,300}\]:[ \t]*\S/m;
const LINKED_CHARS_MAX = 100_000;

/** Blank lines go; the first line's indentation stays. */
const withoutBlankEdges = (text: string): string => text.replace(/^(?:[ \t]*\n)+/, "").trimEnd();

/** A text that fits, its last fence closed; a model that is cut off leaves it open. `undefined` when it does not fit. */
function closed(text: string, charsMax: number): string | undefined {
  if (text.length > charsMax) return undefined;
  // Most texts have no fence, and to read one as Markdown takes longer than all else that is done for its message.
  if (!FENCE.test(text)) return text;
  const last = parse(text)?.children.at(-1);
  if (last?.type !== "code") return text;
  const fence = fenceOf(last, text);
  if (!fence || isClosed(text.slice(last.position?.start.offset), fence.marks)) return text;
  const whole = `${text}\n${fence.marks}`;
  return whole.length <= charsMax ? whole : undefined;
}

/** In words as well: then it is read. */
const FENCE = /`{3}|~{3}/;

function isClosed(code: string, marks: string): boolean {
  const lines = code.trimEnd().split("\n");
  const last = lines.at(-1)?.trim() ?? "";
  return lines.length > 1 && last.length >= marks.length && last === marks.charAt(0).repeat(last.length);
}

function findCut(text: string, charsMax: number): Cut {
  const window = text.slice(0, charsMax);
  const tree = parse(window);
  const cut = (tree && cutAmong(tree, window, NO_CONTAINER)) ?? cutWords(window, 0);
  const added = cut.close.length + cut.reopen.length;
  // Every part must take more away than it adds, whatever the text does.
  return cut.at > added && cut.at + cut.close.length <= charsMax
    ? cut
    : { at: wholeCharacters(window, charsMax).length, close: "", reopen: "" };
}

/** Emphasis is not needed to find a place to cut, and pairing its marks is what takes a parser longest on hostile text. */
const WITHOUT_EMPHASIS = { disable: { null: ["attention", "strikethrough"] } };
/** Deeper quotes and lists are no writing; a parser would need seconds for them. */
const DEEP = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){30}/m;

/** Made once: to put the extensions together takes as long as to read some sentences. */
const GFM = { extensions: [gfm(), WITHOUT_EMPHASIS], mdastExtensions: [gfmFromMarkdown()] };

/** A turn is divided when it is recorded, looked at for long parts, and made into a message: the same text, some times within a second. A cache: without it the trees are the same. */
const parsedLately = new Map<string, Root>();
const PARSED_KEPT_MAX = 50;
/** A message's; what is longer is rare, and its tree is large. */
const PARSED_CHARS_MAX = 12_000;

/** The tree is shared: to be read alone. */
export function parse(text: string): Root | undefined {
  const known = parsedLately.get(text);
  if (known) return known;
  if (DEEP.test(text)) return undefined;
  const tree = fromMarkdown(text, GFM);
  if (text.length > PARSED_CHARS_MAX) return tree;
  const [oldest] = parsedLately.keys();
  if (parsedLately.size >= PARSED_KEPT_MAX && oldest !== undefined) parsedLately.delete(oldest);
  parsedLately.set(text, tree);
  return tree;
}

/** The quotes and list items around a block: what begins each of their lines, and what opens them again in the next part. */
interface Container {
  readonly line: string;
  readonly reopen: string;
}
const NO_CONTAINER: Container = { line: "", reopen: "" };

/** Before a block, when that leaves a part that is not too short; else inside of the block that does not fit. */
function cutAmong(parent: Parent & Nodes, text: string, container: Container): Cut | undefined {
  const blocks = parent.children;
  const begin = lineStart(text, offsetOf(parent));
  const starts = blocks.map((block) => lineStart(text, offsetOf(block)));
  const last = blocks.length - 1;
  // A heading stays with what it heads.
  const heads = last > 0 && blocks[last - 1]?.type === "heading" && (starts[last - 1] ?? 0) > begin;
  const before = starts[heads ? last - 1 : last] ?? 0;
  const between: Cut | undefined = before > begin ? { at: before, close: "", reopen: container.reopen } : undefined;
  if (between && before > text.length * SHORT_PART) return between;
  const block = blocks[last];
  return (block && cutInside(block, text, container)) ?? between;
}

const SHORT_PART = 1 / 3;

function cutInside(block: Nodes, text: string, container: Container): Cut | undefined {
  switch (block.type) {
    case "code":
      return cutCode(block, text, container);
    case "table":
      return cutTable(block, text, container);
    case "list":
      return cutAmong(block, text, container);
    case "listItem":
      return cutAmong(block, text, insideItem(block, text, container));
    case "blockquote":
      return cutAmong(block, text, { line: `${container.line}> `, reopen: container.reopen });
    default: {
      const cut = cutWords(text, offsetOf(block), block);
      const isLineStart = text.charAt(cut.at - 1) === "\n";
      return { ...cut, reopen: container.reopen + (isLineStart ? "" : container.line) };
    }
  }
}

function cutCode(code: Code, text: string, { line, reopen }: Container): Cut | undefined {
  const fence = fenceOf(code, text);
  const close = fence ? `\n${line}${fence.marks}` : "";
  const from = text.indexOf("\n", offsetOf(code)) + 1;
  const at = text.lastIndexOf("\n", text.length - close.length - 1) + 1;
  const open = fence ? `${reopen}${line}${fence.marks}${fence.language}\n` : reopen;
  if (from > 0 && at > from) return { at, close, reopen: open };
  // One line of code that is longer than a part.
  const long = wholeCharacters(text, text.length - close.length).length;
  return from > 0 && long - from > text.length * SHORT_PART
    ? { at: long, close, reopen: fence ? open + line : `${reopen}${line}    ` }
    : undefined;
}

function fenceOf(code: Code, text: string): { readonly marks: string; readonly language: string } | undefined {
  const opening = /^(`{3,50}|~{3,50})(?![`~])[ \t]*([^\s`]{0,40})/.exec(text.slice(offsetOf(code)));
  return opening ? { marks: opening[1] ?? "", language: opening[2] ?? "" } : undefined;
}

function cutTable(table: Table, text: string, { line, reopen }: Container): Cut | undefined {
  const [, first, ...others] = table.children;
  const last = others.at(-1);
  if (!first || !last) return undefined;
  const header = text.slice(offsetOf(table), lineStart(text, offsetOf(first)));
  return { at: lineStart(text, offsetOf(last)), close: "", reopen: `${reopen}${line}${header}` };
}

function insideItem(item: ListItem, text: string, { line, reopen }: Container): Container {
  const marker = /^(?:[-*+]|\d{1,9}[.)])/.exec(text.slice(offsetOf(item)))?.[0] ?? "-";
  const column = (item.position?.start.column ?? 1) - 1;
  const indent = " ".repeat(Math.max(0, column - line.length));
  const spaces = /^ {1,4}(?! )/.exec(text.slice(offsetOf(item) + marker.length))?.[0] ?? " ";
  return { line: line + indent + " ".repeat(marker.length + spaces.length), reopen: `${reopen}${line}${indent}${marker}${spaces}…\n` };
}

/** After the last sentence, line or word that fits; what Markdown or Slack reads as one (`code`, links, `<…>`) stays whole. */
function cutWords(text: string, from: number, block?: Nodes): Cut {
  const whole = wholes(text, block);
  const isInside = (at: number) => whole.some(([start, end]) => at > start && at < end);
  const earliest = Math.max(from, text.length * (1 - SHORT_PART));
  let line = 0;
  let word = 0;
  for (const space of [...text.slice(from).matchAll(/[ \t]+\n?|\n/g)].reverse()) {
    const end = from + space.index + space[0].length;
    if (end >= text.length || end === from || isInside(end)) continue;
    if (end < earliest && (line || word)) break;
    if (end >= earliest && /[.!?…:]["')*_]*$/.test(text.slice(Math.max(0, from + space.index - 5), from + space.index)))
      return { at: end, close: "", reopen: "" };
    if (space[0].includes("\n")) line ||= end;
    word ||= end;
  }
  const [torn] = whole.find(([start, end]) => start > text.length * SHORT_PART && end >= text.length) ?? [];
  return { at: line || word || torn || wholeCharacters(text, text.length).length, close: "", reopen: "" };
}

/** Where something begins and ends that is not to be cut; what is cut off by the end of the text counts too. */
function wholes(text: string, block: Nodes | undefined): readonly (readonly [number, number])[] {
  const tokens = [...text.matchAll(/<[^<>\n]{1,500}>?/g)].map((match) => [match.index, match.index + match[0].length] as const);
  const inline = block && "children" in block ? block.children : [];
  const last = inline.at(-1);
  const torn = [
    LINK_BEGUN.exec(text)?.index,
    last?.type === "text" ? offsetOf(last) + (CODE_BEGUN.exec(text.slice(offsetOf(last)))?.index ?? text.length) : undefined,
  ];
  return [
    ...tokens,
    ...inline.filter((child) => child.type !== "text").map((child) => [offsetOf(child), child.position?.end.offset ?? 0] as const),
    ...torn.filter((start) => start !== undefined).map((start) => [start, text.length] as const),
  ];
}

/** A link, or code in a line, whose end is beyond the text. */
const LINK_BEGUN = /\[[^[\]\n]{0,300}(?:\](?:\([^()\s]{0,500})?)?$/;
const CODE_BEGUN = /`[^`\n]{0,300}$/;

const offsetOf = (node: Nodes): number => node.position?.start.offset ?? 0;
const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;
