import { describe, expect, test } from "vitest";
import { Allow as FileAllow } from "../../../src/config/schema/allow.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import {
  ALLOW_DEFAULT,
  asksForAdmins,
  refusal as refusalOf,
  WORKFLOW,
  type Allow,
  type Deed,
  type Doer,
} from "../../../src/slack/people/permissions.ts";

const t = await loadTranslator("en");
const refusal = (...about: Parameters<typeof refusalOf>) => refusalOf(...about)?.(t);
const STARTER = { id: "U1STARTER", name: "Maria" };
const WHO: { readonly [name: string]: Doer } = {
  starter: { user: "U1STARTER", affiliation: "member", startedBy: STARTER },
  other: { user: "U2OTHER", affiliation: "member", startedBy: STARTER },
  admin: { user: "U3ADMIN", affiliation: "member", admin: true, startedBy: STARTER },
  listed: { user: "U4LISTED", affiliation: "member", startedBy: STARTER },
  colleague: { user: "U6COLLEAGUE", affiliation: "colleague", startedBy: STARTER },
  guest: { user: "U5GUEST", affiliation: "external", startedBy: STARTER },
  restricted: { user: "U7RESTRICTED", affiliation: "guest", startedBy: STARTER },
  unsaid: { user: "U8UNSAID", affiliation: "unsaid", startedBy: STARTER },
};
const may = (deed: Deed, allow: Allow) => Object.keys(WHO).filter((name) => refusal(deed, WHO[name] as Doer, allow) === undefined);
const insiders = ["starter", "other", "admin", "listed", "colleague"];

test("as long as nothing is set", () => {
  const table = Object.fromEntries(
    (Object.keys(ALLOW_DEFAULT) as (keyof Allow)[])
      .filter((deed) => deed !== "guests" && deed !== "restricted")
      .map((deed) => [deed, may(deed, ALLOW_DEFAULT)]),
  );
  expect(table).toEqual({
    start: [...insiders, "unsaid"],
    steer: [...insiders, "unsaid"],
    answer: [...insiders, "restricted", "unsaid"],
    approve: ["starter"],
    stop: [...insiders, "unsaid"],
    forget: insiders,
    forgetThread: ["starter", "admin"],
    raise: ["starter", "admin"],
    export: insiders,
    watch: insiders,
    oversee: [],
    schedule: ["starter", "admin"],
    editTeams: ["admin"],
    audit: ["admin"],
  });
});

test("the team file's table begins as the room's own", () => {
  expect(FileAllow.parse({})).toEqual(ALLOW_DEFAULT);
});

describe.each(["start", "steer", "answer", "approve", "stop", "forget", "raise", "export", "watch"] as const)("to %s", (deed) => {
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
    const known = may(deed, { ...ALLOW_DEFAULT, [deed]: who, guests, restricted: [] }).filter((name) => name !== "unsaid");
    expect(known).toEqual(expected);
  });
});

test.each(["schedule", "editTeams", "audit"] as const)("nobody but members may %s, whatever the table says", (deed) => {
  expect(may(deed, { ...ALLOW_DEFAULT, [deed]: "anyone", guests: [deed], restricted: [deed] })).toEqual(insiders);
});

test("guests of the workspace have a line of their own; of whom Slack does not say whether they are guests may speak, and no more", () => {
  const allow = { ...ALLOW_DEFAULT, approve: "anyone", guests: [], restricted: ["start", "approve"] } as const;
  expect(may("approve", allow)).toEqual([...insiders, "restricted", "unsaid"]);
  expect(may("answer", allow)).toEqual([...insiders, "unsaid"]);
  expect(may("raise", { ...allow, raise: "anyone" })).toEqual(insiders);
  const said = (name: string) => refusal(name === "unsaid" ? "approve" : "start", WHO[name] as Doer, ALLOW_DEFAULT);
  expect(said("restricted")).toBe("You are a guest of this workspace, and only its full members can start a run. You can read along.");
  expect(said("unsaid")).toMatch(/^Slack does not say just now whether .* Try again in a moment\.$/);
  expect(said("guest")).toContain("or Slack does not say from where");
});

test("a run that nobody has started yet belongs to whoever begins it", () => {
  expect(
    refusal("start", { user: "U2OTHER", affiliation: "member", startedBy: undefined }, { ...ALLOW_DEFAULT, start: "starter" }),
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

test("where a workflow has started the run, the starter's are the admins, and it is said why", () => {
  const of = (name: string): Doer => ({ ...(WHO[name] as Doer), startedBy: WORKFLOW });
  const allowed = (deed: Deed, allow: Allow = ALLOW_DEFAULT) =>
    Object.keys(WHO).filter((name) => refusal(deed, of(name), allow) === undefined);
  expect(allowed("approve")).toEqual(["admin"]);
  expect(allowed("raise")).toEqual(["admin"]);
  expect(allowed("approve", { ...ALLOW_DEFAULT, approve: ["starter", "U4LISTED"] })).toEqual(["admin", "listed"]);
  // A line that does not speak of the starter holds as it is.
  expect(allowed("approve", { ...ALLOW_DEFAULT, approve: ["U4LISTED"] })).toEqual(["listed"]);
  expect(refusal("approve", of("other"), ALLOW_DEFAULT)).toBe(
    "A workflow has started this run, and Slack does not say who ran it: only admins of this workspace can allow code to run. Ask one of them.",
  );
  // So it has to be asked whether somebody is one.
  expect(asksForAdmins("approve", of("other"), ALLOW_DEFAULT)).toBe(true);
  expect(asksForAdmins("approve", WHO["other"] as Doer, ALLOW_DEFAULT)).toBe(false);
});
