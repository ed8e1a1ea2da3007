import { folderWith } from "../config/team-files.ts";
import { main } from "../../src/cli/main.ts";
import { terminal } from "../cli/here.ts";

/** Teams as other programs meet them: one that talks, one that asks, one that wants a yes, one that meets a limit, one that takes long. */
const TEAMS = `models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
tools:
  web: { kind: web-fetch, approval: always }
teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Asks., model: m }
      - { name: Ben, description: Answers., model: m }
    stop: { textMention: DONE }
  asker:
    description: One who asks.
    speakers: { policy: round-robin }
    agents: [{ name: Cleo, description: Asks people., model: m, handoffs: [human] }]
    stop: { maxTurns: 1 }
  reader:
    description: One who reads pages.
    speakers: { policy: round-robin }
    agents: [{ name: Dora, description: Reads., model: m, tools: [web] }]
    stop: { maxTurns: 1 }
  short:
    description: One who is stopped soon.
    speakers: { policy: round-robin }
    agents: [{ name: Elsa, description: Talks., model: m }]
    limits: { turns: 1 }
  slow:
    description: One who takes long.
    speakers: { policy: round-robin }
    agents: [{ name: Finn, description: Thinks., model: m }]
    stop: { maxTurns: 1 }
`;

const REPLIES = `replies:
  Ana: ["Hello Ben.", "It is 42. DONE"]
  Ben: ["How are you?"]
  Cleo:
    - { toolCalls: [{ name: transfer_to_human, args: { question: "Which drink?", options: [tea, coffee] } }] }
    - "{{last}} it is."
    - "Again: {{last}}"
  Dora:
    - { toolCalls: [{ name: web_fetch, args: { url: "http://127.0.0.1/private" } }] }
    - "I was told: {{last}}"
  Elsa: ["One.", "Two."]
  Finn: [{ text: "Late.", delayMs: 600000 }]
`;

export const teamFolder = (): string => folderWith({ "parley.yml": TEAMS, "replies.yml": REPLIES });

/** The command, until its test ends it; the address that it prints. */
export async function serving(args: readonly string[], cwd: string, env: { readonly [name: string]: string } = {}) {
  const here = terminal({ cwd, env });
  const ended = main(args, here.io);
  const failed = ended.then((code) => Promise.reject(new Error(`ended with ${code}: ${here.err()}`)));
  await Promise.race([here.printed("Ctrl-C ends it."), failed]);
  failed.catch(() => undefined);
  const url = /https?:\/\/\S+?(?=[,.]?\s|\.$)/.exec(here.out())?.[0] ?? "";
  return {
    url,
    err: here.err,
    async close(): Promise<number> {
      here.interrupt();
      return ended;
    },
  };
}
