import { z } from "zod";
import type { FileVerdict, Going, Guard as EngineGuard, GuardedFile, Verdict } from "../../engine/guards/guard.ts";
import type { GuardDefinition } from "../registry/definition.ts";
import { gave } from "./gave.ts";
import { BUILT, checkedName, nothing } from "./checked.ts";

/** Looks at words and files on their way, in `guards: [{ guard: NAME }]`. */
export interface GuardKind<Schema extends z.ZodObject> {
  readonly name: string;
  /** Its settings, beside `at`. */
  readonly schema?: Schema;
  readonly onlyInFile?: boolean;
  /**
   * Nothing, and the words pass; `{ words }`, and those go on in their place; `{ stop }`, one sentence for people, and nothing goes on. The same words
   * are answered the same way. What it throws is a stop.
   */
  readonly look: (words: string, going: Going & { readonly settings: z.output<Schema> }) => Verdict | Promise<Verdict>;
  /**
   * The same for a file, of whatever type: nothing, and it passes; `{ file: { content, name?, mediaType? } }`, and that goes on in its place; `{ stop }`.
   * When absent, `look` is given the text of files that are text, and others pass.
   */
  readonly lookAtFile?: (file: GuardedFile, going: Going & { readonly settings: z.output<Schema> }) => FileVerdict | Promise<FileVerdict>;
}

/** One that is made of its settings once, as those that come with Parley are. */
interface BuiltGuard<Schema extends z.ZodObject> extends Omit<GuardKind<Schema>, "look" | "lookAtFile"> {
  readonly schema: Schema;
  readonly build: (settings: z.output<Schema>) => EngineGuard["look"];
}

export function defineGuard<Schema extends z.ZodObject = typeof nothing>(
  guard: GuardKind<Schema> | BuiltGuard<Schema>,
): GuardDefinition<Schema> {
  const name = checkedName("guard", guard, "build" in guard ? BUILT : { look: "function" });
  if ("build" in guard) {
    const { build, ...rest } = guard;
    return {
      defines: "guard",
      ...rest,
      name,
      build(settings) {
        const look = build(settings);
        return { look: async (words, going) => checked("look", OfWords, await look(words, going)) };
      },
    };
  }
  const { look, lookAtFile, ...rest } = guard;
  return {
    defines: "guard",
    ...rest,
    name,
    schema: (guard.schema ?? nothing) as Schema,
    build: (settings) => ({
      look: async (words, going) => checked("look", OfWords, await look(words, { ...going, settings })),
      ...(lookAtFile
        ? { lookAtFile: async (file, going) => checked("lookAtFile", OfFile, await lookAtFile(file, { ...going, settings })) }
        : {}),
    }),
  };
}

const Stopped = z.strictObject({ stop: z.string() });
const OfWords = z.union([z.strictObject({ words: z.string() }), Stopped]);
const OfFile = z.union([
  z.strictObject({
    file: z.strictObject({ content: z.instanceof(Uint8Array), name: z.string().optional(), mediaType: z.string().optional() }),
  }),
  Stopped,
]);

/** What it throws is a stop, and so is what cannot be read: nothing passes that nobody has judged. `null` is nothing, too. */
function checked<Read extends FileVerdict | Verdict>(key: "look" | "lookAtFile", shape: z.ZodType, verdict: Read): Read | undefined {
  if ((verdict ?? undefined) === undefined) return undefined;
  if (shape.safeParse(verdict).success) return verdict;
  const changed = key === "look" ? "{ words }" : "{ file: { content } }";
  throw new TypeError(`\`${key}\` gave ${gave(verdict)}; nothing is wanted, ${changed}, or { stop }`);
}
