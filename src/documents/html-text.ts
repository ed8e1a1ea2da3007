import { Tokenizer } from "htmlparser2";

/**
 * The text of an HTML page as a reader would want it: headings, lists, tables and links as Markdown, without scripts, styles and what is
 * hidden. The tokens are htmlparser2's, whose tokenizer takes broken HTML as the standard says; no tree is made of them, so that it goes
 * once over the page, in time and memory that grow with its length alone, whatever is in it.
 */
export function htmlToText(html: string, base: URL): string {
  const page = new TextOfPage(base);
  const tokenizer = new Tokenizer({}, tokensOf(html, page));
  tokenizer.write(html);
  tokenizer.end();
  return page.result();
}

/** Elements whose content is no markup; only a title and a text field are for readers. */
const RAW = new Set(["script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"]);
const LEFT_OUT = new Set(["noscript", "template", "svg", "math", "object", "canvas", "audio", "video", "select", "datalist", "dialog"]);
const WITHOUT_END = new Set(["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"]);
/** The next one of its kind ends it. */
const END_IS_OPTIONAL = new Set(["p", "li", "dt", "dd", "tr", "td", "th", "option"]);
const BLOCKS = new Set(
  "address article aside blockquote dd details div dl dt fieldset figcaption figure footer form header hr main nav ol p section summary table ul tbody thead caption body".split(
    " ",
  ),
);

const TABLE_PARTS = new Set(["table", "tr", "td", "th"]);

/** What is read of a tag; the rest is for browsers. */
const ATTRIBUTES = new Set(["href", "alt", "hidden", "aria-hidden", "style"]);
const VALUE_CHARS_MAX = 4_000; // Longer ones carry pictures, or harm.
const NAME_CHARS_MAX = 100; // No element or attribute has a longer one.

type Attributes = ReadonlyMap<string, string>;

/** Hands the tokens on, with the attributes of a tag together. The first of two with the same name counts. */
function tokensOf(html: string, page: TextOfPage): ConstructorParameters<typeof Tokenizer>[1] {
  const nameAt = (start: number, end: number) => html.slice(start, Math.min(end, start + NAME_CHARS_MAX)).toLowerCase();
  let tag = "";
  let attributes = new Map<string, string>();
  let attribute = "";
  let value = "";
  const valueGoesOn = (more: string) => {
    if (ATTRIBUTES.has(attribute) && value.length < VALUE_CHARS_MAX) value += more.slice(0, VALUE_CHARS_MAX);
  };
  const opened = (isEmpty: boolean) => page.open(tag, attributes, isEmpty);
  return {
    ontext: (start, end) => page.text(html.slice(start, end)),
    ontextentity: (codePoint) => page.text(String.fromCodePoint(codePoint)),
    onopentagname: (start, end) => {
      tag = nameAt(start, end);
      attributes = new Map();
    },
    onattribname: (start, end) => {
      attribute = nameAt(start, end);
      value = "";
    },
    onattribdata: (start, end) => valueGoesOn(html.slice(start, Math.min(end, start + VALUE_CHARS_MAX))),
    onattribentity: (codePoint) => valueGoesOn(String.fromCodePoint(codePoint)),
    onattribend: () => {
      if (ATTRIBUTES.has(attribute) && !attributes.has(attribute)) attributes.set(attribute, value);
    },
    onopentagend: () => opened(false),
    onselfclosingtag: () => opened(true),
    onclosetag: (start, end) => page.close(nameAt(start, end)),
    // CDATA, comments, declarations and instructions are not for readers.
    oncdata: () => undefined,
    oncomment: () => undefined,
    ondeclaration: () => undefined,
    onprocessinginstruction: () => undefined,
    onend: () => undefined,
  };
}

class TextOfPage {
  readonly #base: URL;
  readonly #parts: string[] = [];
  readonly #title: string[] = [];
  /** What comes is the title's. */
  #isTitle = false;
  /** The element that is left out with all that is in it, and how many of its kind are open. */
  #leftOut: { readonly tag: string; depth: number } | undefined;
  #link: { readonly href: string; readonly from: number } | undefined;
  #preDepth = 0;
  /** A table of Markdown has one line for a row: paragraphs in a cell, which Word has in each, are words of that line. */
  #isCell = false;
  #needsSpace = false;

  constructor(base: URL) {
    this.#base = base;
  }

