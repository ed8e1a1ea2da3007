/**
 * The form in which code and arguments are put before a person who is to decide on them: the same for every surface. Whatever an eye would
 * not see, or would take for something else, stands there by name between ⟦ and ⟧: `⟦\x1b⟧`, `⟦U+202E⟧`, many of one kind as `⟦U+0020×300⟧`.
 * Nothing is left out, and {@link readBack} gives the text again: every ⟦ of the text itself is shown as `⟦U+27E6⟧`.
 */
export const shown = (text: string): string => text.replaceAll(TO_BE_NAMED, named);

/** The mark for a character that a surface cannot show as it is; {@link readBack} reads it like the others. */
export const markOf = (character: string): string => named(character);

/** The text that was shown so. What is no mark stays as it is, so that a person may write in this form, too. */
export const readBack = (text: string): string =>
  text.replaceAll(MARK, (mark, byte: string | undefined, point: string | undefined, times: string | undefined) => {
    const code = Number.parseInt(byte ?? point ?? "", 16);
    return code <= CODE_POINT_MAX ? String.fromCodePoint(code).repeat(Number(times ?? 1)) : mark;
  });

/** For people, beside what is shown with marks in it. */
export const MARKS_EXPLAINED =
  "What cannot be seen, or looks like something else, stands between ⟦ and ⟧ by its number: it is part of what runs.";

/**
 * Controls but line break and tab, format and direction marks, tags, fillers, what is unassigned or alone of a pair, every space but the plain
 * one; accents beyond the third on one letter, which are drawn over what stands around it; and what is of the visible kind but so long a run of
 * blanks, empty lines or backquotes that it pushes the rest out of sight, or out of its frame.
 */
const TO_BE_NAMED =
  /((?![\n\t ])(?:[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u27e6\u{1d159}]|(?<=\p{M}{3})\p{M}))\1{0,9998}|\t{20,9999}|[ \t]{60,9999}|(?<=\n)(?:[ \t]{0,59}\n){8,999}(?=[ \t]*\n)|`{40,9999}/gu;

const MARK = /⟦(?:\\x([0-9a-f]{2})|U\+([0-9A-F]{4,6}))(?:×(\d{1,4}))?⟧/g;
const CODE_POINT_MAX = 0x10ffff;

const named = (found: string): string => found.replaceAll(RUN, namedRun);
const RUN = /([^])\1{0,9998}/gu;

function namedRun(run: string): string {
  const [character = ""] = run;
  const code = character.codePointAt(0) ?? 0;
  const name = code < 0x100 && character !== " " && character !== "`" ? `\\x${hex(code, 2)}` : `U+${hex(code, 4).toUpperCase()}`;
  const times = run.length / character.length;
  return times > SINGLY_MAX ? `⟦${name}×${times}⟧` : `⟦${name}⟧`.repeat(times);
}

/** More of the same are counted. */
const SINGLY_MAX = 4;
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");
