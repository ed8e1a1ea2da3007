import { SandboxUnavailable, type Capabilities, type Executor } from "../executor.ts";
import { BOX_LIMITS, boxExecutor, type BoxExecutorSettings } from "./executor.ts";
import { runToEnd } from "./run.ts";
import type { BoxLimits } from "./session.ts";
import type { ShellBox } from "./shell.ts";

/** A kind of box with a shell: how one is made, and what is said of it. */
export interface ShellKind {
  readonly grade: Capabilities["grade"];
  readonly label: string;
  /** Where code runs, for prompts, such as "in a Linux container without network". */
  readonly where: string;
  /** Throws {@link SandboxUnavailable}. */
  readonly start: () => Promise<ShellBox>;
  /** After this long a box ends by itself; absent where it does not. */
  readonly lifeMs?: number;
  /** Looks into the trial box beyond whether programs run; gives what is wrong with it. */
  readonly inspect?: (box: ShellBox) => Promise<string | undefined>;
  /** What is to be done when a trial fails, in one sentence. */
  readonly mend: string;
  /** Whether what makes the boxes answers now; absent where that is this machine itself, or where asking costs money. */
  readonly answers?: () => Promise<boolean>;
  /** Called after every session has ended. */
  readonly close?: () => void;
}

/** An executor of boxes of one kind. Starts one and tries it out; the first thread gets it. Throws {@link SandboxUnavailable}. */
export async function createShellExecutor(kind: ShellKind, settings: BoxExecutorSettings): Promise<Executor> {
  const limits = { ...BOX_LIMITS, ...settings };
  const { lifeMs, answers } = kind;
  let tried: ShellBox | undefined = await kind.start().catch((error: unknown) => {
    kind.close?.();
    throw error;
  });
  const facts = await tryOut(tried, kind).catch(async (error: unknown) => {
    await tried?.remove();
    kind.close?.();
    throw error;
  });
  return boxExecutor(
    {
      capabilities: capabilities(kind, limits, facts),
      programs: facts.programs,
      memory: `a program may use ${limits.memoryMb} MB`,
      take: async () => {
        const box = tried ?? (await kind.start());
        tried = undefined;
        return box;
      },
      ...(lifeMs === undefined ? {} : { lifeMs }),
      ...(answers ? { answers } : {}),
      close: async () => {
        kind.close?.();
        await tried?.remove();
      },
    },
    limits,
  );
}

interface Facts {
  readonly programs: ReadonlyMap<string, string>;
  readonly python: string;
  readonly packages: readonly string[];
}

const TRIAL_MS_MAX = 30_000;
const PACKAGES_SHOWN_MAX = 60; // The list goes into every prompt of an agent that writes code.

/** Runs something exactly as code would be run, and asks what else can be. */
async function tryOut(box: ShellBox, { inspect, mend, label }: ShellKind): Promise<Facts> {
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
  { grade, label, where }: ShellKind,
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
