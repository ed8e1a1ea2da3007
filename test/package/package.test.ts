import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isTooOld, NODE_MIN } from "../../bin/node-version.mjs";
import { packagedNode } from "../../bin/packaged-node.mjs";
import { runChild, startChild } from "../support/children.ts";
import { guidePages, missingFrom, wordsOf } from "../support/guide.ts";
import { HEAVY_TEST_MS_MAX } from "../support/patience.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PACKAGE = "@parley-team/parley";

/** As a stranger has it: what is packed from this checkout, installed into an empty folder. */
let home = "";
let listed: readonly string[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "parley-package-"));
  const packed = await runChild("npm", ["pack", "--loglevel=error", "--pack-destination", home], { cwd: ROOT });
  const tarball = join(home, packed.out.trim().split("\n").at(-1) ?? "");
  if (packed.code !== 0 || !existsSync(tarball)) throw new Error(`npm pack failed:\n${packed.out}\n${packed.err}`);
  listed = (await runChild("tar", ["-tzf", tarball])).out.trim().split("\n").map((path) => path.replace(/^package\//, "")); // prettier-ignore
  writeFileSync(join(home, "package.json"), '{ "name": "mine", "private": true, "type": "module" }');
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", tarball];
  const installed = await runChild("npm", args, { cwd: home });
  if (installed.code !== 0) throw new Error(`npm install failed:\n${installed.out}\n${installed.err}`);
}, HEAVY_TEST_MS_MAX);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A Node of this machine that Parley does not run in, where it has one. */
async function oldNode(): Promise<string | undefined> {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"]) {
    const node = join(folder, "node");
    if (existsSync(node) && isTooOld((await runChild(node, ["--version"])).out.trim().slice(1))) return node;
  }
  return undefined;
}

/** Nothing of this checkout is in reach. */
const strangersEnv = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: tmpdir() };

const page = (name: string) => {
  const found = guidePages().find((one) => one.name === name);
  if (!found) throw new Error(`docs/guide has no ${name}`);
  return found;
};

/** A folder beside the installed package, with the examples of a page. */
function folderOf(name: string): string {
  const folder = join(home, name.replace(".md", ""));
  mkdirSync(folder, { recursive: true });
  for (const file of page(name).files) writeFileSync(join(folder, file.name), file.text);
  return folder;
}

