#!/usr/bin/env node
// Plain JavaScript that an older Node can read: it is run by whatever Node the machine has, and where that is too old, it hands over to the
// Node that comes with the package.
import nodeModule from "node:module";
import { isTooOld, NODE_MIN } from "./node-version.mjs";

if (!isTooOld(process.versions.node)) {
  keepCompiled();
  await (await import("../dist/src/cli/main.js")).runHere();
} else {
  // What is imported above is waited for by everybody; this is not.
  const { packagedNode } = await import("./packaged-node.mjs");
  const node = packagedNode(nodeModule.createRequire(import.meta.url));
  if (node === undefined) {
    console.error(
      `Parley needs Node ${NODE_MIN} or newer, and this is Node ${process.versions.node}. The Node that comes with the package was not ` +
        "installed: install it again without --omit=optional, or take a newer Node.",
    );
    process.exitCode = 1;
  } else await handOver(node);
}

/** What V8 has compiled serves the next start. In a folder of the user's own: what lies in a machine's tmp may be somebody else's. */
function keepCompiled() {
  const { NODE_COMPILE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
  if (NODE_COMPILE_CACHE === undefined && caches) nodeModule.enableCompileCache?.(`${caches}/parley/compiled`);
}

/** The same arguments, terminal, signals and exit code. */
async function handOver(node) {
  const { spawn } = await import("node:child_process");
  const { delimiter, dirname } = await import("node:path");
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter) };
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit", env });
  // Ctrl-C reaches the child by the terminal; it says itself when it has ended.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => void (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
  for (const signal of signals) process.on(signal, forward);
  child.on("error", (error) => {
    console.error(`The Node that comes with the package cannot be run (${node}): ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    for (const one of signals) process.off(one, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}
