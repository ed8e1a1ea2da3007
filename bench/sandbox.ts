import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { createDockerExecutor, type DockerSettings } from "../src/sandbox/docker/executor.ts";
import type { CodeResult, Executor, Session } from "../src/sandbox/executor.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";

/**
 * `npm run bench -- sandbox`: from a block to its result, beside a bare `docker run` and `docker exec` of the same program in the same run.
 * Medians in milliseconds; what a machine is busy with beside it moves both sides, so that the ratios count. Exits with 1 when a target is
 * missed.
 */
const IMAGE = process.env["PARLEY_SANDBOX_IMAGE"] ?? "parley-sandbox:ci";
const ROUNDS = 15;
const HELLO = "print(6 * 7)";
const run = promisify(execFile);
const docker = async (...args: readonly string[]): Promise<string> => (await run("docker", [...args])).stdout.trim();
const missed: string[] = [];

async function main(): Promise<void> {
  sayWhetherQuiet();
  const bareRun = await median(5, () => docker("run", "--rm", "--network", "none", IMAGE, "python3", "-c", HELLO));
  const bare = await docker("run", "-d", "--rm", "--network", "none", IMAGE, "sleep", "600");
  const bareExec = await median(ROUNDS, () => docker("exec", bare, "python3", "-c", HELLO));
  await docker("rm", "-f", bare);
  line("docker run, bare", bareRun);
  line("docker exec, bare", bareExec);

  await withExecutor({}, async (executor) => {
    const warm = await median(ROUNDS, async () => {
      const session = await executor.open(randomUUID());
      // The pool has a container when people have read the last answer; refills race with nothing here.
      await pooled();
      return { measured: () => block(session, HELLO), after: () => session.end() };
    });
    line("block to result, warm pool", warm, { of: bareExec, name: "docker exec", max: 1.3 });
    const session = await executor.open("a");
    await block(session, HELLO);
    line(
      "next block of a thread",
      await median(ROUNDS, async () => {
        await rested();
        return { measured: () => block(session, HELLO) };
      }),
      { of: bareExec, name: "docker exec", max: 1.3 },
    );
    line("blocks of a thread without a pause", await median(ROUNDS, () => block(session, HELLO)), { of: bareExec, name: "docker exec" });
    line("a block with a file", await median(ROUNDS, (n) => block(session, `open("out/f.txt", "w").write("${n}")`)), {
      of: bareExec,
      name: "docker exec",
    });
    await block(session, "import shutil; shutil.rmtree('out')");
    const over = await median(5, async () => {
      await rested();
      return { measured: () => block(session, "while True: pass", { timeoutMs: TIMEOUT_MS, expected: "timeout" }), less: TIMEOUT_MS };
    });
    line("a time-out, over its limit", over, { target: 300 });
  });

  await withExecutor({ poolSize: 0 }, async (executor) => {
    const cold = await median(5, async () => {
      const session = await executor.open(randomUUID());
      return { measured: () => block(session, HELLO), after: () => session.end() };
    });
    line("block to result, cold", cold, { of: bareRun, name: "docker run" });
    for (const count of [1, 4, 16]) {
      const sessions = await Promise.all(Array.from({ length: count }, () => executor.open(randomUUID())));
      await Promise.all(sessions.map((session) => block(session, HELLO)));
      await rested();
      const bare = await Promise.all(sessions.map(() => docker("run", "-d", "--rm", "--network", "none", IMAGE, "sleep", "600")));
      const bareAtOnce = await median(5, () => Promise.all(bare.map((id) => docker("exec", id, "python3", "-c", HELLO))));
      await docker("rm", "-f", ...bare);
      const atOnce = await median(5, async () => {
        await rested();
        return { measured: () => Promise.all(sessions.map((session) => block(session, HELLO))) };
      });
      line(`${count} at once, warm: the last of them`, atOnce, { of: bareAtOnce, name: `${count} docker exec`, max: 1.3 });
      await Promise.all(sessions.map((session) => session.end()));
    }
  });

  await withExecutor({ state: "kernel" }, async (executor) => {
    const session = await executor.open("a");
    await block(session, "x = 0");
    line("a block with kept variables", await median(200, () => block(session, "x += 1")), { target: 5 });
    const { stdout } = await block(session, "print(x)");
    if (stdout !== "200\n") throw new Error(`the kernel lost count: ${stdout}`);
  });

  await memory();
  if (missed.length > 0) console.log(`\nmissed: ${missed.join("; ")}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}

const TIMEOUT_MS = 500;

async function withExecutor(settings: Partial<DockerSettings>, use: (executor: Executor) => Promise<void>): Promise<void> {
  const executor = await createDockerExecutor({ image: IMAGE, ...settings });
  try {
    await use(executor);
  } finally {
    await executor.close();
  }
}

async function block(
  session: Session,
  code: string,
  { timeoutMs = 30_000, expected = "ok" }: { timeoutMs?: number; expected?: CodeResult["outcome"] } = {},
): Promise<CodeResult> {
  const result = await session.run({ language: "python", code }, { timeoutMs, signal: new AbortController().signal });
  if (result.outcome !== expected) throw new Error(`a block gave ${result.outcome}: ${result.output}`);
  return result;
}

/** What is to be measured, where something comes before or after it that is not. */
interface Round {
  readonly measured: () => Promise<unknown>;
  readonly after?: () => Promise<void>;
  /** What belongs to it and is no delay. */
  readonly less?: number;
}

async function median(rounds: number, once: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let startMs = performance.now();
    const given = await once(round);
    const further = isRound(given) ? given : undefined;
    if (further) {
      startMs = performance.now();
      await further.measured();
    }
    times.push(performance.now() - startMs - (further?.less ?? 0));
    await further?.after?.();
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

const isRound = (given: unknown): given is Round => typeof given === "object" && given !== null && "measured" in given;

const PAUSE_MS = 400; // Less than a model takes to answer.
const rested = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
const pooled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4 * PAUSE_MS));

function line(
  what: string,
  ms: number,
  against: { readonly of?: number; readonly name?: string; readonly max?: number; readonly target?: number } = {},
): void {
  const ratio = against.of === undefined ? "" : `${(ms / against.of).toFixed(2)} × ${against.name}`;
  const limit = against.max === undefined ? (against.target === undefined ? undefined : against.target) : against.max * (against.of ?? 0);
  const held = limit === undefined ? "" : ms <= limit ? "held" : "missed";
  const target =
    against.max === undefined ? (against.target === undefined ? "" : `target < ${against.target} ms`) : `target ≤ ${against.max} ×`;
  if (held === "missed") missed.push(what);
  console.log(`${what.padEnd(42)}${ms.toFixed(ms < 10 ? 2 : 0).padStart(8)} ms   ${ratio.padEnd(22)}${target.padEnd(18)}${held}`);
}

const IDLE = 8;

/** What an idle container takes of its limit: the mean of some. */
async function memory(): Promise<void> {
  const instance = randomUUID();
  await withExecutor({ poolSize: IDLE, instance }, async () => {
    const ids = async (): Promise<string[]> =>
      (await docker("ps", "-q", "--filter", `label=parley.instance=${instance}`)).split("\n").filter((id) => id !== "");
    while ((await ids()).length < IDLE) await rested();
    await rested();
    const stats = await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", ...(await ids()));
    const used = stats.split("\n").map((text) => Number.parseFloat(text) * (text.includes("KiB") ? 1 / 1024 : 1));
    const mean = used.reduce((sum, mb) => sum + mb, 0) / used.length;
    console.log(`${"memory of an idle container".padEnd(42)}${mean.toFixed(1).padStart(8)} MiB of its limit`);
  });
}

await main();
