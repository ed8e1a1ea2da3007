import { load, mistakesOf } from "../team-files.ts";

/** Files with one model "m", and what loading them tells. */
const MODELS = "models: { m: { provider: replay, file: r.yml } }\n";
export const files = (text: string) => ({ "parley.yml": MODELS + text, "r.yml": "replies: {}" });
export const mistakes = (text: string) => mistakesOf(files(text));
export const warnings = (text: string) => load(files(text)).warnings.map(({ path, message }) => `${path}: ${message}`);

export const agent = (name: string, more = "") => `{ name: ${name}, description: Does ${name}., model: m${more} }`;
export const team = (speakers: string, agents: readonly string[], more = "stop: { textMention: DONE }") => `teams:
  main:
    description: Main.
    speakers: { ${speakers} }
    agents:
${agents.map((one) => `      - ${one}\n`).join("")}    ${more}
`;
