import { expect, test } from "vitest";
import { onPlan } from "../../../../src/engine/agents/leaders/plan-words.ts";

const YES = ["Approve", "approve.", "yes", "Yes!", "yes please", "I agree", "looks good to me", "go ahead", "Go ahead, please.", "ok 👍", "👍🏽", ":+1:", ":thumbsup::skin-tone-3:", "Ja, bitte", "Passt!", "oui, allez-y", "adelante", "yes :+1:", "Yes, thanks.", "I agree. Let’s go!", "Ja. Los!"]; // prettier-ignore
const NO = [
  "Revise",
  "Revise.",
  "please revise it",
  "No.",
  "not yet",
  "wait",
  "nein",
  "Bitte überarbeiten",
  "No, please",
  "Revise the plan, please.",
];
const MORE = ["yes, but fewer steps", "no, fewer steps", "use fewer steps", "not ok", "good, but slow", "start with the tests", "👍 but not step 2", "Yes. Please add a section on risks", "yes, and use Postgres", "I agree - make step 2 shorter", "ok\nfewer steps", "yes as long as step 3 is dropped", "Ja, solange Schritt 3 wegfällt", "ok?", "yes :thinking_face:", "ok 👎", "thanks", "", "…"]; // prettier-ignore

test.each(YES)("the plan is approved with %j", (words) => {
  expect(onPlan(words)).toBe("yes");
});

test.each(NO)("what is to be different is asked behind %j", (words) => {
  expect(onPlan(words)).toBe("no");
});

test.each(MORE)("it is planned anew with %j", (words) => {
  expect(onPlan(words)).toBeUndefined();
});
