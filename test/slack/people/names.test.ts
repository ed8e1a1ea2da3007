import { afterEach, beforeEach, expect, test } from "vitest";
import type { WebClient } from "@slack/web-api";
import { createNames } from "../../../src/slack/people/names.ts";
import { tokenError } from "../../../src/slack/api/token-client.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { manualClock } from "../../support/clock.ts";

let store: Store;
beforeEach(() => ({ store } = openSqlite({ path: ":memory:" })));
afterEach(() => store.close());

/** What one process knows; `info`: what Slack says. */
function names(info: () => Promise<unknown>) {
  const clock = manualClock();
  const read = { users: { info } } as unknown as WebClient;
  return { clock, ...createNames({ read, store, team: "T1", clock, log: () => undefined }) };
}

const maria = async () => ({ ok: true, user: { profile: { display_name: "Maria" } } });

test.each([
  ["fails", () => Promise.reject(tokenError("internal_error"))],
  ["is not to be had any more", () => Promise.reject(tokenError("missing_scope"))],
  ["does not come back", () => new Promise(() => undefined)],
])("where the look-up %s, people are called as they were when it worked, and by their ids where it never did", async (_, info) => {
  const before = names(maria);
  expect(await before.clock.run(before.of("U1"))).toBe("Maria");
  const after = names(info);
  expect(await after.clock.run(after.of("U1"))).toBe("Maria");
  expect(await after.clock.run(after.of("U1"))).toBe("Maria");
  expect(await after.clock.run(after.of("U2"))).toBe("U2");
});

test("an id that stood in for a name is looked up again within minutes", async () => {
  let isDown = true;
  const { of, clock } = names(() => (isDown ? Promise.reject(tokenError("internal_error")) : maria()));
  expect(await clock.run(of("U1"))).toBe("U1");
  isDown = false;
  await clock.run(clock.sleep(6 * 60_000));
  expect(await clock.run(of("U1"))).toBe("Maria");
});
