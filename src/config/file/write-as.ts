import type { z } from "zod";

const WORD_CHARS_MAX = 60;

/** The error of a schema of maps: where a word, or a list, stands in the place of a map, what it is most likely short for. */
export const writeAs =
  (long: (word: string) => string, list?: string): z.core.$ZodErrorMap =>
  ({ code, input }) => {
    if (code !== "invalid_type") return undefined;
    if (Array.isArray(input)) return list === undefined ? undefined : `write ${list}`;
    return typeof input === "string" && input.length <= WORD_CHARS_MAX ? `write ${long(input)}` : undefined;
  };
