import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAMILIES } from "../../../src/models/reasoning/marks.ts";
import { newSplitter } from "../../../src/models/reasoning/split.ts";
import { growthOverEight, LINEAR_GROWTH_MAX } from "../../support/growth.ts";

/** What the model wrote, and what of it was said. */
const CASES: { readonly [name: string]: readonly [written: string, said: string] } = {
  "DeepSeek R1": ["<think>\nHm. {not json}\n</think>\n\nBlue.", "Blue."],
  "nothing thought": ["<think>\n\n</think>\n\nBlue.", "Blue."],
  "thinking": ["<thinking>Hm.</thinking>Blue.", "Blue."],
  "thought, through Gemini's door": ["<thought>Hm.</thought>Blue.", "Blue."],
  "reasoning": ["<reasoning>Hm.</reasoning>\nBlue.", "Blue."],
  "in capitals": ["<THINK>Hm.</Think>Blue.", "Blue."],
  "Magistral": ["[THINK]Hm.[/THINK]Blue.", "Blue."],
  "Kimi-VL": ["◁think▷Hm.◁/think▷Blue.", "Blue."],
  "Seed-OSS": ["<seed:think>Hm.</seed:think>Blue.", "Blue."],
  "Command A": ["<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Blue.<|END_RESPONSE|>", "Blue."],
  "OpenThinker": ["<|begin_of_thought|>Hm.<|end_of_thought|><|begin_of_solution|>Blue.<|end_of_solution|>", "Blue."],
  "gpt-oss": ["<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Blue.<|return|>", "Blue."],
  "gpt-oss, its beginning missing": ["Hm.<|end|><|start|>assistant<|channel|>final<|message|>Blue.", "Blue."],
  "Gemma 4": ["<|channel>thought\nHm.\n<channel|>Blue.", "Blue."],
  "MedGemma": ["<unused94>thought\nHm.<unused95>Blue.", "Blue."],
  "blanks in front": ["\n  <think>Hm.</think>\n\nBlue.", "Blue."],
  "the opening mark missing": ["Hm, TERMINATE?\n</think>\n\nBlue.", "Blue."],
  "the opening mark missing, on one line": ["Hm.</think>Blue.", "Blue."],
  "the opening mark missing, code in the thoughts": ["Try ```python\nprint(1)\n```\nor not.\n</think>\nBlue.", "Blue."],
  "the opening mark missing, a block left open": ["Try\n```python\nprint(1)\n</think>\nBlue.", "Blue."],
  "the opening mark missing, and no answer": ["I should look it up.\n</think>\n\n", ""],
  "never closed": ["<think>Hm. Blue?", ""],
  "never closed, behind an answer": ["Blue.\n<think>Or green?", "Blue.\n"],
  "twice": ["<think>Hm.</think>Blue. <think>Or not?</think>And green.", "Blue. And green."],
  "at the beginning of a line": ["Blue.\n<think>Hm.</think>\nGreen.", "Blue.\n\nGreen."],
  "one in the other": ["<think>a <think>b</think> c</think>Blue.", "Blue."],
  "it spoke of the mark while it thought": ["<think>Shall I use <think> again?</think>Blue.", "Blue."],
  "closed twice": ["<think>Hm.</think></think>Blue.", "Blue."],
  "another family's mark in it": ["<think>[THINK] </thinking> is no end</think>Blue.", "Blue."],
  "marks in code": ["Write `<think>` and `</think>`.", "Write `<think>` and `</think>`."],
  "marks in a block of code": ["See:\n```xml\n<think>x</think>\n```\nDone.", "See:\n```xml\n<think>x</think>\n```\nDone."],
  "marks in quotation marks": ['It ends with "</think>", you see.', 'It ends with "</think>", you see.'],
  "a mark that is spoken of": ["The <think> tag opens it.", "The <think> tag opens it."],
  "marks in JSON": ['{"reason":"it wrote <think>x</think>"}', '{"reason":"it wrote <think>x</think>"}'],
  "tags of one's own": ["Wrap it in <reasoning>x</reasoning> then.", "Wrap it in <reasoning>x</reasoning> then."],
  "no mark at all": ["a < b && c > d [see 1]", "a < b && c > d [see 1]"],
  "half a mark at the end": ["a <thin", "a <thin"],
  "an attribute": ['<think type="deep">Hm.</think>Blue.', "Blue."],
  "blanks in the marks": ["<think >Hm.</ think >Blue.", "Blue."],
  "a mark that closes itself": ["<think/>\nBlue.", "Blue."],
  "a mark that closes itself, with a blank": ["<think />\n\nBlue.", "Blue."],
  "one that closes itself, within a line": ["Write <think/> here.", "Write <think/> here."],
  "LongCat": ["<longcat_think>Hm.</longcat_think>Blue.", "Blue."],
  "MiniMax": ["<mm:think>Hm.</mm:think>Blue.", "Blue."],
  "Apertus": ["<|inner_prefix|>Hm.<|inner_suffix|>Blue.", "Blue."],
  "thoughts": ["<thoughts>Hm.</thoughts>Blue.", "Blue."],
  "a scratchpad": ["<scratchpad>Hm.</scratchpad>\nBlue.", "Blue."],
  "a reflection behind thoughts": ["<thinking>Hm.</thinking>\n<reflection>Or?</reflection>\nBlue.", "Blue."],
  "an inner monologue": ["<inner_monologue>Hm.</inner_monologue>\nBlue.", "Blue."],
  "EXAONE, its beginning missing": ["Hm.\n</thought>\n\nBlue.", "Blue."],
  "the end of a tag that was opened in the text": ["See\n<thought>\nx\n</thought>\nGreen.", "See\n<thought>\nx\n</thought>\nGreen."],
  "Hunyuan: a tag around the answer": ["<think>\nHm.\n</think>\n<answer>\nBlue.</answer>", "Blue."],
  "Granite: a tag around the answer": ["<think>Hm.</think><response>Blue.</response>", "Blue."],
  "a tag of one's own around an answer": ["<answer>Blue.</answer>", "<answer>Blue.</answer>"],
  "a tag of one's own within an answer": ["<think>Hm.</think>Blue, <output>x</output>.", "Blue, <output>x</output>."],
  "gpt-oss, the analysis never ended": ["<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>Blue.", "Blue."],
  "gpt-oss, JSON asked for": ['<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{"a":1}', '{"a":1}'],
  "the template's own beginning": ["<|im_start|>assistant\n<think>Hm.</think>Blue.", "Blue."],
  "Solar": ["<|think|>Hm.<|end|><|begin|>assistant<|content|>Blue.", "Blue."],
  "Apriel": ["Here are my reasoning steps:\nHm.\n[BEGIN FINAL RESPONSE]\nBlue.\n[END FINAL RESPONSE]", "Blue.\n"],
  "GLM: a box within the answer": ["It is <|begin_of_box|>blue<|end_of_box|>.", "It is blue."],
  "GLM's box in code": ["Write `<|begin_of_box|>`.", "Write `<|begin_of_box|>`."],
  "frames in code": ["<think>Hm.</think>Write `<|im_start|>assistant` or:\n```\n<|assistant|>\n```", "Write `<|im_start|>assistant` or:\n```\n<|assistant|>\n```"],
  "a frame, nothing thought": ["<|START_RESPONSE|>Blue.<|END_RESPONSE|>", "Blue."],
  "Llama's header": ["<|start_header_id|>assistant<|end_header_id|>\n\nBlue.", "\n\nBlue."],
  "closed with another tag": ["<thinking>Hm.</think>\nBlue.", "Blue."],
  "closed with another tag, the other way": ["<think>Hm.</thinking>\nBlue.", "Blue."],
  "closed with another tag, behind letters that grow in lower case": ["<think>İİİ</thinking>\nBlue, 1 > 0.", "Blue, 1 > 0."],
  "thought_process": ["<thought_process>Hm.</thought_process>\nBlue.", "Blue."],
  "JSON behind thoughts": ['<think>{"next":"Maya"}</think>\n{"next":"Noor"}', '{"next":"Noor"}'],
}; // prettier-ignore