  /** A piece of it, entities decoded. */
  text(piece: string): void {
    const text = piece.replaceAll("\u00AD", ""); // Where a word may be broken: not a letter of it.
    if (this.#leftOut || text === "") return;
    if (this.#isTitle) {
      this.#title.push(text);
      return;
    }
    if (this.#preDepth > 0) return this.#write(text);
    const words = text.split(/\s+/);
    const hasSpaceBefore = words[0] === "";
    const hasSpaceAfter = words.at(-1) === "";
    const line = words.filter((word) => word !== "").join(" ");
    if (hasSpaceBefore) this.#needsSpace = true;
    if (line) this.#write(line);
    if (hasSpaceAfter) this.#needsSpace = true;
  }

  open(tag: string, attributes: Attributes, isEmpty: boolean): void {
    if (TABLE_PARTS.has(tag)) this.#isCell = tag === "td" || tag === "th";
    if (this.#leftOut) {
      if (tag !== this.#leftOut.tag) return;
      if (!END_IS_OPTIONAL.has(tag)) {
        this.#leftOut.depth++;
        return;
      }
      this.#leftOut = undefined;
    }
    // After the first title there are others only in pictures.
    if (tag === "title" && this.#title.length === 0) this.#isTitle = true;
    else if (LEFT_OUT.has(tag) || (RAW.has(tag) && tag !== "textarea") || isHidden(tag, attributes)) {
      if (!isEmpty || !LEFT_OUT.has(tag)) this.#leftOut = { tag, depth: 1 };
    } else if (tag === "br") this.#break("\n");
    else if (tag === "hr") this.#break("\n\n---\n\n");
    else if (tag === "li") this.#break("\n- ");
    else if (tag === "tr") this.#break("\n");
    else if (tag === "td" || tag === "th") this.#break(this.#parts.at(-1)?.endsWith("\n") ? "" : " | ");
    else if (tag === "img") this.text(attributes.get("alt") ?? "");
    else if (tag === "a") this.#openLink(attributes.get("href") ?? "");
    else if (/^h[1-6]$/.test(tag)) this.#break(`\n\n${"#".repeat(Number(tag[1]))} `);
    else if (tag === "pre") {
      this.#break("\n\n```\n");
      this.#preDepth++;
    } else if (BLOCKS.has(tag)) this.#breakBlock(tag);
  }

  close(tag: string): void {
    if (TABLE_PARTS.has(tag)) this.#isCell = false;
    if (tag === "title") this.#isTitle = false;
    if (this.#leftOut) {
      if (tag === this.#leftOut.tag && --this.#leftOut.depth <= 0) this.#leftOut = undefined;
    } else if (tag === "a") this.#closeLink();
    else if (tag === "pre" && this.#preDepth > 0) {
      this.#preDepth--;
      this.#break("\n```\n\n");
    } else if (BLOCKS.has(tag) || /^h[1-6]$/.test(tag)) this.#breakBlock(tag);
  }

  result(): string {
    const lines = this.#parts
      .join("")
      .split("\n")
      .map((line) => line.trimEnd());
    const text = lines
      .filter((line, index) => line !== "" || lines[index - 1] !== "")
      .join("\n")
      .trim();
    const title = this.#title.join("").replace(/\s+/g, " ").trim();
    return title ? `# ${title}\n\n${text}` : text;
  }

  #openLink(href: string): void {
    const target = URL.parse(href.trim(), this.#base.href);
    const isShown = target && /^https?:$/.test(target.protocol) && target.href.length <= LINK_CHARS_MAX && !href.startsWith("#");
    this.#closeLink();
    if (!isShown) return;
    if (this.#needsSpace) this.#write("");
    this.#link = { href: target.href, from: this.#parts.length };
  }

  #closeLink(): void {
    if (!this.#link) return;
    const { href, from } = this.#link;
    this.#link = undefined;
    const text = this.#parts.splice(from).join("").replace(/\s+/g, " ").trim();
    if (text) this.#parts.push(`[${text}](${href})`);
  }

  #write(text: string): void {
    const last = this.#parts.at(-1) ?? "\n";
    if (this.#needsSpace && !/\s$/.test(last)) this.#parts.push(" ");
    this.#needsSpace = false;
    if (text) this.#parts.push(text);
  }

  #breakBlock(tag: string): void {
    if (tag === "p" && this.#isCell) this.#needsSpace = true;
    else this.#break("\n\n");
  }

  #break(mark: string): void {
    this.#needsSpace = false;
    if (mark) this.#parts.push(mark);
  }
}

const LINK_CHARS_MAX = 500;

function isHidden(tag: string, attributes: Attributes): boolean {
  if (WITHOUT_END.has(tag)) return false;
  return (
    attributes.has("hidden") ||
    attributes.get("aria-hidden")?.toLowerCase() === "true" ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attributes.get("style") ?? "")
  );
}
