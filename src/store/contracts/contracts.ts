import assert from "node:assert/strict";
import { StoreError } from "../store.ts";
import { commitOf, said } from "./commits.ts";
import { contentContract } from "./content.ts";
import { fakeClock } from "./fake-clock.ts";
import type { GivenDispatch, GivenStore } from "./given.ts";
import { logContract } from "./log.ts";
import { moneyContract } from "./money.ts";
import { postsContract } from "./posts.ts";
import { sharingContract } from "./sharing.ts";
import { wakingContract } from "./waking.ts";

/** What every store does: to be called where tests are defined. */
export function storeContract(given: GivenStore): void {
  const { name, tests, open } = given;
  tests.describe(`${name}, as a store`, () => {
    logContract(given);
    postsContract(given);
    contentContract(given);
    moneyContract(given);

    tests.test("a closed store says so", async () => {
      const store = await open(fakeClock());
      await store.close();
      await assert.rejects(store.load("t", 0), { message: /has been closed/ });
      await assert.rejects(store.commit(commitOf("t", 0, [said("x")])), StoreError);
      assert.equal(await store.close(), undefined);
    });
  });
}

/** What every dispatch does: to be called where tests are defined. */
export function dispatchContract(given: GivenDispatch): void {
  wakingContract(given);
  sharingContract(given);
}
