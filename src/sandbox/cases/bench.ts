import { SandboxUnavailable, type CodeResult, type Executor, type Session } from "../executor.ts";
import {
  difference,
  lackInWasm,
  type Block,
  type Defaults,
  type Expected,
  type Outcome,
  type RenderedCheck,
  type SandboxCase,
} from "./expectations.ts";
import { containersOf, type Host } from "./host.ts";

export interface BenchSettings {
  readonly kind: string;
  /** The label that the executor's containers have. */
  readonly instance: string;
  readonly host: Host;
  readonly defaults: Defaults;
  readonly start: () => Promise<Executor>;
  readonly rendered?: RenderedCheck;
}

/** The executor under test, started at the first case and again where a case asks for it. */
export class Bench {
  readonly kind: string;
  readonly #instance: string;
  readonly #host: Host;
  readonly #defaults: Defaults;
  readonly #start: () => Promise<Executor>;
  readonly #rendered: RenderedCheck | undefined;
  readonly #ownControls = new Map<string, boolean>();
  #executor: Promise<Executor> | undefined;

  constructor({ kind, instance, host, defaults, start, rendered }: BenchSettings) {
    this.kind = kind;
    this.#instance = instance;
    this.#host = host;
    this.#defaults = defaults;
    this.#start = start;
    this.#rendered = rendered;
  }

  async languages(): Promise<readonly string[]> {
    return (await this.#started()).capabilities.languages;
  }

  /** For a file without a control of this language. */
  async ownControl(language: string): Promise<boolean> {
    const code = { python: "print(6*7)", javascript: "console.log(6*7)", typescript: "console.log(6*7)" }[language] ?? "echo $((6*7))";
    let passed = this.#ownControls.get(language);
    if (passed === undefined) {
      const { status, result } = await this.#run(await this.#open("own-control"), { language, code });
      this.#ownControls.set(language, (passed = status === "ok" && result.stdout === "42\n"));
    }
    return passed;
  }

  /** Plays a case in sandboxes of its own; says what differs, or why that says nothing here. */
  async play(one: SandboxCase, blocks: readonly Block[], runId: string): Promise<{ kind: "not ok" | "skip"; why: string } | undefined> {
    const variables = { ...this.#host.variables, RUN_ID: runId };
    const before = await this.#host.before();
    const sessions = new Map<string, Session>();
    let last: Session | undefined;
    try {
      for (const [index, block] of blocks.entries()) {
        const name = `${runId}-${block.session ?? "default"}`;
        const session = sessions.get(name) ?? (await this.#open(name));
        sessions.set(name, (last = session));
        const code = filled(block.code, variables);
        const outcome = await this.#run(session, {
          ...block,
          code,
          timeoutMs: block.timeoutMs ?? one.timeoutMs ?? this.#defaults.timeoutMs ?? 6000,
        });
        // What a case expects as a whole is asked of its last block.
        const expected = { ...(one.blocks ? block.expect : undefined), ...(index === blocks.length - 1 ? one.expect : undefined) };
        const wanted = filledAll(expected, variables);
        const differs = difference(wanted, { ...outcome, code }, this.#rendered);
        const lack = differs !== undefined && this.kind === "wasm" ? lackInWasm(wanted, { ...outcome, code }) : undefined;
        if (lack !== undefined) return { kind: "skip", why: lack };
        if (differs !== undefined) return { kind: "not ok", why: blocks.length > 1 ? `block ${index + 1}: ${differs}` : differs };
      }
      const afters = new Set([...(one.expect?.after ?? []), ...blocks.flatMap(({ expect }) => expect?.after ?? [])]);
      for (const after of afters) {
        const wrong = await this.#after(after, last, before);
        if (wrong !== undefined) return { kind: "not ok", why: wrong };
      }
      return undefined;
    } finally {
      for (const session of sessions.values()) await session.end();
    }
  }

  before(): ReturnType<Host["before"]> {
    return this.#host.before();
  }

  /** What a case left, its sandboxes being gone; said after every case. */
  async left(before: Awaited<ReturnType<Host["before"]>>): Promise<string | undefined> {
    return (await this.#host.check("nothing-left", before)) ?? this.#host.check("bot-memory-steady", before);
  }

  async close(): Promise<void> {
    const executor = await this.#executor?.catch(() => undefined);
    await executor?.close();
  }

  async #after(name: string, session: Session | undefined, before: Awaited<ReturnType<Host["before"]>>): Promise<string | undefined> {
    if (name === "executor-usable" && session) {
      const { status, result } = await this.#run(session, { language: "python", code: "print(6*7)", timeoutMs: 5000 });
      return status === "ok" && result.stdout === "42\n"
        ? undefined
        : `the executor is not usable any more (status ${status}, output ${result.output})`;
    }
    if (name === "orphans-removed-on-restart") return this.#restart();
    return this.#host.check(name, before);
  }

  /** Starts another executor as the same Parley would after a crash: it must remove what the first one had. */
  async #restart(): Promise<string | undefined> {
    const had = (await containersOf(this.#instance)).map(({ Id }) => Id);
    const next = await this.#start();
    const left = (await containersOf(this.#instance)).filter(({ Id }) => had.includes(Id));
    await (await this.#started()).close();
    this.#executor = Promise.resolve(next);
    return left.length > 0 ? `${left.length} containers are left` : undefined;
  }

  #started(): Promise<Executor> {
    return (this.#executor ??= this.#start());
  }

  async #open(name: string): Promise<Session> {
    const session = await (await this.#started()).open(name);
    // Python in WebAssembly takes some seconds to start; what is measured is the block.
    if (this.kind === "wasm") await this.#run(session, { language: "python", code: "pass" });
    return session;
  }

  async #run(session: Session, block: Block): Promise<Outcome> {
    const abort = new AbortController();
    const timer = block.cancelAfterMs === undefined ? undefined : setTimeout(() => abort.abort(), block.cancelAfterMs);
    const startMs = performance.now();
    try {
      const result = await session.run(block, { timeoutMs: block.timeoutMs ?? 6000, signal: abort.signal });
      return { status: result.outcome, result, wallMs: performance.now() - startMs };
    } catch (error) {
      if (!(error instanceof SandboxUnavailable)) throw error;
      return { status: "unavailable", result: { ...NOTHING, output: error.message }, wallMs: performance.now() - startMs };
    } finally {
      clearTimeout(timer);
    }
  }
}

const NOTHING: CodeResult = {
  outcome: "rejected",
  exitCode: 1,
  output: "",
  stdout: "",
  stderr: "",
  outputBytesCut: 0,
  elapsedMs: 0,
  files: [],
  notices: [],
};

/** `${NAME}` in code and expectations. */
function filled(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

function filledAll(expected: Expected, variables: Readonly<Record<string, string>>): Expected {
  return JSON.parse(JSON.stringify(expected), (_key, value: unknown) =>
    typeof value === "string" ? filled(value, variables) : value,
  ) as Expected;
}
