import { expect, test } from "vitest";
import type { MessageContext } from "../../../src/slack/commands/message-context.ts";
import { createLanguages } from "../../../src/slack/language/whose-language.ts";
import type { Affiliation } from "../../../src/slack/people/affiliation.ts";
import { refused } from "../../../src/slack/people/permission-check.ts";

/** Where Slack says, behind the door, what this person is. */
function said(affiliation: Affiliation) {
  const waits: (number | undefined)[] = [];
  const recorded: string[] = [];
  const ctx = {
    me: { team: "T1" },
    languages: createLanguages({ localeOf: async () => undefined }),
    settings: { get: async () => undefined, record: async ({ deed }: { readonly deed: string }) => void recorded.push(deed) },
    people: {
      affiliationOf: async (_named: unknown, waitMs?: number) => (waits.push(waitMs), affiliation),
      nameOf: async (user: string) => user,
      isAdmin: async () => false,
    },
  } as unknown as MessageContext;
  const start = (known: Affiliation) =>
    refused(ctx, "start", { user: "U1", affiliation: known, startedBy: undefined, channel: "C1", subject: "x" });
  return { start, waits, recorded };
}

test("whom Slack has not named a guest when the door was passed is asked about once more before they may start what costs", async () => {
  const { start, waits, recorded } = said("guest");
  expect(await start("unsaid")).toContain("You are a guest of this workspace");
  expect(waits).toEqual([expect.any(Number)]);
  expect(waits[0]).toBeLessThan(3_000);
  expect(recorded).toEqual(["start"]);
});

test("a Slack that goes on saying nothing keeps nobody of the workspace from speaking, and who is known is not asked about", async () => {
  const silent = said("unsaid");
  expect(await silent.start("unsaid")).toBeUndefined();
  const known = said("guest");
  expect(await known.start("member")).toBeUndefined();
  expect(known.waits).toEqual([]);
});
