import PQueue from "p-queue";
import { runToEnd, type Box } from "./box.ts";
import { BoxSession, type BoxLimits } from "./session.ts";
import { SandboxUnavailable, type Capabilities, type Executor } from "../executor.ts";

/** A kind of box: how one is made, and what is said of it. */
export interface BoxKind {
  readonly grade: Capabilities["grade"];
  readonly label: string;
  /** Where code runs, for prompts, such as "in a Linux container without network". */
  readonly where: string;
  /** Throws {@link SandboxUnavailable}. */
  readonly start: () => Promise<Box>;
  /** Looks into the trial box beyond whether programs run; gives what is wrong with it. */
  readonly inspect?: (box: Box) => Promise<string | undefined>;
  /** What is to be done when a trial fails, in one sentence. */
  readonly mend: string;
  /** Whether what makes the boxes answers now; absent where that is this machine itself, or where asking costs money. */
  readonly answers?: () => Promise<boolean>;
  /** Called after every session has ended. */
  readonly close?: () => Promise<void>;
}

export interface BoxExecutorSettings extends Partial<BoxLimits> {
  /** Threads that have a box at one time; past it the one that was idle longest gives its box up. */
  readonly boxesMax?: number;
  /** Blocks that run at one time, over all threads. */
  readonly runsMax?: number;
}

export const BOX_LIMITS = {
  memoryMb: 512,
  outputBytesMax: 64 * 1024,
  filesMax: 20,
  fileBytesMax: 8 * 1024 * 1024,
  filesBytesMax: 16 * 1024 * 1024,
  boxesMax: 32,
  runsMax: 16,
} as const;

const SESSIONS_MAX = 1000; // Without a box a session is a few hundred bytes.

/** An executor of boxes of one kind. Starts one and tries it out; the first thread gets it. Throws {@link SandboxUnavailable}. */
export async function createBoxExecutor(kind: BoxKind, settings: BoxExecutorSettings): Promise<Executor> {
  const limits = { ...BOX_LIMITS, ...settings };
  let tried: Box | undefined = await kind.start();
  const facts = await tryOut(tried, kind).catch(async (error: unknown) => {
    await tried?.remove();
    throw error;
  });
  const sessions = new Map<string, BoxSession>();
  let closed = false;
  const takeBox = async (): Promise<Box> => {
    const box = tried ?? (await kind.start());
    tried = undefined;
    return box;
  };
  const supply = { takeBox, programs: facts.programs, queue: new PQueue({ concurrency: limits.runsMax }), limits };

  return {
    capabilities: capabilities(kind, limits, facts),
    open: async (thread) => {
      if (closed) throw new SandboxUnavailable("The sandbox is closed: Parley is stopping.");
      const known = sessions.get(thread);
      if (known) return known;
      const session = new BoxSession(supply, () => sessions.delete(thread));
      sessions.set(thread, session);
      giveUpLongestIdle(sessions, limits.boxesMax);
      return session;
    },
    ...(kind.answers ? { answers: kind.answers } : {}),
    close: async () => {
      closed = true;
      await Promise.all([...sessions.values()].map((session) => session.end()));
      await tried?.remove();
      await kind.close?.();
    },
  };
}

interface Facts {
  readonly programs: ReadonlyMap<string, string>;
  readonly python: string;
  readonly packages: readonly string[];
}

const TRIAL_MS_MAX = 30_000;
const PACKAGES_SHOWN_MAX = 60; // The list goes into every prompt of an agent that writes code.

/** Runs something exactly as code would be run, and asks what else can be. */
async function tryOut(box: Box, { inspect, mend, label }: BoxKind): Promise<Facts> {
  const said = await runToEnd((command) => box.start(command), TRIAL, TRIAL_MS_MAX);
  const wrong =
    said?.exitCode === 0 ? await inspect?.(box) : `it ${said ? `ended with exit code ${said.exitCode}` : "did not come to its end"}`;
  await box.reap();
  if (wrong !== undefined || !said) throw new SandboxUnavailable(`A trial of the sandbox (${label}) failed: ${wrong}. ${mend}`);
  const lines = said.stdout.split("\n");
  const found = (key: string): string => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const programs = new Map([
    ["python", found("python3")],
    ["sh", "/bin/sh"],
    ["bash", found("bash") || "/bin/sh"],
    ["javascript", found("node")],
  ]);
  for (const [language, program] of programs) if (!/^\/[\w./+-]+$/.test(program)) programs.delete(language);
  const packages = found("packages")
    .split(",")
    .filter((name) => /^[\w.-]{1,50}$/.test(name));
  return { programs, python: found("version").slice(0, 20), packages: packages.slice(0, PACKAGES_SHOWN_MAX) };
}

const TRIAL = `
set -e
echo ok > trial.txt && rm trial.txt
for program in python3 bash node; do echo "$program=$(command -v $program || true)"; done
if command -v python3 >/dev/null; then python3 -c '
import platform, importlib.metadata as metadata
print("version=" + platform.python_version())
print("packages=" + ",".join(sorted({str(found.metadata["Name"]) for found in metadata.distributions()} - {"pip", "setuptools", "wheel"})))
'; fi`;

function capabilities(
  { grade, label, where }: BoxKind,
  { filesMax, memoryMb }: BoxLimits,
  { programs, packages, python }: Facts,
): Capabilities {
  const languages = [...programs.keys()];
  const has = packages.length > 0 ? `with ${packages.join(", ")}` : "with its standard library only";
  return {
    grade,
    label,
    languages,
    hint:
      `Code blocks marked ${languages.join(", ")} are run ${where}, and without package installs.${programs.has("python") ? ` Python is ${python} ${has}.` : ""} ` +
      `Files in the working folder stay from block to block; variables and processes do not. Print what is to be seen; ` +
      `put files for people into out/ (at most ${filesMax}). A program may use ${memoryMb} MB. ` +
      `A first line "# filename: name.py" names the block's file, so that later blocks can import it.`,
  };
}

function giveUpLongestIdle(sessions: Map<string, BoxSession>, boxesMax: number): void {
  const idle = [...sessions].filter(([, session]) => session.idle).toSorted(([, a], [, b]) => a.lastUsedMs - b.lastUsedMs);
  const holding = [...sessions.values()].filter((session) => session.hasBox).length;
  // One place is kept free for the thread that is about to run.
  for (const [, session] of idle.filter(([, { hasBox }]) => hasBox).slice(0, Math.max(0, holding + 1 - boxesMax))) void session.giveUp();
  for (const [thread] of idle.filter(([, { hasBox }]) => !hasBox).slice(0, Math.max(0, sessions.size - SESSIONS_MAX)))
    sessions.delete(thread);
}
