import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { resolve } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { tasksFor } from "../../../src/cli/demo/demo.ts";
import { main } from "../../../src/cli/main.ts";
import type { PageState } from "../../../local-slack/server/protocol.ts";
import { runChild } from "../../support/children.ts";
import { terminal } from "../here.ts";

vi.setConfig({ testTimeout: 240_000 }); // The demo starts a Python before it says where it is.

const ROOT = resolve(import.meta.dirname, "../../..");

test("without a key the demo opens a workspace that says what is simulated, and Ctrl-C ends it", async () => {
  const here = terminal({ cwd: ROOT });
  const ended = main(["demo", "--offline", "--port", "0", "--file", "LICENSE"], here.io);
  await Promise.race([here.printed("Ctrl-C ends it."), ended]);
  const url = /Parley is at (http:\/\/127\.0\.0\.1:\d+\/)/.exec(here.out())?.[1];
  const response = await fetch(`${url}page/state?as=U0MARIA`, { headers: { "x-parley-page": "1" } });
  const { workspace, suggestions, readyFiles, canConnectModel, me } = (await response.json()) as PageState;
  expect({ readyFiles, canConnectModel, me }).toMatchObject({
    readyFiles: [{ name: "LICENSE" }],
    canConnectModel: true,
    me: { isAdmin: true },
  });
  expect(await (await fetch(new URL(readyFiles[0]?.url ?? "", url))).text()).toContain("MIT License");
  expect(workspace.notice).toMatch(
    /^Simulated: this Slack and the agents' words\. Real: the bot(, and the code it runs \(in (WebAssembly|Docker|a process sandbox of this machine)\)|\. Code is not run on this machine)\.$/,
  );
  expect(suggestions.map(({ text }) => text)).toContain("@parley Write a median function and find its bug.");
  // The page's header leads to the studio, whoever is sent from another page does not get there.
  const studio = /in the studio: (\S+)/.exec(here.out())?.[1] ?? "";
  const led = await fetch(studio, { redirect: "manual" });
  expect([studio, led.status, led.headers.get("location")]).toEqual([
    `${url}studio`,
    303,
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/enter\?token=/),
  ]);
  expect((await fetch(studio, { redirect: "manual", headers: { "sec-fetch-site": "cross-site" } })).status).toBe(404);
  expect((await fetch(led.headers.get("location") ?? "", { redirect: "manual" })).status).toBe(303);
  here.interrupt();
  expect(await ended).toBe(0);
  await expect(fetch(`${url}`)).rejects.toThrow("fetch failed");
});

test("a task that stands ready is for a team that there is", () => {
  const titles = (...teams: readonly string[]) => tasksFor({ teams: new Map(teams.map((team) => [team, {}])) }).map(({ title }) => title);
  expect(titles("coding", "debate")).toEqual([...titles("mine").slice(0, 1), "Debate", ...titles("mine").slice(1)]);
  expect(titles("mine").length).toBeGreaterThan(1);
});

test("a file that is not there, or a second team file, is named before anything is opened", async () => {
  for (const [args, said] of [
    [["--file", "none.csv"], "--file none.csv: it cannot be read (ENOENT)."],
    [["--file", "a.yml", "--file", "b.yaml"], "--file takes one team file (.yml, .yaml) at most."],
  ] as const) {
    const here = terminal({ cwd: ROOT });
    expect(await main(["demo", "--offline", "--port", "0", ...args], here.io)).toBe(2);
    expect(here.err()).toContain(said);
  }
});

test("a port that is taken is named, and the program ends", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const args = ["src/cli/main.ts", "demo", "--offline", "--port", String(port)];
  const { code, err } = await runChild(process.execPath, args, { cwd: ROOT });
  expect({ code, said: err.trim() }).toEqual({ code: 2, said: `Port ${port} is taken by another program; choose another with --port.` });
});
