import { openPostgres } from "../../../src/store/postgres/store.ts";

/** Takes the thread that is due, says so, and never ends with it. */
const [address = ""] = process.argv.slice(2);
const { dispatch } = await openPostgres({ address });
dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, ({ key }) => {
  process.send?.(key);
  return new Promise(() => undefined);
});
