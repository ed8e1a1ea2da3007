import { createInterface, emitKeypressEvents } from "node:readline";
import type { Io } from "../command.ts";

/** Where a person types while agents talk. */
export interface Prompt {
  /** Shows text on stdout. While a line is being typed it is held back, so that the two do not run into each other. */
  write(text: string): void;
  /** Asks: the label stands before the cursor until the next line. */
  ask(label: string): void;
  close(): void;
}

export interface Listening {
  /** A line that is not empty, without blanks around it. */
  line(text: string): void;
  /** Nobody types any more. */
  closed(): void;
  interrupted(): void;
}

/** Somebody who leaves a half-typed line and goes away still wants to see what is said. */
const HELD_CHARS_MAX = 100_000;

/** Listens at a terminal from now on; needs an `io.stdin` that is one. */
export function openPrompt(io: Io, on: Listening): Prompt {
  let held: string[] = [];
  let heldChars = 0;
  let atLineStart = true;
  let closing = false;

  // Before readline's own listener, so that a line begins on a row of its own.
  emitKeypressEvents(io.stdin);
  const beforeEcho = () => {
    if (reader.line === "" && !atLineStart) put("\n");
  };
  io.stdin.prependListener("keypress", beforeEcho);
  const reader = createInterface({ input: io.stdin, output: io.stderr, terminal: true, prompt: "" });
  const afterEcho = () => void (reader.line === "" && release());
  io.stdin.on("keypress", afterEcho);
  reader
    .on("line", (text) => {
      reader.setPrompt("");
      release();
      if (text.trim() !== "") on.line(text.trim());
    })
    .on("SIGINT", () => on.interrupted())
    .on("close", () => {
      io.stdin.off("keypress", beforeEcho).off("keypress", afterEcho);
      release();
      if (!closing) on.closed();
    });

  function put(text: string): void {
    if (text === "") return;
    atLineStart = text.endsWith("\n");
    io.stdout.write(text);
  }

  function release(): void {
    put(held.join(""));
    held = [];
    heldChars = 0;
  }

  return {
    write(text) {
      if (reader.line === "" || closing) return put(text);
      held.push(text);
      heldChars += text.length;
      if (heldChars > HELD_CHARS_MAX) release();
    },
    ask(label) {
      if (closing) return;
      // Whoever is typing has to see what is asked: the line may be no answer to it.
      release();
      if (!atLineStart) put("\n");
      reader.setPrompt(label);
      reader.prompt(true);
    },
    close() {
      closing = true;
      reader.close();
    },
  };
}

/** The lines of an input where nobody sits, read only when one is wanted, so that a run without questions does not wait for it. */
export function openLines(io: Io): { next(): Promise<string | undefined>; close(): void } {
  const lines: string[] = [];
  let reader: ReturnType<typeof createInterface> | undefined;
  let closed = false;
  let wake = (): void => undefined;

  const open = () =>
    createInterface({ input: io.stdin, terminal: false })
      .on("line", (text) => {
        if (text.trim() !== "") lines.push(text.trim());
        wake();
      })
      .on("close", () => {
        closed = true;
        wake();
      });

  return {
    async next() {
      if (!closed) reader ??= open();
      while (lines.length === 0 && !closed) await new Promise<void>((resolve) => (wake = resolve));
      return lines.shift();
    },
    close() {
      closed = true;
      reader?.close();
      wake();
    },
  };
}
