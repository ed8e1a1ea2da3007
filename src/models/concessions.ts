import { statusOf, textOf } from "./failures.ts";

/**
 * Settings that a good request can do without. Models and compatible servers differ in which of them they take, and say so only with a 400:
 * what a server has refused once is not sent to it again.
 */
export type Concession = "temperature" | "stream_options" | "structured";

const SIGNS: { readonly [concession in Concession]: RegExp } = {
  temperature: /\btemperature\b/i,
  stream_options: /\bstream_options\b/i,
  structured: /response_format|json_schema|text\.format|output_config|output_format|structured output/i,
};

/** Opens a stream; when the server refuses it for one of the settings `asked` for, remembers that in `refused` and opens it once more without. */
export async function conceding<T>(refused: Set<Concession>, asked: readonly Concession[], open: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const status = statusOf(error);
      const blamed =
        status === 400 || status === 422 ? asked.find((one) => !refused.has(one) && SIGNS[one].test(textOf(error))) : undefined;
      if (!blamed) throw error;
      refused.add(blamed);
    }
  }
}
