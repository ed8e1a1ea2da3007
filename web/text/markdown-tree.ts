import type { Element, ElementContent, Root } from "hast";
import { sanitize, type Schema } from "hast-util-sanitize";
import type { Nodes, Parents } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { newlineToBreak } from "mdast-util-newline-to-break";
import { toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";
import { withEmoji } from "./emoji.ts";
import { safeHref } from "./links.ts";

/** Lists and quotes inside each other; deeper ones are shown as text. */
const DEPTH_MAX = 8;
/** More on one line are no words, and the parser's time grows with their square. */
const CONTAINERS_A_LINE_MAX = 40;
const EMPHASIS_MARKS_MAX = 2000;

const TOO_DEEP = new RegExp(String.raw`^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){${CONTAINERS_A_LINE_MAX},}`, "m");

/** HTML, definitions and footnotes stay the text that they are: nothing an agent writes is hidden, or becomes an element of its choice. */
const SYNTAX = {
  extensions: [
    gfm(),
    {
      disable: {
        null: ["htmlFlow", "htmlText", "definition", "gfmFootnoteDefinition", "gfmFootnoteCall", "gfmPotentialFootnoteCall"],
      },
    },
  ],
  mdastExtensions: [gfmFromMarkdown()],
};

/** What a message may be made of, whatever the parser hands on. */
const ALLOWED: Schema = {
  tagNames: "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr input li ol p pre span strong table tbody td th thead tr ul".split(" "),
  attributes: {
    a: ["href"],
    code: [["className", /^language-[\w+#.-]{1,30}$/]],
    input: [["type", "checkbox"], "checked"],
    li: [["className", "task-list-item"]],
    ol: ["start"],
    span: [["className", "link-refused"]],
    td: ["align"],
    th: ["align"],
  },
  protocols: { href: ["http", "https", "mailto"] },
  required: {},
};

/**
 * GitHub-flavoured Markdown as a tree of elements, for what agents write. One line end is a line break, as in Slack. `undefined` for text
 * that would take the parser long: it is to be shown as it is.
 */
export function markdownTree(source: string): Root | undefined {
  if (TOO_DEEP.test(source) || (source.match(/[*_~]+/g)?.length ?? 0) > EMPHASIS_MARKS_MAX) return undefined;
  const tree = fromMarkdown(source, SYNTAX);
  prepare(tree, source, 0);
  newlineToBreak(tree);
  const elements = toHast(tree) as Root;
  refuseLinks(elements);
  return sanitize(elements, ALLOWED) as Root;
}

/** Short names become emoji, where they were not escaped; what lies too deep becomes the text that it was. */
function prepare(node: Nodes, source: string, depth: number): void {
  if (!("children" in node)) {
    if (node.type === "text") {
      const written = slice(node, source) ?? node.value;
      node.value = withEmoji(node.value, (shortName) => !written.includes(shortName));
    }
    return;
  }
  const below = node.type === "list" || node.type === "blockquote" ? depth + 1 : depth;
  if (below > DEPTH_MAX) {
    const { children } = node as Parents;
    const text = slice(node, source) ?? "";
    const item = { type: "paragraph" as const, children: [{ type: "text" as const, value: text }] };
    if (node.type === "list") children.splice(0, children.length, { type: "listItem", children: [item] });
    else children.splice(0, children.length, item);
    return;
  }
  for (const child of node.children) prepare(child, source, below);
}

function slice(node: Nodes, source: string): string | undefined {
  const { start, end } = node.position ?? {};
  return start?.offset === undefined || end?.offset === undefined ? undefined : source.slice(start.offset, end.offset);
}

/** A link that may not be followed shows where it pointed, as text. A picture is a link: the page loads nothing of a stranger. */
function refuseLinks(parent: Root | Element): void {
  for (const child of parent.children) {
    if (child.type !== "element") continue;
    refuseLinks(child);
    if (child.tagName !== "a" && child.tagName !== "img") continue;
    const { href, src, alt } = child.properties;
    const target = String(href ?? src ?? "");
    const label: ElementContent[] = child.tagName === "img" ? [{ type: "text", value: String(alt || target) }] : child.children;
    const address = safeHref(upgraded(decoded(target), label));
    child.tagName = address ? "a" : "span";
    child.properties = address ? { href: address } : { className: ["link-refused"] };
    child.children = address ? label : [...label, { type: "text", value: ` (${decoded(target)})` }];
  }
}

/** The parser percent-encodes what it cannot have in an address. */
function decoded(target: string): string {
  try {
    return decodeURI(target);
  } catch {
    return target;
  }
}

/** `www.example.org` without a scheme: the web is https by now. */
function upgraded(target: string, [label]: readonly ElementContent[]): string {
  return label?.type === "text" && /^www\./i.test(label.value) ? target.replace(/^http:/i, "https:") : target;
}
