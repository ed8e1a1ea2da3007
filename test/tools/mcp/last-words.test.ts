import { expect, test } from "vitest";
import { startFailure } from "../../../src/tools/mcp/failures.ts";
import { lastWordsOf } from "../../../src/tools/mcp/last-words.ts";

const frames = Array.from(
  { length: 30 },
  (_, nth) => `    at Object.<anonymous> (/srv/node_modules/somewhere/deep/inside/file-${nth}.js:${nth}:9)`,
);

test.for([
  [
    "Node: what stands above the stack",
    `/srv/load.js:12\n    throw new Error(why);\n    ^\n\nError: the addon is not there. Tried:\n → /srv/a.node\n${frames.join("\n")}\n\nNode.js v24.1.0\n`,
    "Error: the addon is not there. Tried: → /srv/a.node",
  ],
  [
    "Node: the cause, which says more",
    `[TypeError: fetch failed] {\n  [cause]: Error: getaddrinfo ENOTFOUND crm.example\n${frames.join("\n")} {\n    errno: -3008\n  }\n}`,
    "[cause]: Error: getaddrinfo ENOTFOUND crm.example",
  ],
  [
    "Python: what stands under the stack",
    `Traceback (most recent call last):\n${'  File "/srv/lib/asyncio/runners.py", line 118, in run\n    return self._loop.run()\n'.repeat(20)}sqlite3.OperationalError: unable to open database file\n`,
    "sqlite3.OperationalError: unable to open database file",
  ],
  [
    "Python: of a group of errors the one inside",
    `  + Exception Group Traceback (most recent call last):\n  |   File "/srv/a.py", line 1\n  | ExceptionGroup: unhandled errors (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    | AttributeError: 'Server' has no 'list'\n    +------------------------------------`,
    "| AttributeError: 'Server' has no 'list' +------------------------------------",
  ],
  ["Go", "starting\npanic: no such file: conf.toml\n\ngoroutine 1 [running]:", "panic: no such file: conf.toml goroutine 1 [running]:"],
  ["a log", "[INFO] up\n[ERROR] the port is taken\n", "[ERROR] the port is taken"],
  [
    "words of its own",
    "vault: warning: old way\nvault: error [E7] there is no vault here. Make one.\n",
    "vault: error [E7] there is no vault here. Make one.",
  ],
  ["no error named", "Please give a token with --token.\n", "Please give a token with --token."],
  [
    "an error that is spoken of",
    "An error page is shown at /error.\nno licence file\n",
    "An error page is shown at /error. no licence file",
  ],
] as const)("what a program wrote last tells why it ended: %s", ([, written, told]) => {
  expect(lastWordsOf(written)).toBe(told);
});

test("of what is long the end is shown where no line names an error, and the beginning of the error where one does", () => {
  const long = Array.from({ length: 200 }, (_, nth) => `step ${nth}`).join("\n");
  expect(lastWordsOf(long)).toMatch(/^….* step 198 step 199$/);
  expect(lastWordsOf(`${long}\nError: ${"x".repeat(900)}`)).toMatch(/^Error: x+…$/);
  for (const told of [lastWordsOf(long), lastWordsOf(`${long}\nError: ${"x".repeat(900)}`)]) expect(told.length).toBeLessThanOrEqual(500);
});

test("a program that serves over HTTP in the place of its standard output is told as that", () => {
  const told = (lastWords: string) =>
    startFailure({ name: "plots", command: "plots" }, { kind: "timeout" }, { timeoutMs: 60_000, lastWords }).error.message;
  expect(told("It wrote last: INFO: running on http://0.0.0.0:8000 (Press CTRL+C to quit)")).toBe(
    'The MCP server "plots" did not answer within 60 s of its start. It wrote last: INFO: running on http://0.0.0.0:8000 (Press CTRL+C to quit) It seems to serve at http://0.0.0.0:8000, and not on its standard input and output: start it by its argument for stdio, or run it apart and name its address as `url`.',
  );
  expect(told("It wrote last: see https://plots.example/help")).toMatch(/by hand to see why/);
});
