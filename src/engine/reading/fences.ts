/** More blocks than this in one message are not looked at. */
const BLOCKS_MAX = 20;

/** A fence of a text; `isOpen` where the text ends within it. `from` and `to`: its lines of code, the last excluded. */
interface Fence {
  /** The marks that open it. */
  readonly fence: string;
  readonly label: string;
  readonly code: string;
  readonly isOpen: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * Every fence of a text, in order, as CommonMark reads them: at the beginning of a line or of a list's item. Besides, as models write them, a
 * fence with its label behind words at the end of a line, where another closes it; and words behind the fence that closes one.
 */
export function fences(text: string): readonly Fence[] {
  const lines = text.split(/\r\n|\r|\n/);
  const reader = new FenceReader();
  for (const line of lines) reader.take(line);
  return reader.found().map(({ opening, from, to = lines.length, isOpen }) => {
    const code = withoutIndent(lines.slice(from, to), opening);
    return { fence: opening.fence, label: opening.label, code: code.map((line) => `${line}\n`).join(""), isOpen, from, to };
  });
}

interface Opening {
  readonly fence: string;
  readonly label: string;
  /** Blanks before its lines that are not its own; `isItem`: those of a list's item, which all of its lines have, or none. */
  readonly indent: number;
  readonly isItem: boolean;
  readonly isBehindWords: boolean;
}

interface Found {
  readonly opening: Opening;
  /** Its first line of code. */
  readonly from: number;
  /** The line behind the last one; absent where the text ends within it. */
  readonly to?: number;
  readonly isOpen: boolean;
}

/** A fence behind words, which is one as soon as another closes it; with what was known where it stands. */
interface Maybe {
  readonly opening: Opening;
  readonly from: number;
  readonly foundBefore: number;
  readonly items: readonly number[];
}

/**
 * Reads a text line by line, each once, and knows after each where it stands. What follows a fence behind words is read as prose until that
 * fence is closed, and is its code then.
 */
export class FenceReader {
  readonly #found: Found[] = [];
  /** The first one is closed first; each of the others by lines that close none before it. */
  readonly #maybe: Maybe[] = [];
  #open: { readonly opening: Opening; readonly from: number } | undefined;
  #items: readonly number[] = [];
  #at = 0;

  /** Whether the next line stands within a fence that began at the beginning of a line. */
  get isWithin(): boolean {
    return this.#open !== undefined;
  }

  found(): readonly Found[] {
    return this.#open ? [...this.#found, { ...this.#open, isOpen: true }] : this.#found;
  }

  take(line: string): void {
    const at = this.#at++;
    const closing = closingOf(line);
    if (!closing) return this.#takeProse(line, at);
    const closed = this.#maybe.findIndex(({ opening }) => closes(closing, opening));
    const maybe = this.#maybe[closed];
    if (maybe) {
      this.#maybe.length = closed;
      this.#found.length = maybe.foundBefore;
      this.#items = maybe.items;
      this.#close(maybe, closing, at);
    } else if (this.#open && closes(closing, this.#open.opening)) this.#close(this.#open, closing, at);
    else this.#takeProse(line, at);
  }

  #close({ opening, from }: Pick<Found, "opening" | "from">, { behind }: Closing, at: number): void {
    this.#open = undefined;
    this.#found.push({ opening, from, to: at, isOpen: false });
    // What stands behind the closing fence is read on.
    if (behind !== "") this.#takeProse(behind, at);
  }

