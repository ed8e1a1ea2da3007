import { reachable } from "../../config/build/snapshot.ts";
import type { Env } from "../../config/env.ts";
import { createExecutor } from "../../config/sandbox/executor.ts";
import type { Settings } from "../../config/load.ts";
import type { Finding } from "./finding.ts";

const PROGRAM = "print(6 * 7)";

/** Where to look when a first program does not do what it should. */
const MENDS: { readonly [executor in Settings["sandbox"]["executor"]]: string } = {
  docker: "Check the image: sandbox.image, or PARLEY_SANDBOX_IMAGE.",
  os: "Check that this machine has python3 in /usr/bin.",
  wasm: "Reinstall the packages deno and pyodide (npm install).",
  kubernetes: "Check the image: sandbox.image, or PARLEY_SANDBOX_IMAGE.",
  e2b: "Check the template: sandbox.e2b.template.",
  off: "",
};

/** Whether code can be run: the only honest check is to run some. */
export async function* checkSandbox(settings: Settings, env: Env): AsyncGenerator<Finding, void, void> {
  const { sandbox, teams } = settings;
  const thing = `sandbox (${sandbox.executor})`;
  const runners = [...teams.keys()].filter((team) => runsCode(team, settings));
  if (sandbox.executor === "off") {
    if (runners.length > 0)
      yield {
        grade: "warn",
        thing,
        message: `no code is run, but ${runners.join(", ")} would; set sandbox.executor to docker, or see docs/sandbox.md for the others.`,
      };
    else yield { grade: "ok", thing, message: "no code is run, and no team needs it" };
    return;
  }
  const executor = await createExecutor(sandbox, env);
  try {
    const session = await executor.open(`doctor-${process.pid}`);
    const result = await session.run(
      { language: "python", code: PROGRAM },
      { timeoutMs: sandbox.timeoutSeconds * 1000, signal: new AbortController().signal },
    );
    await session.end();
    if (result.stdout.trim() === "42")
      yield { grade: "ok", thing, message: `ran Python in ${(result.elapsedMs / 1000).toFixed(1)} s (${executor.capabilities.label})` };
    else
      yield {
        grade: "fail",
        thing,
        message: `a first program gave ${result.outcome}: ${result.output.slice(0, 300).trim() || "no output"}. ${MENDS[sandbox.executor]}`,
      };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "SandboxUnavailable") throw error;
    // Without a team that runs code, nothing is lost.
    yield { grade: runners.length > 0 ? "fail" : "warn", thing, message: error.message };
  } finally {
    await executor.close();
  }
}

/** Whether an agent of the team runs code, or one of a team inside it or behind its tools. */
const runsCode = (team: string, settings: Settings): boolean =>
  [...reachable(settings, team).teams.values()].some(({ agents }) => agents.some(({ kind }) => kind === "code-runner" || kind === "coder"));
