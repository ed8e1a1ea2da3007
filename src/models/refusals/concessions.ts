import { statusOf, textOf } from "./failures.ts";
import type { Piece } from "../replies/reply.ts";

/**
 * What a good request can do without. Models and compatible servers differ in which of it they take, and say so only with a 400: what a server
 * has refused once is not sent to it again.
 */
export type Concession = "temperature" | "seed" | "reasoning_text" | "reasoning" | "images" | "stream_options" | "structured";

interface Terms {
  /** In the server's refusal. */
  readonly sign: RegExp;
  /** For people, behind the model's name; nothing where the answer is none the worse for it. */
  readonly notice?: string;
}

const TERMS: { readonly [concession in Concession]: Terms } = {
  temperature: { sign: /\btemperature\b/i, notice: "takes no temperature: it was left out." },
  seed: { sign: /\bseed\b/i, notice: "takes no seed: it was left out." },
  reasoning_text: { sign: /summar|\bthinking\b|\bdisplay\b/i, notice: "does not show its reasoning." },
  reasoning: { sign: /\breasoning|\beffort\b/i, notice: "takes no reasoning effort: it was left out." },
  images: { sign: /\bimages?\b|image_url|\bvision\b|multi-?modal/i, notice: "was not shown the images: it was told their names alone." },
  stream_options: { sign: /\bstream_options\b/i },
  structured: { sign: /response_format|json_schema|text\.format|output_config|output_format|structured output/i },
};

/** What one model has been found to refuse; kept as long as the model is. */
export interface Concessions {
  readonly model: string;
  readonly refused: Set<Concession>;
  /** Which thread has been told of what. */
  readonly told: Set<string>;
}

/** `never`: what need not even be tried. */
export const newConcessions = (model: string, never: readonly Concession[] = []): Concessions => ({
  model,
  refused: new Set(never),
  told: new Set(),
});

/**
 * Opens a stream; when the server refuses it for something that was `wanted`, opens it once more without. Each thread is told once of
 * what its requests do without.
 */
export async function* conceding<T>(
  { model, refused, told }: Concessions,
  { wanted, thread }: { readonly wanted: readonly Concession[]; readonly thread: string },
  open: (without: ReadonlySet<Concession>) => Promise<T>,
): AsyncGenerator<Piece, T, void> {
  const without = new Set(refused);
  for (;;) {
    try {
      const opened = await open(without);
      yield* noticesOf({ model, told, thread }, wanted.filter((one) => without.has(one))); // prettier-ignore
      return opened;
    } catch (error) {
      const blamed = blamedIn(
        error,
        wanted.filter((one) => !without.has(one)),
      );
      if (!blamed) throw error;
      without.add(blamed);
      // One image that cannot be read says nothing of the next one.
      if (blamed !== "images" || CANNOT_SEE.test(textOf(error))) refused.add(blamed);
    }
  }
}

const CANNOT_SEE = /support|vision|multi-?modal|accept|allowed/i;

function blamedIn(error: unknown, wanted: readonly Concession[]): Concession | undefined {
  const status = statusOf(error);
  return status === 400 || status === 422 ? wanted.find((one) => TERMS[one].sign.test(textOf(error))) : undefined;
}

const TOLD_MAX = 10_000; // Threads times settings; then they are told anew.

function* noticesOf(
  { model, told, thread }: Pick<Concessions, "model" | "told"> & { readonly thread: string },
  missed: readonly Concession[],
): Generator<Piece, void, void> {
  if (told.size > TOLD_MAX) told.clear();
  for (const one of missed) {
    const { notice } = TERMS[one];
    const key = `${one} ${thread}`;
    if (notice === undefined || told.has(key)) continue;
    told.add(key);
    yield { type: "notice", text: `${model} ${notice}` };
  }
}
