import type { DocumentText } from "./document.ts";

/** A document that is larger inside than it may be; the message is the second half of a sentence for people. */
export class TooLarge extends Error {}

/** The package that parses such files could not make sense of one: that is the file's fault, and its cause what the package said. */
class Unreadable extends Error {}

/** Runs a package's own work on a file. @throws Unreadable, TooLarge, or what says that memory is out */
export async function parsing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TooLarge || isOutOfMemory(error)) throw error;
    throw new Unreadable("a package could not read it", { cause: error });
  }
}

export const TOO_MUCH_MEMORY = "reading it takes too much memory";

/** What people are told of a failure, and the operator where it may be Parley's own or a package's mistake. */
export function unreadFor(error: unknown): Extract<DocumentText, { kind: "unread" }> {
  if (error instanceof TooLarge) return { kind: "unread", why: error.message };
  if (isOutOfMemory(error)) return { kind: "unread", why: TOO_MUCH_MEMORY };
  if (!(error instanceof Unreadable)) return failed(error);
  const { cause } = error;
  if (isLocked(cause)) return { kind: "unread", why: "it is locked by a password" };
  const why = "it is damaged, or not what it says it is";
  return isMistake(cause) ? { kind: "unread", why, failure: lineOf(cause) } : { kind: "unread", why };
}

/** The program that reads it is at fault, and not the file. */
export const failed = (cause: unknown): Extract<DocumentText, { kind: "unread" }> => ({
  kind: "unread",
  why: "the program that reads it has failed",
  failure: lineOf(cause),
});

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && /allocation failed|Invalid (?:string|typed array|array buffer) length/i.test(error.message);

const isLocked = (cause: unknown): boolean =>
  cause instanceof Error && (cause.name === "PasswordException" || /password|encrypted/i.test(cause.message));

/** The language throws these, and no package that says what is wrong with a file. */
const isMistake = (cause: unknown): boolean =>
  [TypeError, ReferenceError, RangeError, SyntaxError].some((mistake) => cause?.constructor === mistake);

const LINE_CHARS_MAX = 300;

/** One line: what, and where in the program. A document's words are not meant to stand in it; it is cut. */
function lineOf(cause: unknown): string {
  const { name, message, stack = "" } = cause instanceof Error ? cause : new Error(String(cause));
  const place = /\n[ \t]+at ([^\n]{1,200})/.exec(stack)?.[1];
  const line = `${name}: ${message.slice(0, 200)}${place === undefined ? "" : ` at ${place}`}`;
  return line.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, LINE_CHARS_MAX);
}
