import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const BUILT = join(import.meta.dirname, "../../web/dist");
const FIRST_LOAD_BYTES_MAX = 250 * 1024;

test("what the studio loads first stays within 250 KiB, compressed", () => {
  const page = readFileSync(join(BUILT, "studio/index.html"), "utf8");
  const loaded = [...page.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
  expect(loaded.length).toBeGreaterThanOrEqual(2);
  expect(readdirSync(join(BUILT, "studio/assets"))).toEqual(expect.arrayContaining(loaded.map((file) => file.slice("assets/".length))));
  const bytes = loaded.reduce((sum, file) => sum + gzipSync(readFileSync(join(BUILT, "studio", file))).length, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

test("the graph and the editor of teams come when a team is opened, within 250 KiB more", () => {
  const page = readFileSync(join(BUILT, "studio/index.html"), "utf8");
  const scripts = readdirSync(join(BUILT, "studio/assets")).filter((file) => file.endsWith(".js"));
  const drawing = scripts.filter((file) => readFileSync(join(BUILT, "studio/assets", file), "utf8").includes("react-flow__node"));
  expect(drawing).toHaveLength(1);
  expect(page).not.toContain(drawing[0]);
  expect(gzipSync(readFileSync(join(BUILT, "studio/assets", drawing[0] ?? ""))).length).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});
