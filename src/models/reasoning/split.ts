import { BOXES, FAMILIES, FRAMES, SHELLS, type Family } from "./marks.ts";
import { FORM, heldBack, MARKS, plainMark, RUN_CHARS_MAX } from "./spelling.ts";

/** A part of a reply's text: what was said, or what was only thought. */
export interface Part {
  readonly type: "text" | "reasoning";
  readonly text: string;
}

/**
 * Parts the reasoning from the answer in a text that comes in pieces, wherever it is cut. What `push` and `end` give is shown while it comes;
 * what was really said is `answer()` after the end, since some marks are understood only by what follows them.
 */
export interface Splitter {
  push(piece: string): readonly Part[];
  end(): readonly Part[];
  /** What was said, without any reasoning. */
  answer(): string;
  /** What was thought, marks left out. */
  reasoning(): string;
  /** Whether the reasoning ended with a mark that had never been opened. */
  readonly closedAlone: boolean;
}

/** `opensUnmarked`: this model has closed a mark before that it had not opened; until it does so again, its words are shown as reasoning. */
export function newSplitter({ opensUnmarked = false }: { readonly opensUnmarked?: boolean } = {}): Splitter {
  let [held, answer, reasoning] = ["", "", ""];
  /** Of the answer: its last line, and its first character that is no blank. */
  let [line, first] = ["", ""];
  let inside: Inside | undefined;
  let code = NO_CODE;
  let shown: Part[] = [];
  let hasSplit = false;
  /** Whether the answer began with a frame. */
  let isFramed = false;
  let closedAlone = false;
  /** The tag around the answer whose end is left out, as its beginning was. */
  let shell: string | undefined;
  /** A lone closing mark in a block of code: it is one after all when the block never ends. */
  let doubtful: { readonly at: number; readonly length: number } | undefined;

  function show(type: Part["type"], text: string): void {
    const last = shown.at(-1);
    if (text === "") return;
    if (last?.type === type) shown[shown.length - 1] = { type, text: last.text + text };
    else shown.push({ type, text });
  }

  function words(text: string): void {
    if (text === "") return;
    if (inside) {
      inside.text += text;
      if (inside.rest !== undefined) inside.rest += text;
      return show("reasoning", text);
    }
    const own = hasSplit && answer === "" ? text.trimStart() : text;
    answer += own;
    line = own.includes("\n") ? lineOf(own) : line + own;
    first ||= own.trimStart().slice(0, 1);
    show(opensUnmarked && !hasSplit ? "reasoning" : "text", own);
  }

  /** A line break or marks of code: both are words, and say how what follows is to be read. */
  function wordsOfForm(mark: string): void {
    if (!inside) code = codeAfter(code, mark, line);
    if (!inside && code.fence === "") doubtful = undefined;
    words(mark);
  }

  function openedBy(family: Family, mark: string, next: string): boolean {
    if (inside) {
      if (inside.family !== family) return false;
      inside.depth++;
      words(mark);
      return true;
    }
    if (code.fence !== "" || code.inline !== "" || isQuoted(line, next)) return false;
    const atStart = first === "";
    const atLine = line.trim() === "";
    if (family.counts === "start" && !(atStart || (hasSplit && answer.trim() === ""))) return false;
    if (family.counts !== "anywhere" && !atLine && isJson(first)) return false;
    inside = { family, depth: 1, mark, text: "", rest: undefined, isSure: family.counts === "anywhere" || atLine };
    if (atStart) [answer, line] = ["", ""];
    return true;
  }

  function closedBy(family: Family, mark: string, next: string): boolean {
    if (inside) {
      if (inside.family !== family) return false;
      if (--inside.depth > 0) {
        words(mark);
        inside.rest = "";
      } else {
        reasoning += inside.text;
        inside = undefined;
        hasSplit = true;
      }
      return true;
    }
    if (!family.closesAlone || isQuoted(line, next)) return false;
    if (hasSplit) return true; // Once more than it was opened.
    const atLine = line.trim() === "";
    if (family.counts !== "anywhere" && isJson(first) && !atLine) return false;
    if (family.counts === "start" && (!atLine || family.open.some((open) => answer.toLowerCase().includes(open)))) return false;
    if (code.inline !== "") return false;
    if (code.fence !== "") {
      if (atLine) doubtful = { at: answer.length, length: mark.length };
      return false;
    }
    closesAlone();
    return true;
  }

  function closesAlone(): void {
    [reasoning, answer, line, first] = [reasoning + answer, "", "", ""];
    [hasSplit, closedAlone, code] = [true, true, NO_CODE];
  }

  /** Whether this is the tag around the whole answer, or the end of it. */
  function isShell(known: string): boolean {
    const name = SHELLS.find((one) => known === `<${one}>` || known === `</${one}>`);
    if (name === undefined || inside) return false;
    if (known === `</${shell}>`) {
      shell = undefined;
      return true;
    }
    if (!hasSplit || answer.trim() !== "" || known !== `<${name}>`) return false;
    [shell, answer, line] = [name, "", ""];
    return true;
  }

  function mark(text: string, next: string): void {
    const known = plainMark(text);
    if (FORM.test(known)) return wordsOfForm(text);
    if (isShell(known)) return;
    if (known.endsWith("/>")) return inside || first !== "" ? words(text) : void (hasSplit = true); // Nothing was thought.
    const isShown = inside !== undefined || code.fence !== "" || code.inline !== "";
    if (FRAMES.includes(known)) return isShown || !(hasSplit || isFramed || first === "") ? words(text) : void (isFramed = true);
    if (BOXES.includes(known)) return isShown ? words(text) : undefined;
    const has = ({ open, close }: Family): boolean => open.includes(known) || close.includes(known);
    const family =
      inside && has(inside.family) ? inside.family : (FAMILIES.find((one) => one.closesAlone && has(one)) ?? FAMILIES.find(has));
    const isTaken = family && (family.open.includes(known) ? openedBy(family, text, next) : closedBy(family, text, next));
    if (!isTaken) words(text);
  }

  function read(isEnd: boolean): void {
    let at = 0;
    MARKS.lastIndex = 0;
    for (let found = MARKS.exec(held); found; found = MARKS.exec(held)) {
      const [text] = found;
      const after = found.index + text.length;
      if (!isEnd && after === held.length && text !== "\n" && text.length < RUN_CHARS_MAX) break; // What follows may make another mark of it.
      words(held.slice(at, found.index));
      mark(text, held.slice(after, after + 1));
      at = after;
    }
    const whole = isEnd ? held.length : Math.max(at, held.length - heldBack(held));
    words(held.slice(at, whole));
    held = held.slice(whole);
  }

  function taken(): readonly Part[] {
    const parts = shown;
    shown = [];
    return parts;
  }

  return {
    push(piece) {
      held += piece;
      read(false);
      return taken();
    },
    end() {
      read(true);
      if (doubtful && !inside && code.fence !== "") {
        const { at, length } = doubtful;
        const said = answer.slice(at + length).trimStart();
        answer = answer.slice(0, at);
        closesAlone();
        answer = said;
      } else if (inside?.rest !== undefined) {
        // It named the mark while it thought, and closed it once.
        reasoning += inside.text.slice(0, inside.text.length - inside.rest.length);
        answer += answer === "" ? inside.rest.trimStart() : inside.rest;
        inside = undefined;
      } else if (inside?.isSure) {
        const [thought, said] = closedByAnother(inside);
        reasoning += thought;
        answer += answer === "" ? said.trimStart() : said;
      }
      // It only spoke of the mark.
      else if (inside) answer += inside.mark + inside.text;
      inside = undefined;
      return taken();
    },
    answer: () => answer,
    reasoning: () => reasoning,
    get closedAlone() {
      return closedAlone;
    },
  };
}

