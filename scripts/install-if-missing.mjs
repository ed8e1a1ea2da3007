// Runs before `npm test`, `npm run demo` and `npm start`: from a bare clone, one command must do. Plain JavaScript without packages, because
// it is run by whatever Node the machine has; everything after it is run by the Node 24 that it installs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";

const LOCK = "package-lock.json";
const INSTALLED = "node_modules/.package-lock.json";

if (isStale()) {
  console.log("Installing what is missing (once; half a minute, more on a busy machine) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status } = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error("\nThe installation failed. Check that the npm registry can be reached, then run the same command again.");
    process.exit(status ?? 1);
  }
}

function isStale() {
  if (!existsSync(INSTALLED)) return true;
  if (statSync(LOCK).mtimeMs <= statSync(INSTALLED).mtimeMs) return false;
  // A fresh checkout touches the lock file without changing it: compare what it asks for with what is there.
  const wanted = JSON.parse(readFileSync(LOCK, "utf8")).packages;
  const there = JSON.parse(readFileSync(INSTALLED, "utf8")).packages;
  return Object.entries(wanted).some(([path, { version, optional }]) => path !== "" && !optional && there[path]?.version !== version);
}
