import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { shownCode, textOf } from "../support/pages.ts";

const ROOT = resolve(import.meta.dirname, "../..");

const sourcesIn = (folder: string): string =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.includes("node_modules"))
    .map((path) => readFileSync(join(ROOT, folder, path), "utf8"))
    .join("\n");

const program = sourcesIn("src");
const all = [program, ...["bin", "bench", "scripts", "test", "local-slack"].map(sourcesIn)].join("\n");

/** Names that begin as those of variables do that Parley, its tests, or what it stands on read. */
const VARIABLE = /\b(?:PARLEY|SLACK|OTEL|DOCKER|ANTHROPIC|OPENAI|AZURE|E2B|PROPERTY|FUZZ|MCP)_[A-Z0-9_]+\b/g;

test("every variable that a page names is read by the code", () => {
  const named = shownCode().flatMap(({ page, text }) => [...text.matchAll(VARIABLE)].map(([name]) => ({ page, name })));
  expect(new Set(named.map(({ name }) => name)).size).toBeGreaterThan(15);
  // `X_FILE` is where the secret X is: one rule for all of them.
  const isRead = (name: string): boolean =>
    new RegExp(`\\b${name}\\b`).test(all) || (name.endsWith("_FILE") && new RegExp(`\\b${name.slice(0, -5)}\\b`).test(program));
  expect(named.filter(({ name }) => !isRead(name))).toEqual([]);
});

/** Where Docker, Kubernetes or a collector are set up, each has a manual of its own; and what one process of Parley's tells another. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  "DOCKER_CERT_PATH",
  "DOCKER_TLS_VERIFY",
  "OTEL_SDK_DISABLED",
  "OTEL_SERVICE_NAME",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "PARLEY_TYPED_KEY",
]);

test("every variable of Parley's that the program reads is in the table of the page on running it, and no other is", () => {
  const read = new Set([...program.matchAll(/["'`]((?:PARLEY|SLACK|OTEL|DOCKER|E2B)_[A-Z0-9_]+)["'`]/g)].map(([, name = ""]) => name));
  expect(read.size).toBeGreaterThan(12);
  const [, table = ""] = /^## The environment\n([\s\S]*?)^## /m.exec(textOf("docs/running.md")) ?? [];
  const told = [...table.matchAll(/^\| (`[A-Z].*?) +\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );
  const ours = told.filter((name) => /^(PARLEY|SLACK|OTEL|DOCKER|E2B)_/.test(name));
  expect(ours.toSorted()).toEqual([...read].filter((name) => !OF_OTHERS.has(name)).toSorted());
});
