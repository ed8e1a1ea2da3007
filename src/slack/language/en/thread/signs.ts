/** Who is at work, in the line under a thread; and that a question waits, to one person. */
export const signs = {
  "text.thinking": "is thinking…",
  "text.thinkingTurn": "is thinking… (turn {turn})",
  "text.writing": "is writing: {words}",
  "text.thinkingAs": "is thinking as {agent}…",
  "text.writingAs": "is writing as {agent}: {words}",
  "text.agentDoes": "{agent} {does}",

  "text.waitsForAnswer": "*{agent}* waits for an answer {where}:\n>{question}\n{until}",
  "text.inThread": "in its thread",
  "text.untilAnswered": "It waits until somebody answers.",
  "text.goesOn": "Without an answer it goes on {at}.",

  "text.beginWith": "Begin with",
  "text.askMe": "{team}: Ask me what I need, then work it out with me.",
} as const;
