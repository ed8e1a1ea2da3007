import { expect, test } from "vitest";
import { withoutStopWord } from "../../../src/engine/reading/answer.ts";

test("a stop word on the last line or after the last sentence is not shown; inside a sentence it is", () => {
  const strip = (text: string) => withoutStopWord(text, ["TERMINATE"]);
  expect(strip("The answer is 42.\n\nTERMINATE")).toBe("The answer is 42.");
  expect(strip("The answer is 42.\n**TERMINATE**.")).toBe("The answer is 42.");
  expect(strip("The answer is 42. TERMINATE\n")).toBe("The answer is 42.");
  expect(strip("TERMINATE")).toBe("");
  expect(strip("```\nx\n```\nTERMINATE")).toBe("```\nx\n```");
  expect(strip("Never say TERMINATE")).toBe("Never say TERMINATE");
  expect(strip("TERMINATE is the word.")).toBe("TERMINATE is the word.");
  expect(strip("UNTERMINATE")).toBe("UNTERMINATE");
  expect(strip(`${"*".repeat(50_000)} x`)).toHaveLength(50_002);
});
