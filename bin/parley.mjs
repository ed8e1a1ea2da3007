#!/usr/bin/env node
// Plain JavaScript that an older Node can read: it is run by whatever Node the machine has, and where that is too old, it hands over to the
// Node that comes with the package.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, dirname } from "node:path";
import { isTooOld, NODE_MIN, packagedNode } from "./packaged-node.mjs";

if (!isTooOld(process.versions.node)) await (await import("../dist/src/cli/main.js")).runHere();
else {
  const node = packagedNode(createRequire(import.meta.url));
  if (node === undefined) {
    console.error(
      `Parley needs Node ${NODE_MIN} or newer, and this is Node ${process.versions.node}. The Node that comes with the package was not ` +
        "installed: install it again without --omit=optional, or take a newer Node.",
    );
    process.exitCode = 1;
  } else handOver(node);
}

/** The same arguments, terminal, signals and exit code. */
function handOver(node) {
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
