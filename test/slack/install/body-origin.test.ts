import { expect, test } from "vitest";
import { originOf } from "../../../src/slack/install/body-origin.ts";

const through = (fields: object) => [
  { enterprise_id: null, team_id: "T1", user_id: "U1", is_bot: true, is_enterprise_install: false, ...fields },
];

test("an event comes from the installation that Slack authorized it for, whatever team stands beside it", () => {
  const event = { team_id: "T2", context_team_id: "T3", event: { type: "message", channel: "C1", team: "T4" } };
  expect(originOf({ ...event, authorizations: through({}) })).toEqual({ team: "T1", org: undefined, isOrgWide: false, channel: "C1" });
});

test("of an organisation's installation, the workspace is where the event happened, and never the organisation", () => {
  const org = through({ team_id: null, enterprise_id: "E1", is_enterprise_install: true });
  expect(originOf({ team_id: "T2", authorizations: org, event: { channel: "C1" } })).toEqual({
    team: "T2",
    org: "E1",
    isOrgWide: true,
    channel: "C1",
  });
  expect(originOf({ team_id: "T2", context_team_id: "T3", authorizations: org, event: {} }).team).toBe("T3");
  expect(originOf({ team_id: "E1", authorizations: org, event: {} }).team).toBeUndefined();
});

test("commands, presses and modals say it each in their way, also as words in a form", () => {
  expect(originOf({ command: "/parley", team_id: "T1", enterprise_id: "E1", is_enterprise_install: "true", channel_id: "C1" })).toEqual({
    team: "T1",
    org: "E1",
    isOrgWide: true,
    channel: "C1",
  });
  expect(
    originOf({ type: "block_actions", team: { id: "T1" }, user: { id: "U1", team_id: "T2" }, container: { channel_id: "C1" } }),
  ).toMatchObject({
    team: "T1",
    channel: "C1",
  });
  // Slack leaves the team out where the app is the organisation's.
  const pressed = {
    type: "block_actions",
    team: null,
    enterprise: { id: "E1" },
    is_enterprise_install: true,
    user: { id: "U1", team_id: "T2" },
  };
  expect(originOf(pressed)).toMatchObject({ team: "T2", org: "E1", isOrgWide: true });
  const view = { app_installed_team_id: "T1", private_metadata: "T1/C7/1.2", state: { values: {} } };
  expect(originOf({ type: "view_submission", team: { id: "T9" }, view })).toMatchObject({ team: "T1", channel: "C7" });
  const about = { ...view, private_metadata: JSON.stringify({ thread: "T1/C8/1.2", seq: 3 }) };
  expect(originOf({ type: "view_submission", view: about }).channel).toBe("C8");
  const chosen = { ...view, private_metadata: "", state: { values: { channel: { value: { selected_conversation: "C9" } } } } };
  expect(originOf({ type: "view_submission", view: chosen }).channel).toBe("C9");
});

test("what is no body of Slack's comes from nowhere", () => {
  for (const body of [null, undefined, 1, "T1", [], {}, { team_id: 7 }, { team_id: "T1/../T2" }, { authorizations: "T1" }])
    expect(originOf(body)).toMatchObject({ team: undefined, org: undefined, isOrgWide: false });
});