/** Reasoning that has begun. */
interface Inside {
  readonly family: Family;
  readonly mark: string;
  /** Whether it is reasoning also when nothing closes it. */
  readonly isSure: boolean;
  depth: number;
  text: string;
  /** What came after the last closing mark, where marks are still open. */
  rest: string | undefined;
}

/** Some models open with one tag and close with another one like it. */
function closedByAnother({ family, text }: Inside): readonly [thought: string, said: string] {
  if (!family.close.some((tag) => tag.search(LIKE_IT) === 0)) return [text, ""];
  const last = [...text.matchAll(LIKE_IT)].at(-1);
  return last ? [text.slice(0, last.index), text.slice(last.index + last[0].length)] : [text, ""];
}

const LIKE_IT = /<\/(?:think|thinking|thought|thoughts)>/gi;

/** In which code the text is: the mark that opened a block, and one within a line; empty for none. */
interface Code {
  readonly fence: string;
  readonly inline: string;
}

const NO_CODE: Code = { fence: "", inline: "" };
const FENCE_CHARS_MIN = 3;

function codeAfter({ fence, inline }: Code, mark: string, line: string): Code {
  if (mark === "\n") return { fence, inline: "" };
  const opensLine = line.trim() === "" && mark.length >= FENCE_CHARS_MIN;
  if (fence !== "") return { fence: opensLine && mark[0] === fence[0] && mark.length >= fence.length ? "" : fence, inline: "" };
  if (opensLine && inline === "") return { fence: mark, inline: "" };
  if (!mark.startsWith("`")) return { fence, inline };
  return { fence, inline: inline === "" ? mark : inline === mark ? "" : inline };
}

const lineOf = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);

/** Between quotation marks stands what is spoken of. */
const isQuoted = (before: string, next: string): boolean => /["'“‘«(]/.test(before.slice(-1)) && /^["'”’»)]/.test(next);

/** Within JSON a mark is part of a string. */
const isJson = (first: string): boolean => first === "{" || first === "[";