function splitWhole(text: string): { readonly answer: string; readonly reasoning: string } {
  const splitter = newSplitter();
  splitter.push(text);
  splitter.end();
  return { answer: splitter.answer(), reasoning: splitter.reasoning() };
}

describe("reasoning that a server leaves in the text", () => {
  test.each(Object.entries(CASES))("%s", (_, [written, said]) => {
    expect(splitWhole(written).answer).toBe(said);
  });

  test("the same, one character after the other", () => {
    for (const [name, [written, said]] of Object.entries(CASES)) {
      const splitter = newSplitter();
      for (const char of written) splitter.push(char);
      splitter.end();
      expect([name, splitter.answer()]).toEqual([name, said]);
    }
  });
});

const cut = (text: string, cuts: readonly number[]): string[] => {
  const places = [0, ...cuts.map((at) => at % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
};

const plain = fc.stringMatching(/^[a-z .,\n]{0,40}$/);
const cuts = fc.array(fc.nat({ max: 500 }), { maxLength: 30 });

test("wherever it is cut, any text of words, marks and code gives the same answer", () => {
  const marks = FAMILIES.flatMap(({ open, close }) => [...open, ...close]);
  const piece = fc.oneof(
    fc.constantFrom(
      ...marks,
      "`",
      "```",
      "\n",
      '"',
      "{",
      "~~~",
      "<",
      "</",
      "<think a='b'>",
      "<think />",
      "</ think >",
      "<think ",
      "<answer>",
      "</answer>",
      "<|start|>assistant",
    ),
    plain,
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), cuts, (pieces, places) => {
      const text = pieces.join("");
      const whole = splitWhole(text);
      const splitter = newSplitter();
      const shown = [...cut(text, places).flatMap((part) => splitter.push(part)), ...splitter.end()];
      expect([splitter.answer(), splitter.reasoning()]).toEqual([whole.answer, whole.reasoning]);
      expect(shown.every(({ text: part }) => part !== "")).toBe(true);
    }),
  );
});

