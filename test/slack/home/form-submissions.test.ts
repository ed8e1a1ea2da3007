import { expect, onTestFinished, test } from "vitest";
import { createTeamShelf } from "../../../src/config/team-shelf.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { stage } from "../../config/play.ts";
import { screenOf } from "../../support/slack/views.ts";
import { listening } from "../heard.ts";

const ADA = "U0ADA"; // An admin of the workspace.
const FILE = `teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Asks., model: m }, { name: Ben, description: Answers., model: m }]
`;

test("a form that was acked is taken once, also when the process dies right behind the writing", async () => {
  const { settings, teams } = stage(FILE);
  const { settings: keep } = openSqlite({ path: ":memory:", now: () => Date.now() });
  const died = Promise.withResolvers<void>();
  let isDying = true;
  const shelf = () => {
    const inner = createTeamShelf({ settings, teams, keep, log: () => undefined });
    return {
      ...inner,
      async put(change: Parameters<typeof inner.put>[0]) {
        const done = await inner.put(change);
        if (!isDying) return done;
        died.resolve();
        return new Promise<boolean>(() => undefined);
      },
    };
  };
  const before = await listening({
    parts: {
      get shelf() {
        return shelf();
      },
    },
  });
  const ada = screenOf(before, ADA);
  await before.slack.control.openApp({ user: ADA, tab: "home" });
  await ada.until(() => ada.home().includes("New team…"));
  await ada.into("New team…");
  const view = ada.modals()[0];
  const values = { name: { value: "trio" }, description: { value: "Three." }, from: { value: "pair" } };
  expect(await before.slack.control.submit({ user: ADA, viewId: view?.id ?? "", values })).toEqual({ acked: true });
  await died.promise;
  isDying = false;
  const after = await before.crash();
  onTestFinished(() => after.close());
  await after.quiet();
  expect((await keep.list("T0LOCAL", "team/")).map(({ name, revision }) => [name, revision])).toEqual([["team/trio", 1]]);
  expect(await keep.decisions("T0LOCAL", { limit: 10 })).toMatchObject([
    { deed: "create team from pair", person: { id: ADA, name: "Ada" } },
  ]);
  expect(after.slack.control.channel("D0ADA")).toEqual([]);
  await after.slack.control.openApp({ user: ADA, tab: "home" });
  await ada.until(() => ada.home().includes("*trio*"));
});

test("where the answer would come too late the form is taken, and what is wrong with it is said in a message", async () => {
  const { settings, teams } = stage(FILE);
  const { settings: keep } = openSqlite({ path: ":memory:", now: () => Date.now() });
  const inner = createTeamShelf({ settings, teams, keep, log: () => undefined });
  const held = Promise.withResolvers<void>();
  let isSlow = false;
  const shelf = { ...inner, open: async (workspace: string) => (isSlow ? held.promise : inner.open(workspace)) };
  const parley = await listening({ parts: { shelf } });
  onTestFinished(() => parley.close());
  const ada = screenOf(parley, ADA);
  await parley.slack.control.openApp({ user: ADA, tab: "home" });
  await ada.until(() => ada.home().includes("New team…"));
  await ada.into("New team…");
  isSlow = true;
  const values = { name: { value: "pair" }, description: { value: "Two." }, from: { value: "pair" } };
  expect(await parley.slack.control.submit({ user: ADA, viewId: ada.modals()[0]?.id ?? "", values })).toEqual({ acked: true });
  held.resolve();
  await parley.quiet();
  expect(parley.slack.control.channel("D0ADA").map(({ text }) => text)).toEqual([
    'Nothing was changed. There is a team "pair" already, in the team file; take another name.',
  ]);
  expect(await keep.list("T0LOCAL", "team/")).toEqual([]);
});
