import { randomUUID } from "node:crypto";
import type { Executor } from "../executor.ts";
import { Bench } from "./bench.ts";
import type { Defaults, RenderedCheck, SandboxCase } from "./expectations.ts";
import { prepareHost } from "./host.ts";

export interface Suite {
  readonly cases: readonly SandboxCase[];
  readonly defaults: Defaults;
  /** `docker`, `os` or `wasm`, as the cases say to which they apply. */
  readonly kind: string;
  /** @param instance the label by which containers are found again */
  readonly start: (instance: string) => Promise<Executor>;
  readonly rendered?: RenderedCheck;
  /** Called after each case. */
  readonly report: (id: string, answer: Answer) => void | Promise<void>;
}

export type Answer = { readonly kind: "ok" } | { readonly kind: "not ok" | "skip"; readonly why: string };

/** Plays all cases, the controls first: a sandbox that cannot start holds everything. */
export async function playCases({ cases, defaults, kind, start, rendered, report }: Suite): Promise<void> {
  const instance = randomUUID();
  const host = await prepareHost({ instance, memoryMb: defaults.limits?.memoryMiB ?? 256 });
  const bench = new Bench({ kind, instance, host, defaults, start: () => start(instance), ...(rendered ? { rendered } : {}) });
  const controls = cases.filter(isControl);
  const passed = new Map<string, boolean>();
  try {
    for (const one of [...controls, ...cases.filter((other) => !isControl(other))]) {
      const answer = await answerOf(one, bench, passed);
      if (isControl(one) && one.level !== "should") passed.set(one.language, answer.kind === "ok" && (passed.get(one.language) ?? true));
      await report(one.id, answer);
    }
  } finally {
    await bench.close();
    await host.close();
  }
}

const isControl = ({ id, category }: SandboxCase): boolean => id.startsWith("control-") || category === "control";

async function answerOf(one: SandboxCase, bench: Bench, passed: ReadonlyMap<string, boolean>): Promise<Answer> {
  const skip = (why: string): Answer => ({ kind: "skip", why });
  if (one.manual) return skip(one.action ? `by hand: ${one.action}` : "by hand");
  if (one.appliesTo && !one.appliesTo.includes(bench.kind)) return skip(`not for ${bench.kind}`);
  const blocks = one.blocks ?? [{ ...one, code: one.code ?? "" }];
  let languages: readonly string[];
  try {
    languages = await bench.languages();
  } catch (error) {
    return isControl(one) ? { kind: "not ok", why: String(error) } : skip("the executor does not start");
  }
  for (const need of one.requires ?? []) {
    const met = need === "pyodide" ? bench.kind === "wasm" : languages.includes(need);
    if (!met) return skip(`no ${need} here`);
  }
  const wanted = [...new Set(blocks.map(({ language }) => language))];
  const mayBeRejected = blocks.some((block) => (block.expect ?? one.expect)?.status?.includes("rejected"));
  for (const language of mayBeRejected ? [] : wanted) {
    if (!languages.includes(language)) return skip(`no ${language} here`);
    if (!isControl(one) && (passed.get(language) ?? (await bench.ownControl(language))) === false)
      return skip(`the control of ${language} did not pass`);
  }
  const before = await bench.before();
  const runs = Array.from({ length: one.parallel ?? 1 }, (_, run) => bench.play(one, blocks, `${one.id}-${run}`));
  const answers = (await Promise.all(runs)).filter((differs) => differs !== undefined);
  const left = await bench.left(before);
  if (left !== undefined) return { kind: "not ok", why: left };
  return answers.find(({ kind }) => kind === "not ok") ?? answers[0] ?? { kind: "ok" };
}
