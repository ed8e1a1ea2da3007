import { afterEach, beforeEach, expect, test } from "vitest";
import { actorIn } from "../../../src/slack/people/affiliation.ts";
import { createPeople } from "../../../src/slack/people/people.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";

const [OURS, OTHER, PLUM, PEAR] = ["T0LOCAL", "T0OTHER", "E0PLUM", "E0PEAR"];
let slack: Workspace;
beforeEach(async () => {
  slack = await createWorkspace({ port: 0 });
});
afterEach(() => slack.close());

function house(enterprise?: string) {
  const { read } = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const me = { team: OURS, ...(enterprise ? { enterprise } : {}) };
  const store = { note: async () => undefined, putNote: async () => undefined };
  return createPeople({ read, store, me, clock: systemClock, log: () => undefined });
}

/** The same person in each of the shapes in which Slack tells who acts; `team`: the home that it names, if it does. */
const shapes = (user: string, team: string | undefined) => [
  { event: { type: "message", user, ...(team ? { user_team: team, team: OURS } : {}) }, is_ext_shared_channel: true },
  { event: { type: "app_mention", user, ...(team ? { source_team: team } : {}) }, is_ext_shared_channel: true, team_id: OURS },
  { event: { type: "message", message: { user }, ...(team ? { team } : {}) }, is_ext_shared_channel: true },
  { event: { type: "agent_session_stopped", user, ...(team ? { team } : {}) }, is_ext_shared_channel: true },
  { type: "block_actions", user: { id: user, ...(team ? { team_id: team } : {}) }, team: { id: OURS }, actions: [{ action_id: "a" }] },
  { type: "view_submission", user: { id: user, ...(team ? { team_id: team } : {}) }, team: { id: OURS }, view: { callback_id: "c" } },
  { type: "shortcut", callback_id: "c", user: { id: user, ...(team ? { team_id: team } : {}) }, team: null },
  { command: "/parley", user_id: user, ...(team ? { team_id: team } : {}) },
];

test.each([
  ["of the workspace", { teamId: OURS }, undefined, "member"],
  ["of the workspace, in its organisation", { teamId: OURS, enterpriseId: PLUM }, PLUM, "member"],
  ["of another workspace of the organisation", { teamId: OTHER, enterpriseId: PLUM }, PLUM, "colleague"],
  ["of the workspace by its number, but of another organisation", { teamId: OURS, enterpriseId: PEAR }, PLUM, "external"],
  ["of another organisation", { teamId: OTHER, enterpriseId: PEAR }, PLUM, "external"],
  ["of another workspace", { teamId: OTHER }, undefined, "external"],
  ["of another workspace, in an organisation where there is none here", { teamId: OTHER, enterpriseId: PLUM }, undefined, "external"],
  ["whom Slack calls a stranger", { teamId: OURS, isStranger: true }, undefined, "external"],
  ["who is a guest of some channels", { teamId: OURS, isRestricted: true }, undefined, "guest"],
  ["who is a guest of one channel", { teamId: OURS, isUltraRestricted: true }, undefined, "guest"],
  ["who is a guest of another workspace of the organisation", { teamId: OTHER, enterpriseId: PLUM, isRestricted: true }, PLUM, "external"],
] as const)("a person %s is so in every shape in which they act", async (_, who, enterprise, affiliation) => {
  const user = slack.control.addUser("Kim", who);
  const people = house(enterprise);
  for (const team of [who.teamId, undefined])
    for (const body of shapes(user, team)) expect(await actorIn(people, body), `${JSON.stringify(body)}`).toEqual({ user, affiliation });
});

test("whose home nobody knows is external, whatever the shape", async () => {
  const user = slack.control.addUser("Nobody", { isHidden: true });
  for (const body of [...shapes(user, undefined), ...shapes(user, OURS)])
    expect((await actorIn(house(), body))?.affiliation, `${JSON.stringify(body)}`).toBe("external");
});

test("a home that is named and is not the one that Slack knows is not believed", async () => {
  for (const body of shapes("U0MARIA", OTHER)) expect((await actorIn(house(), body))?.affiliation).toBe("external");
});

test("without the scope for people the named home decides; in trouble nobody is taken for more than is known", async () => {
  const guest = slack.control.addUser("Gast", { isRestricted: true });
  const known = house();
  expect(await known.affiliationOf({ user: guest, teams: [OURS] })).toBe("guest");
  slack.control.fault({ method: "users.info", kind: "error", code: "fatal_error", times: 2 });
  expect(await house().affiliationOf({ user: guest, teams: [OURS] })).toBe("unsaid");
  expect(await house().affiliationOf({ user: guest, teams: [] })).toBe("external");
  // What was known before holds.
  expect(await known.affiliationOf({ user: guest, teams: [OURS] })).toBe("guest");
  slack.control.withoutScope("users:read");
  expect(await house().affiliationOf({ user: "U0MARIA", teams: [OURS] })).toBe("member");
  expect(await house().affiliationOf({ user: "U0MARIA", teams: [] })).toBe("external");
  expect(await house().affiliationOf({ user: "U0MARIA", teams: [OTHER] })).toBe("external");
});

test("where nobody acts there is no actor", async () => {
  expect(await actorIn(house(), { event: { type: "channel_archive", channel: "C1" } })).toBeUndefined();
  expect(await actorIn(house(), "nonsense")).toBeUndefined();
});
