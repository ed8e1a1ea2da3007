import type { RunEvent } from "../../src/parley.ts";
import { folderWith } from "../config/team-files.ts";

/** Three teams on one scripted model: two who talk, one who has tools, and a swarm. */
export const TEAMS = `models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
tools:
  look_up: { kind: agent, description: Looks things up., agent: { model: m } }
  web: { kind: web-fetch, approval: always }
teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Asks., model: m, handoffs: [human] }
      - { name: Ben, description: Answers., model: m }
    stop: { textMention: DONE }
    limits: { turns: 6 }
  led:
    description: Who speaks is chosen.
    speakers: { policy: selector, model: m, attempts: 2 }
    agents:
      - { name: Ana, description: Asks., model: m, tools: [look_up, web] }
      - { name: Ben, description: Answers., model: m }
      - { name: Runner, description: Runs code., kind: code-runner, runs: [Ben] }
    stop: { textMention: DONE }
  swarm:
    description: They hand over.
    speakers: { policy: swarm }
    agents:
      - { name: Ben, description: Begins., model: m, handoffs: [Ana] }
      - { name: Ana, description: Ends., model: m, handoffs: [Ben] }
    stop: { textMention: DONE }
`;

export const folder = (replies: string, teams = TEAMS): string => folderWith({ "parley.yml": teams, "replies.yml": `replies: ${replies}` });

export const TALK = '{ Ana: ["Hello Ben.", "Fine. DONE"], Ben: ["How are you?"] }';
export const QUESTION =
  "{ Ana: [{ toolCalls: [{ name: transfer_to_human, args: { question: Which?, options: [tea, coffee] } }] }, '{{last}} it is.'], Ben: [DONE] }";

export const eventsIn = (out: string): RunEvent[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
