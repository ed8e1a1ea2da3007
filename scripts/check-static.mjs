// `npm run check:static`: types, lint, format and dead code, side by side, since each by itself leaves cores idle. What each has said is told when
// it has ended, together. Exits with 1 where one has found something.
import { spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** The longest first. */
const CHECKS = ["lint", "format:check", "dead", "types"];

function run(check) {
  const { promise, resolve } = Promise.withResolvers();
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const child = spawn(npm, ["run", "--silent", check], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let said = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (chunk) => (said += chunk.toString()));
  child.on("error", (error) => resolve({ check, said: error.message, isGood: false }));
  child.on("close", (code) => resolve({ check, said, isGood: code === 0 }));
  return promise;
}

const ends = await Promise.all(
  CHECKS.map(async (check) => {
    const end = await run(check);
    process.stdout.write(end.said);
    if (!end.isGood) console.log(`npm run ${end.check} has failed.`);
    return end;
  }),
);
process.exitCode = ends.every(({ isGood }) => isGood) ? 0 : 1;
