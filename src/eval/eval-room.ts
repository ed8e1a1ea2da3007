/** All that the commands need of this room. */
export * from "./evaluation.ts";
export { redactAll } from "../store/redacted.ts";
export { leaveProposal } from "../store/proposals/team-proposals.ts";
export { keptCaseLines } from "./cases/kept-cases.ts";
export { sourceOf, writeSource } from "./tuning/team-source.ts";
export { settingsOf } from "./tuning/team-texts.ts";
export { tune, type Tuned } from "./tuning/tune.ts";
