import { createRegistry } from "../registry/registry.ts";
import { agents } from "./agents.ts";
import { guards } from "./guards.ts";
import { models } from "./models.ts";
import { policies } from "./policies.ts";
import { stops } from "./stops.ts";
import { tools } from "./tools.ts";

/** Everything that a team file can name without extensions. */
export const BUILT_IN = createRegistry([...policies, ...stops, ...agents, ...tools, ...models, ...guards]);
