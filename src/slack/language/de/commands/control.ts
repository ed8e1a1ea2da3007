import type { Translated } from "../../messages.ts";

export const control: Translated<"control"> = {
  "text.nothingToStop": "In diesem Thread spricht kein Agent; es gibt nichts zu stoppen.",
  "text.noneTalked": "In diesem Thread haben noch keine Agenten gesprochen.",
  "text.noneTalking": "In diesem Thread spricht kein Agent.",
  "text.notNow.pause": "Der Lauf ist schon angehalten. `resume` lässt ihn weitergehen.",
  "text.notNow.resume": "Der Lauf ist nicht angehalten.",
  "text.notNow.skip": "Gerade hat niemand das Wort: es gibt keinen Beitrag zu überspringen.",
  "text.otherRun":
    "Dieser Button gehört zu einem Lauf, der zu Ende ist. Um den zu stoppen, der jetzt läuft, schreibe `stop` in seinen Thread.",
  "text.goesOn": "Der Lauf geht weiter.",
  "text.goesOnAlready": "Der Lauf geht schon weiter.",
  "text.heldAbove":
    "Der Lauf wartet an einer Grenze. Deine Worte sind aufgehoben und werden gelesen, sobald jemand die Grenze oben erhöht.",
  "text.heldAboveOrHere":
    "Der Lauf wartet an einer Grenze. Deine Worte sind aufgehoben und werden gelesen, sobald die Grenze oben oder hier erhöht wird.",
  "text.heldHere": "Der Lauf wartet an einer Grenze. Deine Worte sind aufgehoben und werden gelesen, sobald die Grenze erhöht wird.",
  "text.heldPaused": "Der Lauf wurde von {person} angehalten. Deine Worte sind aufgehoben und werden gelesen, sobald er weitergeht.",

  "text.goOnTeam":
    "*Damit weitermachen?* {team} ist hier fertig und hat deine Nachricht nicht gelesen. Wenn du später weitermachen willst, erwähne mich.",
  "text.goOnAgents":
    "*Damit weitermachen?* Die Agenten sind hier fertig und haben deine Nachricht nicht gelesen. Wenn du später weitermachen willst, erwähne mich.",
  "button.continue": "Damit weitermachen",
  "button.no": "Nein",
  "text.meanTeam": "Meinst du das Team *{near}*? Nichts beginnt, bis du es sagst; du kannst auch deine Nachricht ändern.",
  "text.noTeamMean":
    "Es gibt kein Team *{said}*. Meinst du *{near}*? Nichts beginnt, bis du es sagst; du kannst auch deine Nachricht ändern.",
  "button.noAsAlways": "Nein, {team} wie immer",
  "text.answersOne":
    "Deine Worte beantworten, was *{agent}* gefragt hat. {count, plural, one {Noch eine Frage wartet} other {Noch # Fragen warten}} auf eine Antwort.",
  "text.linkUnread":
    "Eine Nachricht, die du verlinkt hast, konnte nicht gelesen werden: du und ich müssen beide in ihrem Channel sein. Füge ihren Text hier ein, wenn er wichtig ist.",
  "text.noWords": "In dieser Nachricht stehen keine Worte, über die zu sprechen wäre.",

  "text.isHeard": "Sie wird gehört.",
  "text.isAsked": "*{team}* wird gefragt.",
  "text.nothingBegun": "Nichts wurde begonnen.",
  "text.reading": "Slack lässt mich deine Nachricht in {count, plural, one {# Sekunde} other {# Sekunden}} lesen; einen Moment.",
  "text.busy":
    "Slack lässt mich noch {count, plural, one {# Sekunde} other {# Sekunden}} nichts mehr lesen, also wurde noch nichts begonnen. Drücke dann noch einmal, oder erwähne mich mit deinen Worten.",
  "text.failed": "Slack hat nicht geantwortet, also wurde noch nichts begonnen. Drücke noch einmal, oder erwähne mich mit deinen Worten.",
  "text.gone": "Deine Nachricht gibt es nicht mehr, also wurde nichts begonnen.",
  "text.unread": "Ich konnte deine Nachricht nicht noch einmal lesen, also wurde nichts begonnen. Erwähne mich mit deinen Worten.",

  "text.atWork": "In diesem Thread arbeitet schon ein Team; was du hier schreibst, erreicht es.",
  "text.thanks": "Danke, notiert.",
  "text.thanksMore": "Danke, notiert. Mit `{button}` kannst du sagen, was gefehlt hat.",
  "text.overBefore": "Der Lauf war zu Ende, bevor deine Worte kamen. Erwähne mich in seinem Thread, um weiterzumachen.",
  "text.ofOverRun": "Dieser Button gehört zu einem Lauf, der zu Ende ist.",
  "text.overBeginAnother": "Dieser Lauf ist zu Ende. Erwähne mich hier, um einen neuen zu beginnen.",

  "text.unreadAtEnd": "Der Lauf endete, bevor jemand deine Worte las: {words}",
  "text.unreadAtEndQuoted": "Der Lauf endete, bevor jemand deine Worte las:\n>{words}",
  "button.leave": "So lassen",
};
