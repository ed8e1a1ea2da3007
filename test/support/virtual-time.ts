import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { createParley, type Parley } from "../../src/parley.ts";
import { createWorkspace, type Workspace } from "../../local-slack/index.ts";
import { idleClock, type IdleClock } from "./idle-clock.ts";

export interface World {
  readonly slack: Workspace;
  readonly parley: Parley;
  readonly clock: IdleClock;
  /** What Parley told its operator. */
  readonly problems: readonly string[];
}

/** A whole Parley in a local Slack, on a clock that stands still while there is work and jumps when there is none. Closed when the test ends. */
export async function openInVirtualTime(file: object, replies: object): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "parley-virtual-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  let slack: Workspace | undefined = undefined as Workspace | undefined;
  let world: Parley | undefined = undefined as Parley | undefined;
  const clock = idleClock({
    startMs: Date.UTC(2026, 0, 5, 9),
    isBusy: () => (slack?.control.unacked() ?? 0) > 0 || (world?.store.leisure.isBusy() ?? false),
    moved: () => slack?.control.tick(),
  });
  onTestFinished(() => clock.stop());
  slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  await writeFile(join(folder, "parley.yml"), JSON.stringify(file));
  await writeFile(join(folder, "replies.yml"), JSON.stringify(replies));
  const problems: string[] = [];
  const { botToken, appToken, apiUrl } = slack;
  const parley = await createParley({
    settings: loadSettings({ file: "parley.yml", env: {}, cwd: folder }),
    env: {},
    dbPath: join(folder, "parley.db"),
    slack: { botToken, appToken, apiUrl },
    clock,
    log: (line) => void problems.push(line),
  });
  world = parley;
  onTestFinished(() => parley.stop());
  await parley.start();
  return { slack, parley, clock, problems };
}
