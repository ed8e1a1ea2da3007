/**
 * `npm run test:steady -- [--times 10] [--beside 2] [arguments of vitest]`: runs the tests again and again beside loops that keep processors
 * busy, as on a machine that others use, and says of each run how it ended. Exits with 1 when one was not green. Ctrl-C ends it after telling what
 * it has seen.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";

const ROOT = join(import.meta.dirname, "..");
/** Of one run: three times what a quiet machine of two cores takes. */
const RUN_MINUTES_MAX = 90;
const TIMES_MAX = 100;
const BESIDE_MAX = 64;

const { values, positionals } = parseArgs({
  options: { times: { type: "string", default: "10" }, beside: { type: "string", default: "2" } },
  allowPositionals: true,
});
const times = wholeNumber("--times", values.times, TIMES_MAX);
const beside = wholeNumber("--beside", values.beside, BESIDE_MAX);

const loops = Array.from({ length: beside }, () => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
let running: ChildProcess | undefined;
let isStopped = false;
process.once("SIGINT", () => {
  isStopped = true;
  running?.kill("SIGINT");
});
process.on("exit", () => {
  for (const loop of loops) loop.kill("SIGKILL");
});

const ends: string[] = [];
let green = 0;
for (let nth = 1; nth <= times && !isStopped; nth++) {
  const startedAtMs = performance.now();
  running = spawn(process.execPath, [join(import.meta.dirname, "run-tests.ts"), ...positionals], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    env: { PARLEY_TEST_MINUTES_MAX: String(RUN_MINUTES_MAX), ...process.env },
  });
  let last = "";
  running.stdout?.on("data", (chunk: Buffer) => {
    process.stdout.write(chunk);
    last = (last + chunk.toString()).slice(-2_000);
  });
  const [code] = (await once(running, "close")) as [number | null];
  const isGreen = code === 0;
  if (isGreen) green++;
  const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);
  ends.push(`${isGreen ? "green" : "NOT GREEN"} ${nth}: ${last.trim().split("\n").at(-1) ?? ""}, ${minutes} min`);
}
console.log(`\n${ends.join("\n")}`);
console.log(`${green} of ${times} runs green beside ${beside} busy loops`);
process.exit(green === times ? 0 : 1);

function wholeNumber(option: string, given: string, most: number): number {
  const number = Number(given);
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  console.error(`${option} takes a whole number up to ${most}, not "${given}".`);
  process.exit(2);
}
