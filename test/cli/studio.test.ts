import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { runEvents, write } from "../studio/studio.ts";
import { terminal } from "./here.ts";

function folder(): string {
  const cwd = mkdtempSync(join(tmpdir(), "parley-studio-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  return cwd;
}

test("the studio shows a database that a running Parley holds, prints the next address when one was used, and ends with Ctrl-C", async () => {
  const cwd = folder();
  const parley = openSqlite({ path: join(cwd, "a.db") });
  await write(parley, { events: runEvents() });
  const here = terminal({ cwd });
  const ended = main(["studio", "--port", "0", "--db", "a.db"], here.io);
  await Promise.race([here.printed("Ctrl-C ends it."), ended]);
  const address = /The studio is at (http:\/\/127\.0\.0\.1:\d+\/enter\?token=\S+)/.exec(here.out())?.[1] ?? "";
  const entered = await fetch(address, { redirect: "manual" });
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  await here.printed("The next address: http://127.0.0.1:");
  const get = (path: string) => fetch(new URL(path, address), { headers: { cookie } });
  expect(await (await get("/")).text()).toContain("Parley studio");
  await write(parley, { thread: "T1/C1/2.1", events: runEvents({ task: "Begun meanwhile", over: false }) });
  expect(await (await get("/api/v1/runs?workspace=T1")).json()).toMatchObject({
    waiting: [{ task: "Begun meanwhile" }],
    found: [{ task: "Count the marmots" }],
  });
  here.interrupt();
  expect(await ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow("fetch failed");
  await parley.store.close();
});

test("where there is no database, or the port is none, that is said with the mend", async () => {
  const cwd = folder();
  for (const [args, code, says] of [
    [["--db", "none.db"], 1, "there is no database"],
    [["--port", "99999"], 2, "--port is a number from 0 to 65535"],
  ] as const) {
    const here = terminal({ cwd });
    expect([await main(["studio", ...args], here.io), here.err()]).toEqual([code, expect.stringContaining(says)]);
  }
});
