import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../local-slack/index.ts";
import { call, client } from "./wire.ts";

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "parley-kept-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "workspace.json");
}

test("threads, files, reactions, people and channels are there after a restart, and what is posted then comes behind them", async () => {
  const keepIn = await place();
  const before = await createWorkspace({ port: 0, keepIn });
  const { control } = before;
  const gus = control.addUser("Gus");
  const channel = control.addChannel("launch");
  const { ts } = await control.post({ user: gus, channel, text: "look", files: [{ name: "a.csv", content: Buffer.from("1,2") }] });
  await client(before).chat.postMessage({ channel, thread_ts: ts, text: "turn", username: "Coder", icon_emoji: ":gear:" });
  const { ts: stream } = await call(client(before), "chat.startStream", {
    channel,
    thread_ts: ts,
    recipient_user_id: gus,
    recipient_team_id: "T0LOCAL",
    markdown_text: "half",
  });
  await control.react({ user: "U0ADA", channel, ts, name: "eyes" });
  const thread = control.thread(channel, ts);
  await before.close();

  const after = await createWorkspace({ port: 0, keepIn });
  onTestFinished(() => after.close());
  expect(after.control.thread(channel, ts)).toEqual(thread);
  expect(after.control.stream(channel, String(stream))?.state).toBe("errored");
  expect(after.botToken).not.toBe(before.botToken);
  const [file] = after.control.thread(channel, ts)[0]?.files ?? [];
  expect(await client(after).files.info({ file: file?.id ?? "" })).toMatchObject({ file: { name: "a.csv", size: 3 } });
  const later = await after.control.post({ user: gus, channel, threadTs: ts, text: "again" });
  expect(Number(later.ts)).toBeGreaterThan(Number(thread.at(-1)?.ts));
  // It holds what people said: nobody else's to read.
  expect(JSON.parse(await readFile(keepIn, "utf8"))).toMatchObject({ version: 1 });
});

test("a file that is no kept workspace is named, with the mend", async () => {
  const keepIn = await place();
  await writeFile(keepIn, "{}");
  await expect(createWorkspace({ port: 0, keepIn })).rejects.toThrow(`${keepIn} is not a workspace that this version keeps; move it away`);
  await writeFile(keepIn, "nothing");
  await expect(createWorkspace({ port: 0, keepIn })).rejects.toThrow(`${keepIn} cannot be read as a kept workspace`);
});