test("whatever is thought within marks, however deep and wherever it is cut, is not said, and what is shown as words is the answer", () => {
  const family = fc.constantFrom(...FAMILIES.filter(({ open }) => open.length > 0));
  fc.assert(
    fc.property(family, fc.array(plain, { minLength: 1, maxLength: 5 }), plain, cuts, ({ open, close }, thoughts, said, places) => {
      const nested = thoughts.reduce((inner, thought) => `${open[0]}${thought}STOP${inner}STOP${close[0]}`, "");
      const answer = said.trim();
      const splitter = newSplitter();
      const shown = [...cut(`${nested}\n${answer}`, places).flatMap((part) => splitter.push(part)), ...splitter.end()];
      expect(splitter.answer()).toBe(answer);
      expect(shown.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("")).toBe(answer);
      expect(splitter.reasoning().split("STOP").length).toBe(2 * thoughts.length + 1);
    }),
  );
});

test("text without any mark comes out as it went in, at once but for what may begin a mark", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), cuts, (text, places) => {
      fc.pre(!/<\/?|\[|◁/.test(text));
      const splitter = newSplitter();
      const shown = [...cut(text, places).flatMap((part) => splitter.push(part)), ...splitter.end()];
      expect(splitter.answer()).toBe(text);
      expect(shown.map((part) => part.text).join("")).toBe(text);
    }),
  );
});

test("a model that is known to begin without a mark is shown as thinking until it closes one", () => {
  const splitter = newSplitter({ opensUnmarked: true });
  const shown = [...splitter.push("Hm, hm."), ...splitter.push("</think>\n\nBlue."), ...splitter.end()];
  expect(shown).toEqual([
    { type: "reasoning", text: "Hm, hm." },
    { type: "text", text: "Blue." },
  ]);
  expect([splitter.answer(), splitter.reasoning(), splitter.closedAlone]).toEqual(["Blue.", "Hm, hm.", true]);
});

test("a long row of marks that never ends costs no more than it is long", () => {
  const split = (text: string) => {
    const splitter = newSplitter();
    for (const piece of text.match(/`|<thin|\n/g) ?? []) splitter.push(piece);
    splitter.end();
    return splitter.answer();
  };
  const marks = (chars: number) => "`<thin\n".repeat(chars / 8) + "`".repeat(chars / 8);
  expect(split(marks(8_000))).toBe(marks(8_000));
  expect(growthOverEight(split, marks)).toBeLessThan(LINEAR_GROWTH_MAX);
});
