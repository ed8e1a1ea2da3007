import type { Translated } from "../../messages.ts";

export const signs: Translated<"signs"> = {
  "text.thinking": "denkt nach…",
  "text.thinkingTurn": "denkt nach… (Beitrag {turn})",
  "text.writing": "schreibt: {words}",
  "text.thinkingAs": "denkt als {agent} nach…",
  "text.writingAs": "schreibt als {agent}: {words}",
  "text.agentDoes": "{agent} {does}",

  "text.waitsForAnswer": "*{agent}* wartet {where} auf eine Antwort:\n>{question}\n{until}",
  "text.inThread": "im Thread",
  "text.untilAnswered": "Der Lauf wartet, bis jemand antwortet.",
  "text.goesOn": "Ohne Antwort geht der Lauf am {at} weiter.",

  "text.beginWith": "Zum Anfang",
  "text.askMe": "{team}: Frag mich, was ich brauche, und erarbeite es dann mit mir.",
};
