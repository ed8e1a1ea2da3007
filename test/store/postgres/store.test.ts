import * as tests from "vitest";
import { dispatchContract, storeContract } from "../../../src/store/contracts/contracts.ts";
import type { Clock } from "../../../src/engine/clock.ts";
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
});
