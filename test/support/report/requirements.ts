import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { postgresPrograms } from "../postgres/programs.ts";
import { createOsExecutor } from "../../../src/sandbox/os/executor.ts";

/** A part of the machine that some tests need. */
export interface MissingPart {
  readonly name: "docker" | "browser" | "os" | "postgres";
  readonly reason: string;
}

const PARTS = ["docker", "browser", "os", "postgres"];

/** Looks once, before any test, at what this machine has. With `PARLEY_REQUIRE=docker,browser,os,postgres` a missing part is a failure. */
export default async function setup(): Promise<void> {
  const missing = [...(await withoutDocker()), ...withoutBrowser(), ...(await withoutOs()), ...withoutPostgres()];
  process.env.PARLEY_MISSING = JSON.stringify(missing);
  // Where the suites that break things leave their figures for the end of the run.
  const figures = (process.env.PARLEY_FIGURES ??= mkdtempSync(join(tmpdir(), "parley-figures-")));
  process.once("exit", () => rmSync(figures, { recursive: true, force: true }));
  const required = (process.env.PARLEY_REQUIRE ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = required.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new Error(`PARLEY_REQUIRE names ${unknown.join(", ")}; it can name ${PARTS.join(", ")}.`);
  const lacking = missing.filter(({ name }) => required.includes(name));
  if (lacking.length > 0)
    throw new Error(
      `this machine must be able to run every test, and cannot:\n${lacking.map(({ name, reason }) => `  ${name}: ${reason}`).join("\n")}`,
    );
}

/** What was found missing, for the closing report. */
export function missingParts(): readonly MissingPart[] {
  return JSON.parse(process.env.PARLEY_MISSING ?? "[]") as MissingPart[];
}

/** The image in which test code runs. */
export const SANDBOX_IMAGE = process.env.PARLEY_SANDBOX_IMAGE ?? "parley-sandbox:ci";

async function withoutDocker(): Promise<MissingPart[]> {
  const docker = new Docker();
  try {
    await Promise.race([docker.ping(), expired(PING_MS_MAX)]);
  } catch {
    return [{ name: "docker", reason: "no Docker engine answers; start one, or set DOCKER_HOST" }];
  }
  try {
    await docker.getImage(SANDBOX_IMAGE).inspect();
    return [];
  } catch {
    return [{ name: "docker", reason: `the engine has no image ${SANDBOX_IMAGE}; .ci/engine makes it` }];
  }
}

const PING_MS_MAX = 5_000;
const expired = (ms: number) => new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error("no answer")), ms).unref());

/** Debian's Chromium, or the one that `PARLEY_CHROMIUM` names. */
export const CHROMIUM = process.env.PARLEY_CHROMIUM ?? "/usr/bin/chromium";

function withoutBrowser(): MissingPart[] {
  return existsSync(CHROMIUM)
    ? []
    : [{ name: "browser", reason: `there is no ${CHROMIUM}; install Chromium, or name one by PARLEY_CHROMIUM` }];
}

/** Whether this machine can make a process sandbox. */
async function withoutOs(): Promise<MissingPart[]> {
  try {
    const executor = await createOsExecutor();
    await executor.close();
    const hasPython = executor.capabilities.languages.includes("python");
    return hasPython ? [] : [{ name: "os", reason: "there is no python3 in /usr; install python3" }];
  } catch (error) {
    return [{ name: "os", reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** Debian's server, or the one whose programs are in the folder that `PARLEY_POSTGRES_BIN` names. */
function withoutPostgres(): MissingPart[] {
  return postgresPrograms() === undefined
    ? [{ name: "postgres", reason: "there is no Postgres server; install postgresql, or name its programs' folder by PARLEY_POSTGRES_BIN" }]
    : [];
}
