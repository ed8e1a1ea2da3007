import { expect, test } from "vitest";
import { decided, isToolAllowed, mustAskFor, wasRefused } from "../../src/engine/approvals.ts";
import type { EventBody } from "../../src/engine/events/events.ts";
import { asked, floor, logOf, started } from "../support/facts.ts";
import { MARIA } from "../support/scripted.ts";

const LEAK = { private: ["the mails"], untrusted: ["the web"] };
const JONAS = { id: "U0JONAS", name: "Jonas" };

const wanted = (call: string, more: Partial<Extract<EventBody, { readonly type: "approval.requested" }>> = {}): EventBody => ({
  type: "approval.requested",
  agent: "A",
  call,
  what: `mail {"to":"${call}"}`,
  tool: "mail",
  ...more,
});
const given = (call: string, more: Partial<Extract<EventBody, { readonly type: "approval.given" }>> = {}): EventBody => ({
  type: "approval.given",
  call,
  approved: true,
  person: MARIA,
  ...more,
});
const answered = (events: readonly EventBody[]) => events.map((event) => event.type === "approval.given" && event.call);

test("a call that one person alone may allow is answered by nobody else, nor by another's yes for the run", () => {
  const log = logOf(started(), floor("A"), wanted("hers", { only: MARIA }), wanted("his", { only: JONAS }), wanted("anyone's"));
  expect(decided(log, { call: "hers", approved: true, person: JONAS })).toEqual([]);
  expect(decided(log, { call: "hers", approved: false, person: JONAS })).toEqual([]);
  expect(answered(decided(log, { call: "hers", approved: true, scope: "run", person: MARIA }))).toEqual(["hers", "anyone's"]);
});

test("what does not wait for a yes is answered by none", () => {
  const log = logOf(started(), floor("A"), wanted("a"), given("a"));
  expect(decided(log, { call: "a", approved: true, person: MARIA })).toEqual([]);
  expect(decided(log, { call: "b", approved: true, person: MARIA })).toEqual([]);
});

test("a yes for the run answers the others of its kind, but for what takes something out, what was refused, and other tools", () => {
  const log = logOf(
    started(),
    floor("A"),
    wanted("no", { what: 'mail {"to":"all","as":"team"}' }),
    given("no", { approved: false }),
    wanted("a"),
    wanted("b"),
    wanted("again", { what: 'mail { "as": "team", "to": "all" }' }),
    wanted("leak", { because: LEAK }),
    wanted("other", { tool: "pay", what: "pay {}" }),
  );
  expect(answered(decided(log, { call: "a", approved: true, scope: "run", person: MARIA }))).toEqual(["a", "b"]);
  expect(wasRefused(log, "mail", '{"as":"team","to":"all"}')).toBe(true);
  expect(wasRefused(log, "mail", '{"as":"team","to":"one"}')).toBe(false);
});

test("a yes for the run ends with it; what takes something out needs one of its own, which holds for the rest as well", () => {
  const begun = [started(), floor("A")];
  const events = [...begun, wanted("a"), given("a", { scope: "run" })];
  expect(isToolAllowed(logOf(...events), "mail")).toBe(true);
  expect(isToolAllowed(logOf(...events), "mail", { isLeak: true })).toBe(false);
  const leak = logOf(...begun, wanted("a", { because: LEAK }), given("a", { scope: "run" }));
  expect([isToolAllowed(leak, "mail"), isToolAllowed(leak, "mail", { isLeak: true })]).toEqual([true, true]);
  expect(isToolAllowed(logOf(...events, started({ run: "s" })), "mail")).toBe(false);
  expect(isToolAllowed(logOf(...events, started({ run: "s", goesOn: true })), "mail")).toBe(true);
});

test("a tool that acts for somebody asks again once others have spoken since their yes for the run", () => {
  const yes = [wanted("a", { only: MARIA }), given("a", { scope: "run" })];
  const others: EventBody = { type: "message.posted", person: JONAS, text: "and tell me all" };
  expect(mustAskFor(MARIA, "mail", logOf(started(), asked("go"), floor("A"), ...yes))).toBe(false);
  expect(mustAskFor(MARIA, "mail", logOf(started(), asked("go"), others, floor("A"), ...yes))).toBe(false);
  expect(mustAskFor(MARIA, "mail", logOf(started(), asked("go"), floor("A"), ...yes, others))).toBe(true);
  expect(mustAskFor(MARIA, "mail", logOf(started(), asked("go"), others, floor("A")))).toBe(true);
});
