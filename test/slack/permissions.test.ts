import { describe, expect, test } from "vitest";
import { Allow as FileAllow } from "../../src/config/schema/allow.ts";
import { ALLOW_DEFAULT, refusal, type Allow, type Deed, type Doer } from "../../src/slack/permissions.ts";

const STARTER = { id: "U1STARTER", name: "Maria" };
const WHO: { readonly [name: string]: Doer } = {
  starter: { user: "U1STARTER", external: false, startedBy: STARTER },
  other: { user: "U2OTHER", external: false, startedBy: STARTER },
  admin: { user: "U3ADMIN", external: false, admin: true, startedBy: STARTER },
  listed: { user: "U4LISTED", external: false, startedBy: STARTER },
  guest: { user: "U5GUEST", external: true, startedBy: STARTER },
};
const may = (deed: Deed, allow: Allow) => Object.keys(WHO).filter((name) => refusal(deed, WHO[name] as Doer, allow) === undefined);
const insiders = ["starter", "other", "admin", "listed"];

test("as long as nothing is set", () => {
  const table = Object.fromEntries(
    (Object.keys(ALLOW_DEFAULT) as (keyof Allow)[]).filter((deed) => deed !== "guests").map((deed) => [deed, may(deed, ALLOW_DEFAULT)]),
  );
  expect(table).toEqual({
    start: insiders,
    steer: insiders,
    answer: insiders,
    approve: ["starter"],
    stop: insiders,
    forget: insiders,
    forgetThread: ["starter", "admin"],
    raise: ["starter", "admin"],
    editTeams: ["admin"],
  });
});

test("the team file's table begins as the room's own", () => {
  expect(FileAllow.parse({})).toEqual(ALLOW_DEFAULT);
});

describe.each(["start", "steer", "answer", "approve", "stop", "forget", "raise"] as const)("to %s", (deed) => {
  test.each([
    ["anyone", [], insiders],
    ["anyone", [deed], [...insiders, "guest"]],
    ["starter", [], ["starter"]],
    ["starter", [deed], ["starter"]],
    ["admins", [], ["admin"]],
    [["starter", "admins"], [], ["starter", "admin"]],
    [["U4LISTED"], [], ["listed"]],
    [["U4LISTED", "U5GUEST"], [], ["listed"]],
    [["U4LISTED", "U5GUEST"], [deed], ["listed", "guest"]],
    [[], [deed], []],
  ] as const)("where %j may and guests may %j: %j", (who, guests, expected) => {
    expect(may(deed, { ...ALLOW_DEFAULT, [deed]: who, guests })).toEqual(expected);
  });
});

test("nobody from outside sets Parley up, whatever the table says", () => {
  expect(may("editTeams", { ...ALLOW_DEFAULT, editTeams: "anyone", guests: ["editTeams"] })).toEqual(insiders);
});

test("a run that nobody has started yet belongs to whoever begins it", () => {
  expect(
    refusal("start", { user: "U2OTHER", external: false, startedBy: undefined }, { ...ALLOW_DEFAULT, start: "starter" }),
  ).toBeUndefined();
});

test("who is refused is told who can be asked", () => {
  const other = WHO["other"] as Doer;
  const said = (who: Allow["approve"]) => refusal("approve", other, { ...ALLOW_DEFAULT, approve: who });
  expect(said("starter")).toBe("Only Maria, who started this run, can allow code to run. Ask Maria, or start a run of your own.");
  expect(said(["starter", "admins"])).toBe(
    "Only Maria, who started this run, and admins of this workspace can allow code to run. Ask one of them.",
  );
  expect(said("admins")).toBe("Only admins of this workspace can allow code to run. Ask one of them.");
  expect(said(["U4LISTED"])).toBe("You are not on the list of people who can allow code to run here. Ask whoever runs Parley for you.");
  expect(said([])).toBe("Nobody can allow code to run here. Ask whoever runs Parley for you.");
});
