import * as tests from "vitest";
import { dispatchContract, storeContract } from "../../../src/store/contracts/contracts.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { commitOf, said } from "../../../src/store/contracts/commits.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { metricsContract } from "../../contracts/metrics.ts";
import { openersContract, takingTurns } from "../../contracts/openers.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";

describeOnPostgres("on a server", (server) => {
  const { open, settled } = openedStores(server);
  storeContract({ name: "Postgres", tests, settled, open: async (clock) => (await open(server.address(), clock)).store });
  dispatchContract({
    name: "Postgres",
    tests,
    settled,
    fresh: () => {
      const address = server.address();
      return (clock) => open(address, clock);
    },
  });

  metricsContract("Postgres", (clock) => open(server.address(), clock));

  /** Two processes, which take turns whatever is asked. */
  const inTwo = async (clock: Partial<Clock>, address = server.address()) =>
    takingTurns(await open(address, clock), await open(address, clock));
  storeContract({ name: "Postgres, opened twice", tests, settled, open: async (clock) => (await inTwo(clock)).store });
  dispatchContract({
    name: "Postgres, opened twice",
    tests,
    settled,
    fresh: () => {
      const address = server.address();
      return (clock) => inTwo(clock, address);
    },
  });
  openersContract(
    "Postgres",
    async (clock) => {
      const address = server.address();
      return [await open(address, clock), await open(address, clock)];
    },
    settled,
  );

  tests.test("what is only shown is told to the other processes, as it was said, and kept nowhere", async () => {
    const address = server.address();
    const [one, other] = [await open(address), await open(address)];
    const told: string[] = [];
    one.store.aside?.follow((said) => void told.push(`one: ${said}`));
    const unfollow = other.store.aside?.follow((said) => void told.push(`other: ${said}`));
    await one.store.aside?.say("a word\0 \u{1F50E}");
    // What is heard of the log comes behind it, on the same line.
    await other.store.putNote("mark", "1");
    await tests.expect.poll(() => told).toEqual(["other: a word\0 \u{1F50E}"]);
    unfollow?.();
    await one.store.aside?.say("nobody listens");
    await one.store.aside?.say("x".repeat(9_000));
    await other.store.putNote("mark", "2");
    tests.expect(told).toHaveLength(1);
  });

  tests.test(
    "what is set apart is had by whoever serves it by its name, and neither taken nor put off by who serves all, nor waited for",
    async () => {
      const address = server.address();
      const [all, own] = [await open(address), await open(address)];
      const took: string[] = [];
      const serve = (by: "all" | "own", workspace?: string) =>
        (by === "all" ? all : own).dispatch.serve(
          "turn",
          { slots: 2, perWorkspace: 2, onBug: () => undefined, ...(workspace === undefined ? {} : { workspace }) },
          async ({ key, claim }) => {
            took.push(`${by} ${key}`);
            await own.store.commit({ ...commitOf(key, 1, [], { claim, wake: "none" }), workspace: workspace ?? "T1" });
          },
        );
      serve("all");
      const begin = (thread: string, workspace: string) =>
        all.store.commit({ ...commitOf(thread, 0, [said("begun")], { wake: "now" }), workspace });
      await begin("eval-1", "evaluation:suite-1");
      await begin("T1/C1/1", "T1");
      await until(() => took.length === 1);
      await settled();
      tests.expect(await all.dispatch.waitingSince?.()).toBe(undefined);
      serve("own", "evaluation:suite-1");
      await until(() => took.length === 2);
      await begin("eval-2", "evaluation:suite-1");
      await until(() => took.length === 3);
      tests.expect(took).toEqual(["all T1/C1/1", "own eval-1", "own eval-2"]);
      for (const { dispatch, store } of [all, own]) {
        await dispatch.stop();
        await store.close();
      }
    },
  );
});
