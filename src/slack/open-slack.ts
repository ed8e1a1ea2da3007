/** What only a Parley in Slack needs. Loaded by name when there is one: who works in a terminal does not wait for Bolt. */
export { createInstalledSlack } from "./install/many-workspaces.ts";
export { createSlack } from "./slack.ts";
export { plan } from "./render/render.ts";
