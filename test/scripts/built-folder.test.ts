import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildInto, buildIntoSync, isMadeOf, signatureOf } from "../../scripts/built-folder.mjs";
import { forkChild, runChild } from "../support/children.ts";

/** A package with a source, which a build of it copies and names its chunk by. */
function checkout(text = "one") {
  const root = mkdtempSync(join(tmpdir(), "parley-built-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const out = join(root, "dist");
  const write = (file: string, words: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), words);
  };
  const signature = () => signatureOf(root, ["src", "pages"]);
  let made = 0;
  const building = (meanwhile?: () => void) => ({
    signature,
    lazy: "lib",
    async make(fresh: string) {
      made++;
      const words = readFileSync(join(root, "src/main.txt"), "utf8");
      mkdirSync(join(fresh, "lib"), { recursive: true });
      writeFileSync(join(fresh, "lib", `chunk-${words}.js`), `export default "${words}";`);
      writeFileSync(join(fresh, "lib", "shared.js"), "");
      await Promise.resolve(meanwhile?.());
      writeFileSync(join(fresh, "main.js"), `import words from "./lib/chunk-${words}.js"; console.log(words);`);
    },
  });
  write("src/main.txt", text);
  return {
    root,
    out,
    write,
    build: (meanwhile?: () => void) => buildInto(out, building(meanwhile)),
    isBuilt: () => isMadeOf(out, signature()),
    made: () => made,
    chunks: () => readdirSync(join(out, "lib")).filter((file) => file.startsWith("chunk")),
  };
}

test("what is edited while it is built is not taken for built", async () => {
  const { build, isBuilt, write } = checkout();
  await build(() => write("src/main.txt", "one and more"));
  expect(isBuilt()).toBe(false);
  await build();
  expect(isBuilt()).toBe(true);
});

test("a source that is not there yet is a signature of its own, and so is an empty folder's", () => {
  const { root } = checkout();
  const before = signatureOf(root, ["src", "pages"]);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  mkdirSync(join(root, "pages"));
  const empty = signatureOf(root, ["src", "pages"]);
  writeFileSync(join(root, "pages/index.html"), "");
  expect(new Set([before, empty, signatureOf(root, ["src", "pages"])]).size).toBe(3);
});

test("of several who build at once one does, the others wait and find it; nothing of theirs is left", async () => {
  const { build, made, root, isBuilt } = checkout();
  await Promise.all([build(), build(), build()]);
  expect({ made: made(), isBuilt: isBuilt(), left: readdirSync(root).toSorted() }).toEqual({
    made: 1,
    isBuilt: true,
    left: ["dist", "src"],
  });
});

test("whoever is killed in the middle leaves no lock that counts, and no folder that stays", async () => {
  const { build, root, out, isBuilt } = checkout();
  // A process that has ended.
  const { out: pid } = await runChild(process.execPath, ["-p", "process.pid"]);
  mkdirSync(`${out}.${pid.trim()}`);
  writeFileSync(`${out}.lock`, pid.trim());
  await build();
  expect({ isBuilt: isBuilt(), left: readdirSync(root).toSorted() }).toEqual({ isBuilt: true, left: ["dist", "src"] });
});

test("a lock that is older than any build is nobody's, though its number is a process's again", async () => {
  const { build, out, isBuilt } = checkout();
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}.lock`, String(process.ppid));
  const old = (Date.now() - 3_600_000) / 1_000;
  utimesSync(`${out}.lock`, old, old);
  await build();
  expect(isBuilt()).toBe(true);
});

test("a build that fails leaves what was there, and the next one can begin", async () => {
  const { build, out, write, isBuilt } = checkout();
  await build();
  write("src/main.txt", "two");
  const broken = () => {
    throw new Error("does not compile");
  };
  await expect(build(broken)).rejects.toThrow("does not compile");
  expect(readFileSync(join(out, "main.js"), "utf8")).toContain("chunk-one");
  await build();
  expect([readFileSync(join(out, "main.js"), "utf8").includes("chunk-two"), isBuilt()]).toEqual([true, true]);
});

test("what a process of an earlier build loads when it needs it is there for the next ten builds, and not in what is packed", async () => {
  const { build, chunks, write, out, root } = checkout("0");
  writeFileSync(join(root, "package.json"), '{ "name": "it", "version": "1.0.0", "files": ["dist"] }');
  mkdirSync(join(out, "lib"), { recursive: true });
  writeFileSync(join(out, "lib/chunk-before.js"), "");
  for (let nth = 0; nth < 10; nth++) {
    write("src/main.txt", String(nth));
    await build();
  }
  expect(chunks().toSorted()).toEqual(Array.from({ length: 10 }, (_, nth) => `chunk-${nth}.js`).concat("chunk-before.js"));
  write("src/main.txt", "ten");
  await build();
  expect(chunks()).not.toContain("chunk-before.js");
  expect(chunks()).toHaveLength(11);
  // The newest is the same as an older one: it is not among the old.
  write("src/main.txt", "3");
  await build();
  const packed = await runChild("npm", ["pack", "--dry-run", "--json"], { cwd: root });
  const files = (JSON.parse(packed.out) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path);
  expect(files.filter((path) => path.startsWith("dist/lib")).toSorted()).toEqual(["dist/lib/chunk-3.js", "dist/lib/shared.js"]);
});

test("what is not in the new build any more goes, folders too, and a file may take the name of a folder", () => {
  const { out } = checkout();
  const put = (signature: string, ...files: readonly string[]) =>
    buildIntoSync(out, {
      signature: () => signature,
      make(fresh) {
        for (const file of files) {
          mkdirSync(dirname(join(fresh, file)), { recursive: true });
          writeFileSync(join(fresh, file), signature);
        }
      },
    });
  expect(put("a", "a.html", "assets/one.js", "teams/deep/er.yml")).toBe(true);
  expect(put("a", "never.html")).toBe(false);
  expect(put("b", "a.html", "assets")).toBe(true);
  expect(readdirSync(out).toSorted()).toEqual(["a.html", "assets", "sources.sha256"]);
  expect(readFileSync(join(out, "assets"), "utf8")).toBe("b");
  expect(existsSync(`${out}.lock`)).toBe(false);
});

test("whoever starts while it is put in place has the old program or the new one, whole", async () => {
  const { build, write, root } = checkout("0");
  await build();
  // Starts it again and again, until it is told to end.
  const starting = `let [nth, isOver] = [0, false];
    process.once("message", () => (isOver = true));
    while (!isOver) {
      await import("./dist/main.js?" + nth++);
      if (nth === 10) process.send("begun");
      await new Promise((next) => setImmediate(next));
    }
    process.exit(nth > 10 ? 0 : 1);`;
  writeFileSync(join(root, "starting.mjs"), starting);
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  const child = forkChild(join(root, "starting.mjs"));
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close");
  await Promise.race([once(child, "message"), ended]);
  for (let nth = 1; nth < 40; nth++) {
    write("src/main.txt", String(nth));
    await build();
  }
  if (child.connected) child.send("end");
  expect({ code: (await ended)[0] as unknown, err }).toEqual({ code: 0, err: "" });
});
