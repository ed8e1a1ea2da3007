/**
 * `npm run test:live`: the suite that every model passes, against the real providers whose keys are in the environment or in .env. It costs a
 * few cents. Without a key it says so and does nothing.
 */
import { TEST_MS_MAX } from "../support/patience.ts";
import { liveProviders } from "./providers.ts";

const { ready, missing } = liveProviders(process.env);
for (const { name, lacks } of missing) console.log(`not tested: ${name}; set ${lacks}.`);
if (ready.length === 0) {
  console.log("No provider's key is in the environment: there is nothing to test.");
  process.exit(0);
}
console.log(`tested: ${ready.map(({ name, settings }) => `${name} (${settings.model})`).join(", ")}`);
const { startVitest } = await import("vitest/node");
// Without the config file: what it says of projects would come before what is said here.
const vitest = await startVitest("test", [], {
  config: false,
  testTimeout: TEST_MS_MAX,
  include: ["test/live/*.live.ts"],
  exclude: [],
  reporters: ["verbose"],
  watch: false,
  fileParallelism: false,
});
await vitest.close();
