import type { Translated } from "../../messages.ts";

export const lines: Translated<"lines"> = {
  "text.toNext": "{person} an den Agenten, der als Nächstes spricht:",
  "text.toAgent": "{person} an *{agent}*:",
  "text.answers": "{person} antwortet:",
  "text.goesOn": "{person} macht weiter:",
  "text.asksTeam": "{person} fragt das Team *{team}*:",
  "text.shared": "*{agent}* antwortet, geteilt von {person}",

  "text.forkRoot": "{person} geht ab Beitrag {turn} {thread} einen anderen Weg: {how}.",
  "text.forkRefused": "{person}, das beginnt nicht. {why}",
  "text.ofThread": "eines Threads",
  "text.forkNews": "{person} geht ab Beitrag {turn} einen anderen Weg: {how}, in {thread}.",
  "text.ownThread": "einem eigenen Thread",
  "text.otherTeam": "das Team *{team}* macht weiter",
  "text.otherSpeaker": "*{agent}* spricht als Nächstes",
  "text.otherWords": "{count, plural, one {ein Beitrag davon lautet} other {# Beiträge davon lauten}} anders",
  "text.otherInstructions": "seine Agenten haben andere Anweisungen",
  "text.sameTeam": "dasselbe Team macht weiter",

  "text.turnUnposted": "Ein Beitrag von {agent} konnte hier nicht gepostet werden ({code}). Er steht in Parleys Protokoll.",
  "text.unposted": "Eine Nachricht konnte hier nicht gepostet werden ({code}). Sie steht in Parleys Protokoll.",
  "text.notUploaded": "{file} konnte nicht hochgeladen werden: {why}. Die Datei liegt in Parleys Protokoll.",
  "text.whyNot.missing_scope": "der App fehlt die Berechtigung files:write; gib sie ihr und installiere die App neu",
  "text.whyNot.unknown_method": "dieser Server nimmt keine Dateien an",
  "text.whyNot.content_gone": "der Inhalt ist nicht mehr da",
  "text.whyNot.empty": "die Datei ist leer",
};
