import type { Translated } from "../../messages.ts";

export const signs: Translated<"signs"> = {
  "text.thinking": "réfléchit…",
  "text.thinkingTurn": "réfléchit… (tour {turn})",
  "text.writing": "écrit : {words}",
  "text.thinkingAs": "réfléchit en tant que {agent}…",
  "text.writingAs": "écrit en tant que {agent} : {words}",
  "text.agentDoes": "{agent} {does}",

  "text.waitsForAnswer": "*{agent}* attend une réponse {where} :\n>{question}\n{until}",
  "text.inThread": "dans son fil",
  "text.untilAnswered": "L’exécution attend que quelqu’un réponde.",
  "text.goesOn": "Sans réponse, l’exécution continue le {at}.",

  "text.beginWith": "Pour commencer",
  "text.askMe": "{team} : Demandez-moi ce qu’il me faut, puis travaillons-y ensemble.",
};
