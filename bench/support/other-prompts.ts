import { DEBATERS, ORDER, said, TASK, TURNS } from "./debate.ts";
import type { Prompt } from "../../test/support/paid.ts";

/**
 * The same debate as an OpenAI-Agents triage asks it (openai.github.io/openai-agents-js, guides on hand-offs; @openai/agents-core 0.4): an agent that
 * hands over to the speakers, each of whom hands back behind its words. A hand-over is a tool `transfer_to_NAME` whose description says who takes
 * over; the call and its result, `{"assistant":"NAME"}`, stand in the history that everybody is given next. Instructions are ours, of the length of Parley's.
 */
export function triagePrompts(): readonly Prompt[] {
  const tool = (name: string, description: string) =>
    JSON.stringify({
      type: "function",
      name: `transfer_to_${name}`,
      description: `Handoff to the ${name} agent to handle the request. ${description}`,
      parameters: { type: "object", properties: {}, required: [], additionalProperties: false },
      strict: true,
    });
  const toSpeakers = DEBATERS.map(({ name, description }) => tool(name, description)).join("\n");
  const back = tool("Triage", "Chooses who speaks next.");
  const triage =
    "You lead a debate. After each turn you hand over to the one who should speak next; you do not argue yourself. When all agree, you say the result.";
  const history = [`user: ${TASK}`];
  const handed = (name: string) =>
    history.push(`function_call: transfer_to_${name} {}`, `function_call_output: ${JSON.stringify({ assistant: name })}`);
  const prompts: Prompt[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const speaker = DEBATERS.find(({ name }) => name === ORDER[turn]) ?? DEBATERS[0];
    prompts.push({ by: "selector", model: "m", parts: [toSpeakers, `system: ${triage}`, ...history] });
    handed(speaker.name);
    const own = `system: You are ${speaker.name}. ${speaker.description} ${speaker.instructions} When you have spoken, hand back to Triage.`;
    prompts.push({ by: "agent", model: "m", parts: [back, own, ...history] });
    history.push(`assistant: ${said(turn)}`);
    handed("Triage");
  }
  return prompts;
}

/**
 * The same debate as AutoGen's SelectorGroupChat asks it (autogen-agentchat 0.7, its user guide on selector group chats): the selector's model reads one
 * message, which frames a role play, lists the roles with their descriptions, asks for a choice among the participants (without the last speaker,
 * as repeats are off), gives the whole history as `name: words`, and asks again. The words around are ours, of the length of the default's. Each
 * agent reads its own system message, and the others' words as messages of a user with a name.
 */
export function autogenPrompts(): readonly Prompt[] {
  const roles = DEBATERS.map(({ name, description }) => `${name}: ${description}`).join("\n");
  const history: { readonly from: string; readonly text: string }[] = [{ from: "user", text: TASK }];
  const prompts: Prompt[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const candidates = DEBATERS.map(({ name }) => name).filter((name) => turn === 0 || name !== ORDER[turn - 1]);
    const choose = `choose the next role, one of ${JSON.stringify(candidates)}, to go on. Answer with the role alone.`;
    const lines = history.map(({ from, text }) => `${from}: ${text}`).join("\n");
    const frame = `system: This is a role play. These are the roles:\n${roles}.\nRead the conversation below, then ${choose}\n\n${lines}\n\nYou have read the conversation above; now ${choose}\n`;
    prompts.push({ by: "selector", model: "fast", parts: [frame] });
    const speaker = DEBATERS.find(({ name }) => name === ORDER[turn]) ?? DEBATERS[0];
    const system = `system: You are ${speaker.name}. ${speaker.description} ${speaker.instructions}`;
    const heard = history.map(({ from, text }) => (from === speaker.name ? `assistant: ${text}` : `user ${from}: ${text}`));
    prompts.push({ by: "agent", model: "m", parts: [system, ...heard] });
    history.push({ from: speaker.name, text: said(turn) });
  }
  return prompts;
}