describe("what is packed", () => {
  test("is what runs, and no tests, no sources and no maps", () => {
    expect(listed.filter((path) => /^(src|test|bench|findings|scripts)\/|\.map$|\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([]);
    for (const path of [
      "bin/parley.mjs",
      "dist/src/index.js",
      "dist/src/index.d.ts",
      "dist/teams/offline/offline.yml",
      "dist/manifest.yml",
      "docs/guide/README.md",
      "LICENSE",
    ])
      expect(listed).toContain(path);
    expect(listed.some((path) => /^dist\/(local-slack|web)\/.*\.html$/.test(path))).toBe(true);
  });

  test("tells the licences of all that it brings", () => {
    const notices = readFileSync(join(home, "node_modules", PACKAGE, "THIRD-PARTY-NOTICES.md"), "utf8");
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: object };
    expect(Object.keys(dependencies).filter((name) => !notices.includes(`${name} `))).toEqual([]);
    expect(notices).toContain("Permission is hereby granted");
  });
});

describe("its program", () => {
  const parley = () => join(home, "node_modules/.bin/parley");

  async function runsTeam(node: string, env: NodeJS.ProcessEnv) {
    const { commands } = page("team.md");
    const [run] = commands.filter(({ prints }) => prints.length > 0);
    const args = wordsOf(run?.line ?? "").slice(2);
    const ran = await runChild(node, [parley(), ...args], { cwd: folderOf("team.md"), env });
    expect({ missing: missingFrom(ran.out, run?.prints ?? ["a command"]), err: ran.err, code: ran.code }).toEqual({
      missing: [],
      err: "",
      code: 0,
    });
    return "ran";
  }

  async function opensDemo(node: string, env: NodeJS.ProcessEnv) {
    const demo = startChild(node, [parley(), "demo", "--offline", "--port", "0"], { cwd: home, env });
    let out = "";
    const address = await new Promise<string>((told, failed) => {
      demo.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        const found = /Parley is at (http:\S+)/.exec(out)?.[1];
        if (found) told(found);
      });
      demo.stderr.on("data", (chunk: Buffer) => (out += chunk.toString()));
      demo.once("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${out}`)));
    });
    const answer = await fetch(address);
    expect({ status: answer.status, isPage: (await answer.text()).includes("<html") }).toEqual({ status: 200, isPage: true });
    const ended = new Promise((resolve) => demo.once("exit", (code, signal) => resolve({ code, signal })));
    demo.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, signal: null });
    return "opened";
  }

  test("runs a team, and opens the demo", async () => {
    expect(await runsTeam(process.execPath, strangersEnv)).toBe("ran");
    expect(await opensDemo(process.execPath, strangersEnv)).toBe("opened");
  });

  test("does both where the machine's Node is too old for it, with the Node that it brings", async () => {
    const old = await oldNode();
    // Where every Node of the machine is new enough, the check that decides it is all that can be looked at.
    expect([isTooOld("20.20.2"), isTooOld("22.17.9"), isTooOld("22.18.0"), isTooOld("24.0.0")]).toEqual([true, true, false, false]);
    const brought = packagedNode(createRequire(join(home, "node_modules", PACKAGE, "bin/parley.mjs"))) ?? "";
    expect((await runChild(brought, ["--version"])).out).toMatch(/^v24\./);
    if (old === undefined) return;
    await runsTeam(old, strangersEnv);
    await opensDemo(old, strangersEnv);
  });

  test("knows what `engines` says, and each Node that can come with it", () => {
    const { engines, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      engines: { node: string };
      optionalDependencies: object;
    };
    expect(engines.node).toBe(`>=${NODE_MIN}`);
    const asked: string[] = [];
    packagedNode({
      resolve(path) {
        asked.push(path.replace("/package.json", ""));
        throw Object.assign(new Error("not there"), { code: "MODULE_NOT_FOUND" });
      },
    });
    expect(asked.toSorted()).toEqual(
      Object.keys(optionalDependencies)
        .filter((name) => name.startsWith("node-"))
        .toSorted(),
    );
  });
});

describe("a program of a stranger's, with a tool and a policy of its own", () => {
  const compile = (...folders: readonly string[]) => {
    const own = page("README.md").files.find(({ name }) => name === "tsconfig.json")?.text ?? "";
    const { compilerOptions } = JSON.parse(own) as { readonly compilerOptions: { readonly strict?: boolean } };
    expect(compilerOptions.strict).toBe(true);
    const here = { ...compilerOptions, typeRoots: [join(ROOT, "node_modules/@types")] };
    writeFileSync(
      join(home, "tsconfig.json"),
      JSON.stringify({ compilerOptions: here, include: folders.map((folder) => `${folder}/*.ts`) }),
    );
    return runChild(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", home], { cwd: home });
  };

  test("compiles against the types of the package, and runs", async () => {
    const folder = folderOf("program.md");
    expect(await compile(folder)).toMatchObject({ out: "", code: 0 });
    const ran = await runChild(process.execPath, ["program.ts"], { cwd: folder, env: strangersEnv });
    expect(ran).toMatchObject({ out: `${page("program.md").commands[0]?.prints.join("\n")}\n`, err: "", code: 0 });
    expect(page("program.md").files[0]?.text.trim().split("\n").length).toBeLessThanOrEqual(22);
  });

  test("does not compile where it takes a tool's arguments for what they are not", async () => {
    const folder = folderOf("program.md");
    const text = readFileSync(join(folder, "program.ts"), "utf8");
    writeFileSync(join(folder, "program.ts"), text.replace("It shows ${sides}", "It shows ${sides.length}"));
    expect((await compile(folder)).out).toContain("Property 'length' does not exist on type 'number'");
  });

  test("the guide's extensions compile against them, too", async () => {
    const pages = ["tool.md", "policy.md", "agent.md", "guard.md", "model.md", "store.md", "scorer.md", "own-store.md"];
    expect(await compile(...pages.map(folderOf))).toMatchObject({ out: "", code: 0 });
  });
});
