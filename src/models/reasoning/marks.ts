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
  /**
   * Its closing mark may come alone: the template has put the opening one into the prompt. Of a family that counts at the `start`: only at the
   * beginning of a line, where the opening one stands nowhere before it.
   */
  readonly closesAlone: boolean;
}

const tag = (name: string) => ({ open: [`<${name}>`], close: [`</${name}>`] });

const FINAL = [
  "<|channel|>final<|message|>",
  "<|channel|>final <|constrain|>json<|message|>",
  "<|channel|>final<|constrain|>json<|message|>",
  "<|channel|>final json<|message|>",
];

export const FAMILIES: readonly Family[] = [
  // DeepSeek R1, Qwen 3, QwQ, GLM, MiniMax, Nemotron, SmolLM and most others.
  { ...tag("think"), counts: "balanced", closesAlone: true },
  { ...tag("thinking"), counts: "balanced", closesAlone: true },
  // Gemini through its compatible door; EXAONE, whose template opens it in the prompt.
  { ...tag("thought"), counts: "start", closesAlone: true },
  { ...tag("reasoning"), counts: "start", closesAlone: true },
  { ...tag("antthinking"), counts: "start", closesAlone: false },
  // What instructions of agents and tuned models ask for.
  ...[
    "thoughts",
    "reflection",
    "scratchpad",
    "inner_monologue",
    "inner_thoughts",
    "internal_monologue",
    "internal_thoughts",
    "internal_reasoning",
    "thought_process",
  ].map((name) => ({ ...tag(name), counts: "start", closesAlone: false }) as const),
  // Seed-OSS.
  { ...tag("seed:think"), counts: "anywhere", closesAlone: true },
  // LongCat, MiniMax.
  { ...tag("longcat_think"), counts: "anywhere", closesAlone: true },
  { ...tag("mm:think"), counts: "anywhere", closesAlone: true },
  // Apertus.
  { open: ["<|inner_prefix|>"], close: ["<|inner_suffix|>"], counts: "anywhere", closesAlone: true },
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
  // Solar.
  { open: ["<|think|>"], close: ["<|end|>"], counts: "anywhere", closesAlone: false },
  // Apriel, which begins to think in plain words.
  { open: [], close: ["[begin final response]"], counts: "anywhere", closesAlone: true },
  // gpt-oss: the channels of its harmony format. The final one may begin where the one before was never ended.
  {
    open: ["<|channel|>analysis<|message|>", "<|channel|>commentary<|message|>"],
    close: ["<|end|>", ...FINAL],
    counts: "anywhere",
    closesAlone: false,
  },
  { open: [], close: FINAL, counts: "anywhere", closesAlone: true },
];

/** Frames of an answer, left behind by the same templates; they say nothing. */
export const FRAMES: readonly string[] = [
  "<|start_response|>",
  "<|end_response|>",
  "<|begin_of_solution|>",
  "<|end_of_solution|>",
  "<|start|>assistant",
  "<|return|>",
  "<|im_start|>assistant",
  "<|begin_of_text|>",
  "<|assistant|>",
  "<|start_header_id|>assistant<|end_header_id|>",
  "<|begin|>assistant",
  "<|content|>",
  "[end final response]",
];

/** GLM's frames of an answer, wherever it stands among words. */
export const BOXES: readonly string[] = ["<|begin_of_box|>", "<|end_of_box|>"];

/** Tags around a whole answer, which templates put behind the reasoning (Granite, Hunyuan, ERNIE and others): right behind it they are frames, too. */
export const SHELLS: readonly string[] = ["answer", "response", "output", "final_answer"];
