import { describeOnPostgres, openedStores } from "../../support/postgres.ts";
import { loginsContract } from "../../contracts/logins.ts";

describeOnPostgres("on a server", (server) => {
  const { open } = openedStores(server);
  loginsContract("Postgres", (clock) => open(server.address(), clock));
});
