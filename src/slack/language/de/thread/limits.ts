import type { Translated } from "../../messages.ts";

export const limits: Translated<"limits"> = {
  "text.minutes": "{count, plural, one {# Minute} other {# Minuten}}",
  "text.today": "{money} heute",
  "sure.raise": "Die Grenze erhöhen?",
  "meaning.raise": "Der Lauf geht weiter und darf bis zu {limits} brauchen.",
  "yes.raise": "Erhöhen",
  "yes.notNow": "Nicht jetzt",

  "text.atMessages": "{limit} Nachrichten erreicht",
  "text.atTurns": "{count, plural, one {# Beitrag} other {# Beiträge}} erreicht",
  "text.saidWords": "{agent} sagte „{words}“",
  "text.usedTokens": "{total} Tokens verbraucht, die Grenze ist {limit}",
  "text.spentMoney": "{spent} ausgegeben, die Grenze ist {limit}",
  "text.tookMinutes": "{count, plural, one {# Minute} other {# Minuten}} gebraucht, die Grenze ist {limit}",
  "text.spentToday": "{spent} heute ausgegeben, das Budget für {owner} ist {limit} am Tag",
  "text.handedOver": "{agent} übergab an {to}",
  "text.decidedFinished": "{agent} entschied, dass es fertig ist",
  "text.hasSpoken": "{agent} hat gesprochen",
  "text.askedForEnd": "{agent} bat um das Ende",
  "text.wasCalled": "{tool} wurde aufgerufen",
  "text.stoppedBy": "gestoppt von {person}",
  "text.couldNotAnswer": "{agent} konnte nicht antworten: {why}",
  "text.nextCall": "der nächste Aufruf könnte die Grenze überschreiten: {what}",
  "text.budgetGone": "von einem Tagesbudget ist nichts mehr für den nächsten Aufruf übrig",
  "text.nobodyLeft": "niemand ist mehr dran",

  "text.ofWorkspace": "den Workspace",
  "text.ofPerson": "die Person, die gefragt hat",
  "text.ofChannel": "diesen Channel",

  "text.mostBudget": "das Budget für {owner} auf {most} am Tag",
  "text.mostMoney": "das Geld auf {most}",
  "text.mostTurns": "die Beiträge auf {most}",
  "text.mostMinutes": "die Minuten auf {most}",
  "text.mostTokens": "die Tokens auf {most}",
  "text.atCeiling": "Weiter kann das hier niemand erhöhen: {most}, höchstens (`ceilings.raised` in der Teamdatei).",

  "text.nearMoney": "{used} von {limit} verbraucht",
  "text.nearBudget": "{used} von {limit} verbraucht, dem Tagesbudget für {owner}",
  "text.nearTurns": "{used} von {limit} Beiträgen verbraucht",
  "text.nearMinutes": "{used} von {limit} Minuten verbraucht",
  "text.nearTokens": "{used} von {limit} Tokens verbraucht",

  "text.ownBudget":
    "Heute für Läufe ausgegeben, die du gestartet hast: *{spent}*. Ein Tag endet um 00:00 UTC; `/parley budget` in einem Channel zeigt dessen Budget.",
  "text.noLimit": "{spent}, ohne Grenze",
  "text.unknownOfLimit": "kein Preis ist bekannt, höchstens {limit}",
  "text.ofLimit": "{spent} von {limit} ({percent})",
};
