import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** What a run of the tests has come to, as its reporter writes it down while it goes, one a line. */
export type Progress =
  /** The pipes that a worker writes to. It may end before anybody has looked at it, and what it left behind still holds them. */
  | { readonly type: "worker-started"; readonly outputs: readonly string[] }
  | { readonly type: "file-started" | "file-ended"; readonly file: string }
  | { readonly type: "test-started"; readonly file: string; readonly test: string; readonly atMs: number }
  | { readonly type: "test-ended"; readonly file: string; readonly test: string; readonly state: "passed" | "failed" | "skipped" }
  | ({ readonly type: "run-ended" } & Counts);

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Where it is written, when somebody waits for it: `scripts/run-tests.ts`, which then has the last word. */
export const progressPath = (): string | undefined => process.env["PARLEY_TEST_PROGRESS"];

export function tellProgress(progress: Progress): void {
  const path = progressPath();
  if (path) appendFileSync(path, `${JSON.stringify(progress)}\n`);
}

/** All that has been told so far, asked again and again: each time only what is new is read. */
export function followProgress(path: string): () => readonly Progress[] {
  const told: Progress[] = [];
  let readBytes = 0;
  return () => {
    if (!existsSync(path)) return told;
    const fresh = readFrom(path, readBytes);
    // What is being written at this moment has no end of line yet.
    const wholeBytes = fresh.lastIndexOf("\n") + 1;
    readBytes += wholeBytes;
    const lines = fresh.toString("utf8", 0, wholeBytes).split("\n").slice(0, -1);
    told.push(...lines.map((line) => JSON.parse(line) as Progress));
    return told;
  };
}

function readFrom(path: string, atBytes: number): Buffer {
  const file = openSync(path, "r");
  try {
    const fresh = Buffer.alloc(fstatSync(file).size - atBytes);
    return fresh.subarray(0, readSync(file, fresh, 0, fresh.length, atBytes));
  } finally {
    closeSync(file);
  }
}

export const closingLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
