import { expect, test } from "vitest";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { parley } from "../here.ts";

const cwd = folderWith({
  "parley.yml": `${SMALL}sandbox: { executor: wasm }\n`,
  "good.py": 'import os\nos.makedirs("out", exist_ok=True)\nopen("out/a.txt", "w").write("kept")\nprint("hello \\x1b[31mred")\n',
  "bad.py": "print('before')\nraise SystemExit(3)\n",
  "script.rb": "puts 1\n",
});

test("a file is run as an agent's block would be: its output, its files, and what contained it", async () => {
  const { code, out, err } = await parley(["sandbox", "good.py"], { cwd });
  expect(out).toBe("hello red\n");
  expect(err).toMatch(/file a\.txt \(text\/plain, 4 bytes\)\nok, exit code 0, \d+\.\d s \(.+\)\n$/);
  expect(code).toBe(0);
});

test("--json tells all of it, and the exit code that the code failed", async () => {
  const { code, out } = await parley(["sandbox", "--json", "--language", "python", "bad.py"], { cwd });
  expect(JSON.parse(out)).toMatchObject({
    outcome: "error",
    exitCode: 3,
    stdout: "before\n",
    files: [],
    outputBytesCut: 0,
    grade: "wasm",
    executor: expect.any(String) as string,
  });
  expect(code).toBe(1);
});

test("a language that the sandbox does not run is refused with the ones it does", async () => {
  const { code, err, out } = await parley(["sandbox", "--language", "ruby", "script.rb"], { cwd });
  expect(code).toBe(1);
  expect(out + err).toContain("python");
});

test("where no sandbox is, the reason and the mend are told", async () => {
  const { code, err } = await parley(["sandbox", "--executor", "docker", "good.py"], { cwd, env: { DOCKER_HOST: "tcp://127.0.0.1:1" } });
  expect(code).toBe(1);
  expect(err).toContain("No Docker engine answers at");
  expect(err).not.toContain("    at ");
});
test("an executor that there is none of is refused with those there are", async () => {
  const { code, err } = await parley(["sandbox", "--executor", "podman", "good.py"], { cwd, env: {} });
  expect([code, err]).toEqual([2, expect.stringContaining('--executor is one of docker, os, wasm, kubernetes, e2b, not "podman".')]);
});
