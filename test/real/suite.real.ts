import { systemClock } from "../../src/engine/clock.ts";
import { createModel } from "../../src/models/create.ts";
import { modelContract } from "../contracts/model.ts";
import { obedient } from "../live/obedient.ts";
import type { Door } from "./doors.ts";
import { DOORS_ENV } from "./suite.ts";

/** The suite through every door. A model of this size does not write what it is asked to: what the titles say of its words is measured, not demanded. */
for (const { name, settings } of JSON.parse(process.env[DOORS_ENV] ?? "[]") as readonly Door[]) {
  const open = () => createModel({ ...settings, outputTokensMax: 96 }, { env: process.env, clock: systemClock, random: () => 0 });
  modelContract(name, async () => ({ ...obedient(open()), close: async () => {} }), {
    lacking: ["usage", "words beside calls", "broken calls", "failure"],
  });
}
