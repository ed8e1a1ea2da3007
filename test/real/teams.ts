import type { Door } from "./doors.ts";

/** The two teams that are played, with every model behind one door. */
export const TEAMS = ["coding", "research"] as const;
export type TeamName = (typeof TEAMS)[number];

/** Short: the model writes some ten words a second. */
const REPLY_TOKENS_MAX = 64;

/** Team file in YAML; JSON is YAML. */
export function teamFile(door: Door): string {
  const model = {
    ...door.settings,
    outputTokensMax: REPLY_TOKENS_MAX,
    ...(door.settings.provider === "anthropic" ? {} : { temperature: 0.7 }),
    attempts: 2,
    timeouts: { firstTokenSeconds: 180, betweenTokensSeconds: 60, callSeconds: 300 },
  };
  const agent = (name: string, description: string, instructions: string, more: object = {}) => ({
    name,
    description,
    instructions,
    model: "small",
    ...more,
  });
  return JSON.stringify({
    models: { small: model },
    teams: {
      coding: {
        description: "Writes code and runs it.",
        speakers: { policy: "round-robin" },
        agents: [
          agent("Coder", "Writes Python.", "Answer with one short Python program in a fenced block that prints the result. When the printed result is right, say TERMINATE."), // prettier-ignore
          { name: "Runner", kind: "code-runner", runs: ["Coder"], description: "Runs the code." },
        ],
        stop: { any: [{ textMention: { text: "TERMINATE", agents: ["Coder"] } }, { maxMessages: 12 }] },
        limits: { turns: 12, minutes: 5, tokens: 100_000 },
      },
      research: {
        description: "Answers a question.",
        speakers: { policy: "selector", model: "small" },
        agents: [
          agent("Researcher", "Gives the facts. Call on it first.", "Say one fact in one sentence, and note it with your tool.", { memory: true }), // prettier-ignore
          agent("Writer", "Writes the answer from the facts.", "Write the answer in one or two sentences. When the Critic has no more to say, end with TERMINATE."), // prettier-ignore
          agent("Critic", "Judges what the Writer has written.", "Say in one sentence what is missing or wrong.", { handoffs: ["Writer"] }),
        ],
        stop: { any: [{ textMention: { text: "TERMINATE", agents: ["Writer"] } }, { maxMessages: 9 }] },
        limits: { turns: 10, minutes: 5, tokens: 100_000 },
      },
    },
  });
}

const TASKS: { readonly [team in TeamName]: readonly string[] } = {
  coding: [
    "Print the sum of the numbers from 1 to 10.",
    "Print the word hello three times.",
    "Print the first five square numbers.",
    "Print how many letters the word banana has.",
  ],
  research: [
    "Why is the sky blue?",
    "What is a volcano?",
    "Why do leaves fall in autumn?",
    "What is the capital of France, and on which river does it lie?",
  ],
};

export const taskOf = (team: TeamName, nth: number): string => TASKS[team][nth % TASKS[team].length] ?? "";
