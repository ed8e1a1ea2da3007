/**
 * The text of an HTML page as a reader would want it: headings, lists, tables and links as Markdown, without scripts, styles and what is
 * hidden. No parser: it goes once over the text, in time proportional to its length whatever is in it, and takes broken HTML as it comes.
 */
export function htmlToText(html: string, base: URL): string {
  const page = new TextOfPage(base);
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open < 0) break;
    page.text(html.slice(at, open));
    at = afterMarkup(html, open, page);
  }
  if (at < html.length) page.text(html.slice(at));
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

const ATTRIBUTES_CHARS_MAX = 4_000; // Longer tags carry pictures, or harm.

/** Reads what begins with the "<" at `open`; returns where it ends. */
function afterMarkup(html: string, open: number, page: TextOfPage): number {
  if (html.startsWith("<!--", open)) return endAfter(html, "-->", open + 2);
  if (/[!?]/.test(html[open + 1] ?? "")) return endAfter(html, ">", open);
  const [, slash, name] = matchAt(/<(\/?)([a-zA-Z][a-zA-Z0-9:-]*)/y, html, open) ?? [];
  if (name === undefined) {
    page.text("<");
    return open + 1;
  }
  const tag = name.toLowerCase();
  const end = endOfTag(html, open);
  if (slash) page.close(tag);
  else {
    const written = html.slice(open + 1 + name.length, Math.min(end, open + ATTRIBUTES_CHARS_MAX));
    if (RAW.has(tag)) return rawElement(html, tag, end, page);
    page.open(tag, written);
  }
  return end;
}

function rawElement(html: string, tag: string, from: number, page: TextOfPage): number {
  const ending = new RegExp(`</${tag}(?=[\\s/>])`, "gi");
  ending.lastIndex = from;
  const end = ending.exec(html)?.index ?? html.length;
  if (tag === "title") page.title(html.slice(from, end));
  if (tag === "textarea") page.text(html.slice(from, end));
  return endAfter(html, ">", end);
}

