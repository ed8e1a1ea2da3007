/**
 * How models mark their reasoning where a server leaves it in the text: the tags and special tokens of the chat templates of open models.
 * Kept in lower case; they are looked for in any case.
 */
export interface Family {
  readonly open: readonly string[];
  readonly close: readonly string[];
  /**
   * Where an opening mark counts. `anywhere`: special tokens, which nobody writes by hand. `balanced`: at the beginning of a line, or within one
   * when it is closed again. `start`: only before anything else was said, for words that people use as tags of their own.
   */
  readonly counts: "anywhere" | "balanced" | "start";
  /** Its closing mark may come alone: the template has put the opening one into the prompt. */
  readonly closesAlone: boolean;
}

const tag = (name: string) => ({ open: [`<${name}>`], close: [`</${name}>`] });

export const FAMILIES: readonly Family[] = [
  // DeepSeek R1, Qwen 3, QwQ, GLM, MiniMax, Nemotron, SmolLM and most others.
  { ...tag("think"), counts: "balanced", closesAlone: true },
  { ...tag("thinking"), counts: "balanced", closesAlone: true },
  // Gemini through its compatible door, EXAONE.
  { ...tag("thought"), counts: "start", closesAlone: false },
  { ...tag("reasoning"), counts: "start", closesAlone: false },
  { ...tag("antthinking"), counts: "start", closesAlone: false },
  // Seed-OSS.
  { ...tag("seed:think"), counts: "anywhere", closesAlone: true },
  // Magistral.
  { open: ["[think]"], close: ["[/think]"], counts: "anywhere", closesAlone: true },
  // Kimi-VL.
  { open: ["◁think▷"], close: ["◁/think▷"], counts: "anywhere", closesAlone: true },
  // Command A.
  { open: ["<|start_thinking|>"], close: ["<|end_thinking|>"], counts: "anywhere", closesAlone: true },
  // OpenThinker, Sky-T1.
  { open: ["<|begin_of_thought|>"], close: ["<|end_of_thought|>"], counts: "anywhere", closesAlone: true },
  // MedGemma.
  { open: ["<unused94>thought"], close: ["<unused95>"], counts: "anywhere", closesAlone: true },
  // Gemma 4.
  { open: ["<|channel>thought"], close: ["<channel|>"], counts: "anywhere", closesAlone: true },
  // gpt-oss: the channels of its harmony format.
  {
    open: ["<|channel|>analysis<|message|>", "<|channel|>commentary<|message|>"],
    close: ["<|end|>"],
    counts: "anywhere",
    closesAlone: false,
  },
  { open: [], close: ["<|channel|>final<|message|>"], counts: "anywhere", closesAlone: true },
];

/** Frames of an answer, left behind by the same templates; they say nothing. */
export const FRAMES: readonly string[] = [
  "<|start_response|>",
  "<|end_response|>",
  "<|begin_of_solution|>",
  "<|end_of_solution|>",
  "<|start|>assistant",
  "<|return|>",
];