  #takeProse(line: string, at: number): void {
    if (this.#open || this.#found.length >= BLOCKS_MAX) return;
    this.#items = itemsAt(line, this.#items);
    const opening = openingOf(line, this.#items.at(-1) ?? 0);
    if (!opening) return;
    const from = at + 1;
    if (!opening.isBehindWords) this.#open = { opening, from };
    // Whatever closes it closes one before it, where that has no more marks and stands no further to the left.
    else if (!this.#maybe.some((one) => one.opening.fence.length <= opening.fence.length && one.opening.indent >= opening.indent))
      this.#maybe.push({ opening, from, foundBefore: this.#found.length, items: this.#items });
  }
}

const ITEM = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+/;

/** How far the words of each list's item are indented in which a line stands, the outermost first. */
function itemsAt(line: string, before: readonly number[]): readonly number[] {
  if (line.trim() === "") return before;
  const indent = indentOf(line);
  const around = before.filter((item) => item <= indent);
  const item = ITEM.exec(line);
  return item ? [...around, columnsOf(item[0])] : around;
}

function openingOf(line: string, itemIndent: number): Opening | undefined {
  const item = ITEM.exec(line)?.[0] ?? "";
  const rest = line.slice(item.length);
  const isItem = itemIndent > 0;
  const [, blanks = "", fence = "", info = ""] = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^]*)/.exec(rest) ?? [];
  // Behind backticks another one makes it code within a line.
  if (fence !== "" && !(fence[0] === "`" && info.includes("`"))) {
    const indent = columnsOf(item + blanks);
    return indent > itemIndent + 3 ? undefined : { fence, label: labelOf(info), indent, isItem, isBehindWords: false };
  }
  const [, words = "", ticks, label = ""] = /^([^`]*(?:`[^`]+`[^`]*)*)(`{3,})([\w+#.-]*)[ \t]*$/.exec(rest) ?? [];
  if (ticks === undefined || words.trim() === "" || words.trimStart().startsWith(">")) return undefined;
  if (label === "" && !/[:：]\s*$/.test(words)) return undefined;
  return { fence: ticks, label: label.toLowerCase(), indent: itemIndent, isItem, isBehindWords: true };
}

interface Closing {
  readonly fence: string;
  readonly columns: number;
  readonly behind: string;
}

/** What a line closes, if anything is open. One word behind it is the label of a fence within; several are words. */
function closingOf(line: string): Closing | undefined {
  const [, blanks = "", fence = "", behind = ""] = /^([ \t]*)(`{3,}|~{3,})([^]*)/.exec(line) ?? [];
  if (fence === "" || (behind.trim() !== "" && !/^[ \t]+\S+[ \t]+\S/.test(behind))) return undefined;
  return { fence, columns: columnsOf(blanks), behind: behind.trim() };
}

const closes = ({ fence, columns }: Closing, opening: Opening): boolean =>
  fence[0] === opening.fence[0] && fence.length >= opening.fence.length && columns <= opening.indent + 3;

function withoutIndent(lines: readonly string[], { indent, isItem }: Opening): string[] {
  // Some write an item's code at the beginning of the line; what it is indented by is then its own.
  if (isItem && lines.some((line) => line.trim() !== "" && indentOf(line) < indent)) return [...lines];
  return lines.map((line) => withoutColumns(line, indent));
}

const indentOf = (line: string): number => columnsOf(line.slice(0, line.length - line.trimStart().length));

/** How wide a line's beginning is: a tab reaches to the next fourth column. */
function columnsOf(begin: string): number {
  let columns = 0;
  for (const character of begin) columns += columnsAt(columns, character);
  return columns;
}
const columnsAt = (columns: number, character: string): number => (character === "\t" ? TAB_COLUMNS - (columns % TAB_COLUMNS) : 1);
const TAB_COLUMNS = 4;

/** A line without its blanks up to this column; of a tab that reaches beyond it, the rest is left as blanks. */
function withoutColumns(line: string, indent: number): string {
  let from = 0;
  let columns = 0;
  for (; columns < indent && /\s/.test(line[from] ?? ""); from++) columns += columnsAt(columns, line[from] ?? "");
  return " ".repeat(Math.max(columns - indent, 0)) + line.slice(from);
}

/** The language that stands first behind a fence, as in `python title="a"`, `python:main.py`, `rust,no_run`, `{r}` and `{.bash .numbered}`. */
const labelOf = (info: string): string => (/^\{?\s*\.?([^\s{}:,;]+)/.exec(info)?.[1] ?? "").toLowerCase();
