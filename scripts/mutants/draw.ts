/**
 * Which mutants a sample tries. Whether one is drawn depends on the seed and on the mutant alone, so that a draw can be done again, a larger
 * percentage holds the smaller one of the same seed, and no mutant is more likely than another.
 */
import { createHash } from "node:crypto";

export interface Sample {
  /** How many of a hundred mutants: more than 0, at most 100. */
  readonly percent: number;
  readonly seed: number;
}

export interface Mutant {
  /** Below the repository's root, such as "src/engine/turn.ts". */
  readonly file: string;
  /** Lines and columns from 1, as reports have them. */
  readonly start: Place;
  readonly end: Place;
  readonly mutatorName: string;
  readonly replacement: string;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

const BYTES = 6;

export function isDrawn({ percent, seed }: Sample, { file, start, end, mutatorName, replacement }: Mutant): boolean {
  const which = [seed, file, start.line, start.column, end.line, end.column, mutatorName, replacement];
  const share = createHash("sha256").update(JSON.stringify(which)).digest().readUIntBE(0, BYTES) / 2 ** (BYTES * 8);
  return share * 100 < percent;
}
