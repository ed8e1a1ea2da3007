import { createHash } from "node:crypto";
import type { Clock } from "../engine/clock.ts";
import type { SentRequest } from "../engine/events/events.ts";
import { UNTOLD } from "../engine/limits/usage.ts";
import type { Model, ModelRequest } from "../engine/model.ts";

/** Keeps content under its SHA-256, which it gives. */
export type KeepFrame = (content: Uint8Array) => Promise<string>;

/** What nothing refers to any more may be swept away: instructions and tools are put again after so long. */
const KEPT_FOR_MS = 600_000;
const FRAMES_MAX = 1_000;

/** A model whose usage tells of each request that went to its server: what it was made of, and how long it took. */
export function tellingRequests(
  model: Model,
  { name, keepFile, clock }: { readonly name: string; readonly keepFile: KeepFrame; readonly clock: Clock },
): Model {
  /** Hash of instructions and tools → when they were put. */
  const kept = new Map<string, number>();

  async function keep({ system, tools }: ModelRequest): Promise<Pick<SentRequest, "frame">> {
    const content = Buffer.from(JSON.stringify({ system, tools }));
    const hash = sha256(content);
    if (clock.now() - (kept.get(hash) ?? -Infinity) < KEPT_FOR_MS) return { frame: { hash } };
    // A request is not held up by it: without them it cannot be shown later, which is said then.
    const put = await keepFile(content).catch(() => undefined);
    if (put === undefined) return {};
    if (kept.size >= FRAMES_MAX) kept.clear();
    kept.set(hash, clock.now());
    return { frame: { hash: put } };
  }

  return {
    ...model,
    get name() {
      return model.name;
    },
    async *call(request, turn) {
      const sent: { -readonly [Field in keyof SentRequest]: SentRequest[Field] }[] = [];
      const upToSeq = turn.thread.logs[0]?.events.at(-1)?.seq ?? 0;
      const frame = await keep(request);
      const sending: typeof turn.sending = (going) => {
        const { body, without, replyTokensMax, contextTokensMax } = going;
        const before = sent.at(-1);
        if (before) end(before, "refused");
        sent.push({
          body: sha256(body),
          model: name,
          upToSeq,
          ...frame,
          ...(without.length > 0 ? { without } : {}),
          ...(replyTokensMax === undefined ? {} : { replyTokensMax }),
          ...(contextTokensMax === undefined ? {} : { contextTokensMax }),
          at: new Date(clock.now()).toISOString(),
          ms: 0,
        });
        turn.sending?.(going);
      };
      const end = (one: (typeof sent)[number], failed?: string): void => {
        one.ms = Math.max(0, Math.round(clock.now() - Date.parse(one.at)));
        if (failed !== undefined) one.failed = failed;
      };
      const calling = model.call(request, { ...turn, sending });
      const reply = yield* watched(calling, () => {
        const last = sent.at(-1);
        if (last) last.firstMs ??= Math.max(0, Math.round(clock.now() - Date.parse(last.at)));
      });
      const last = sent.at(-1);
      if (!last) return reply;
      end(last, reply.kind === "failure" ? reply.error.kind : undefined);
      return { ...reply, usage: { ...(reply.usage ?? UNTOLD), sent } };
    },
  };
}

/** The same call; `word` is told of each of its deltas. */
async function* watched(calling: ReturnType<Model["call"]>, word: () => void): ReturnType<Model["call"]> {
  try {
    for (;;) {
      const step = await calling.next();
      if (step.done) return step.value;
      word();
      yield step.value;
    }
  } finally {
    // Whoever reads no further closes the connection.
    await calling.return(undefined as never);
  }
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
