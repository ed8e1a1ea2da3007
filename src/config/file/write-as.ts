import type { z } from "zod";

const WORD_CHARS_MAX = 60;

/** The error of a schema of maps: where a word stands in the place of a map, what it is most likely short for. */
export const writeAs =
  (long: (word: string) => string): z.core.$ZodErrorMap =>
  ({ code, input }) =>
    code === "invalid_type" && typeof input === "string" && input.length <= WORD_CHARS_MAX ? `write ${long(input)}` : undefined;
