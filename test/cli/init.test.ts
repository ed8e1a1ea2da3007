import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parley } from "./here.ts";

let cwd = "";
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "parley-init-"))));
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test("makes a team file that can be used as it is, and a place for keys that its owner alone reads", async () => {
  expect(await parley(["init"], { cwd })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Made parley\.yml, \.env, manifest\.yml, \.gitignore\.\n\n1/) as string,
  });
  expect(readdirSync(cwd).toSorted()).toEqual([".env", ".gitignore", "manifest.yml", "parley.yml"]);
  expect(readFileSync(join(cwd, ".gitignore"), "utf8").split("\n")).toEqual(expect.arrayContaining([".env", "data/"]));
  expect(statSync(join(cwd, ".env")).mode & 0o777).toBe(0o600);
  const { code, out } = await parley(["teams", "validate"], { cwd, env: { ANTHROPIC_API_KEY: "sk-ant-test" } });
  expect(code).toBe(0);
  expect(out).toBe(
    "ok   pair, the default: round-robin; Writer (smart), Critic (smart)\n" +
      "ok   model smart: anthropic claude-sonnet-5-5, key in ANTHROPIC_API_KEY\n",
  );
});

test("writes nothing over: neither a team file nor keys", async () => {
  writeFileSync(join(cwd, ".env"), "OPENAI_API_KEY=mine\n");
  expect(await parley(["init"], { cwd })).toMatchObject({
    code: 0,
    out: expect.stringContaining("Made parley.yml, manifest.yml, .gitignore. As it was stays .env.") as string,
  });
  const before = readFileSync(join(cwd, "parley.yml"), "utf8");
  writeFileSync(join(cwd, "parley.yml"), `${before}# mine\n`);
  expect(await parley(["init"], { cwd })).toEqual({ code: 2, out: "", err: "parley.yml is there already; nothing was changed.\n" });
  expect(readFileSync(join(cwd, "parley.yml"), "utf8")).toBe(`${before}# mine\n`);
  expect(readFileSync(join(cwd, ".env"), "utf8")).toBe("OPENAI_API_KEY=mine\n");
});

test.for([
  ["node_modules/\n", "\nSee that git leaves out .env and data/: .gitignore does not name them.\n\n1"],
  ["/data\n", "\nSee that git leaves out .env: .gitignore does not name it.\n\n1"],
  [".env\r\ndata/*\r\n", "As it was stays .gitignore.\n\n1"],
] as const)("a .gitignore of one's own stays, and what it does not name is said: %j", async ([ignored, said]) => {
  writeFileSync(join(cwd, ".gitignore"), ignored);
  expect((await parley(["init"], { cwd })).out).toContain(said);
  expect(readFileSync(join(cwd, ".gitignore"), "utf8")).toBe(ignored);
});

test.for([
  [{}, "parley run"],
  [{ npm_command: "exec", npm_lifecycle_event: "npx" }, "npx @parley-team/parley run"],
  [{ npm_command: "run-script", npm_lifecycle_event: "parley" }, "npm run parley -- run"],
] as const)("the next steps are told as they can be typed there: %j", async ([env, said]) => {
  expect((await parley(["init"], { cwd, env })).out).toContain(`2. ${said} "Name our lighthouse app."`);
});

test("whoever has no team file is told of it", async () => {
  expect(await parley(["run", "Hello."], { cwd })).toEqual({
    code: 2,
    out: "",
    err: "parley.yml: there is no such file; `parley init` makes one, --file or PARLEY_FILE names another\n",
  });
});
