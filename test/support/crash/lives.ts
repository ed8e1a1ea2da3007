import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import { openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { startChild } from "../children.ts";
import { bundledChild } from "./bundle.ts";
import { nowIn, type FastTime, type Orders } from "./child.ts";

const TICK_MS = 10;

/** A local Slack, and a Parley on one database that lives in one process after the other, each of which can be killed. */
export async function openLives(made: (folder: string) => Promise<{ readonly file: object; readonly replies: object }>) {
  const folder = mkdtempSync(join(tmpdir(), "parley-lives-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { file, replies } = await made(folder);
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(file));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies }));
  const time: FastTime = { epochMs: Date.UTC(2026, 0, 5, 9), startedAtMs: Date.now(), speed: 5 };
  const workspace = await createWorkspace({ port: 0, rateLimits: false, now: () => nowIn(time) });
  onTestFinished(() => workspace.close());
  const ticking = setInterval(() => workspace.control.connected() && workspace.control.tick(), TICK_MS);
  onTestFinished(() => clearInterval(ticking));
  const dbPath = join(folder, "parley.db");
  const { apiUrl, botToken, appToken } = workspace;
  const program = await bundledChild();
  return {
    folder,
    workspace,
    /** One process; `points`: where it is killed, with its report of it. */
    async live(name: string, points: Orders["points"] = []) {
      const orders: Orders = { folder, dbPath, time, slack: { apiUrl, botToken, appToken }, points, reportPath: join(folder, name) };
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(orders));
      writeFileSync(orders.reportPath, "");
      const child = startChild(process.execPath, [program, join(folder, `${name}.json`)]);
      child.stdout.resume();
      return { child, exited: once(child, "exit") };
    },
    async log(channel: string, ts: string) {
      const store = openSqliteReadOnly({ path: dbPath });
      try {
        return await store.load(`${workspace.teamId}/${channel}/${ts}`, 0);
      } finally {
        await store.close();
      }
    },
  };
}
