/** A part of what an app sent, such as a block: nothing in it is certain. */
export interface Json {
  readonly [name: string]: unknown;
}

export const jsonOf = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});

export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(jsonOf) : []);

/** Words or a number; anything else is none. */
export const wordsOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** The words of a plain_text object, or of a string in its place. */
export const plainOf = (value: unknown): string => wordsOf(typeof value === "object" ? jsonOf(value)["text"] : value);