function endAfter(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

/** Past the ">" that is not in quotes. */
function endOfTag(html: string, open: number): number {
  const stop = /[>"']/g;
  stop.lastIndex = open;
  for (let match = stop.exec(html); match; match = stop.exec(html)) {
    if (match[0] === ">") return match.index + 1;
    const isValue = html[match.index - 1] === "=" || /\s/.test(html[match.index - 1] ?? "");
    const closing = isValue ? html.indexOf(match[0], match.index + 1) : match.index;
    if (closing < 0) return endAfter(html, ">", match.index);
    stop.lastIndex = closing + 1;
  }
  return html.length;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

class TextOfPage {
  readonly #base: URL;
  readonly #parts: string[] = [];
  #title = "";
  /** The element that is left out with all that is in it, and how many of its kind are open. */
  #leftOut: { readonly tag: string; depth: number } | undefined;
  #link: { readonly href: string; readonly from: number } | undefined;
  #preDepth = 0;
  #needsSpace = false;

  constructor(base: URL) {
    this.#base = base;
  }

  title(text: string): void {
    if (!this.#leftOut) this.#title ||= decodeEntities(text).replace(/\s+/g, " ").trim();
  }

  text(markup: string): void {
    if (this.#leftOut || markup === "") return;
    const text = decodeEntities(markup);
    if (this.#preDepth > 0) return this.#write(text);
    const words = text.split(/\s+/);
    const hasSpaceBefore = words[0] === "";
    const hasSpaceAfter = words.at(-1) === "";
    const line = words.filter((word) => word !== "").join(" ");
    if (hasSpaceBefore) this.#needsSpace = true;
    if (line) this.#write(line);
    if (hasSpaceAfter) this.#needsSpace = true;
  }

  open(tag: string, attributes: string): void {
    if (this.#leftOut) {
      if (tag !== this.#leftOut.tag) return;
      if (!END_IS_OPTIONAL.has(tag)) {
        this.#leftOut.depth++;
        return;
      }
      this.#leftOut = undefined;
    }
    if (LEFT_OUT.has(tag) || isHidden(tag, attributes)) {
      if (!/\/\s*>?$/.test(attributes) || !LEFT_OUT.has(tag)) this.#leftOut = { tag, depth: 1 };
    } else if (tag === "br") this.#break("\n");
    else if (tag === "hr") this.#break("\n\n---\n\n");
    else if (tag === "li") this.#break("\n- ");
    else if (tag === "tr") this.#break("\n");
    else if (tag === "td" || tag === "th") this.#break(this.#parts.at(-1)?.endsWith("\n") ? "" : " | ");
    else if (tag === "img") this.text(attribute(attributes, "alt") ?? "");
    else if (tag === "a") this.#openLink(attribute(attributes, "href") ?? "");
    else if (/^h[1-6]$/.test(tag)) this.#break(`\n\n${"#".repeat(Number(tag[1]))} `);
    else if (tag === "pre") {
      this.#break("\n\n```\n");
      this.#preDepth++;
    } else if (BLOCKS.has(tag)) this.#break("\n\n");
  }

  close(tag: string): void {
    if (this.#leftOut) {
      if (tag === this.#leftOut.tag && --this.#leftOut.depth <= 0) this.#leftOut = undefined;
    } else if (tag === "a") this.#closeLink();
    else if (tag === "pre" && this.#preDepth > 0) {
      this.#preDepth--;
      this.#break("\n```\n\n");
    } else if (BLOCKS.has(tag) || /^h[1-6]$/.test(tag)) this.#break("\n\n");
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
    return this.#title ? `# ${this.#title}\n\n${text}` : text;
  }

  #openLink(href: string): void {
    const target = URL.parse(decodeEntities(href.trim()), this.#base.href);
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

  #break(mark: string): void {
    this.#needsSpace = false;
    if (mark) this.#parts.push(mark);
  }
}

const LINK_CHARS_MAX = 500;

function isHidden(tag: string, attributes: string): boolean {
  if (WITHOUT_END.has(tag) || !/hidden|display/i.test(attributes)) return false;
  const style = attribute(attributes, "style") ?? "";
  return (
    attribute(attributes, "hidden") !== undefined ||
    attribute(attributes, "aria-hidden")?.toLowerCase() === "true" ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
  );
}

/** The value of an attribute; "" for one without a value. */
function attribute(attributes: string, name: string): string | undefined {
  for (const [, key, double, single, bare] of attributes.matchAll(ATTRIBUTE)) {
    if (key?.toLowerCase() === name) return double ?? single ?? bare ?? "";
  }
  return undefined;
}

const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z][a-z0-9]{1,30}));?/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES.get(name) ?? ENTITIES.get(name.toLowerCase()) ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : "\uFFFD";
  });

/** Those that pages use; any other is left as it is written. */
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", ensp: " ", emsp: " ", thinsp: " ", shy: "", zwnj: "\u200C", zwj: "\u200D",
    ndash: "–", mdash: "—", hellip: "…", bull: "•", middot: "·", lsquo: "‘", rsquo: "’", sbquo: "‚", ldquo: "“", rdquo: "”", bdquo: "„",
    laquo: "«", raquo: "»", lsaquo: "‹", rsaquo: "›", copy: "©", reg: "®", trade: "™", deg: "°", plusmn: "±", times: "×", divide: "÷",
    frac12: "½", frac14: "¼", sup2: "²", sup3: "³", euro: "€", pound: "£", yen: "¥", cent: "¢", sect: "§", para: "¶", micro: "µ",
    larr: "←", uarr: "↑", rarr: "→", darr: "↓", le: "≤", ge: "≥", ne: "≠", infin: "∞", minus: "−", check: "✓",
    Auml: "Ä", Ouml: "Ö", Uuml: "Ü", auml: "ä", ouml: "ö", uuml: "ü", szlig: "ß", aacute: "á", agrave: "à", acirc: "â", atilde: "ã", aring: "å",
    aelig: "æ", ccedil: "ç", eacute: "é", egrave: "è", ecirc: "ê", euml: "ë", iacute: "í", icirc: "î", iuml: "ï", ntilde: "ñ", oacute: "ó",
    ocirc: "ô", otilde: "õ", oslash: "ø", uacute: "ú", ugrave: "ù", ucirc: "û", Eacute: "É", Aring: "Å", Oslash: "Ø", Ccedil: "Ç",
  }),
); // prettier-ignore
