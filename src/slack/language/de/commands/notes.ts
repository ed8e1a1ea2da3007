import type { Translated } from "../../messages.ts";

export const notes: Translated<"notes"> = {
  "title.notOpen": "Nicht für dich offen",
  "title.run": "Lauf",
  "title.answer": "Antwort",
  "title.raise": "Erhöhen",
  "title.finish": "Beenden",
  "title.resume": "Fortsetzen",
  "title.stop": "Stoppen",
  "title.schedules": "Zeitpläne",
  "text.runGone": "Diesen Lauf gibt es nicht mehr, oder er ist in einem Channel, in dem du nicht bist.",
  "text.answered": "Diese Frage wurde schon beantwortet. Um mehr zu sagen, antworte im Thread.",
  "text.over": "Dieser Lauf ist zu Ende.",
  "text.nobodyElse": "Niemand sonst aus diesem Team könnte hier als Nächstes sprechen.",
  "text.agentGone": "Im Team *{team}* heißt niemand mehr „{agent}“.",
  "text.transcriptThere": "Die Mitschrift ist schon in diesem Thread.",
  "text.transcriptFailed":
    "Die Mitschrift konnte nicht hochgeladen werden ({code}). `parley export` schreibt dasselbe auf dem Rechner, auf dem Parley läuft.",
  "text.sharedAlready": "Dieses Ergebnis wurde schon im Channel geteilt.",
  "text.shareFailed": "Das Ergebnis konnte nicht geteilt werden ({code}). Versuch es noch einmal.",
  "text.shareUnsure": "Ob das Ergebnis geteilt wurde, ist nicht bekannt ({code}), denn ich darf hier nicht lesen. Schau in den Channel.",
  "text.nothingToForget": "Von diesem Thread gibt es nichts mehr zu vergessen.",
  "text.forgotten":
    "Vergessen: Was in diesem Thread gesagt wurde, seine Dateien und was Agenten daraus notiert haben, ist aus Parley verschwunden, und was seine Abzweigungen mit ihm teilten. Kosten und Entscheidungen bleiben, ohne Worte. Die Nachrichten hier gehören Slack: Lösch sie in Slack.",
  "text.onlyOnce": "Nicht alles davon stand auf der Karte, darum kann es einmal erlaubt werden und nicht für den Lauf. Es wartet noch.",
  "text.tooLong":
    "Das ist zu lang für ein Formular von Slack. Lehn es ab und schreib dazu, was anders sein soll, oder schreib es hier in den Thread: Der Agent liest es und schreibt es neu.",
  "text.noJson":
    "Was du geschrieben hast, ist kein gültiges JSON, darum wurde nichts ausgeführt. Es wartet noch: Drück noch einmal auf `{button}`.",
  "text.expired": "Niemand hatte es rechtzeitig erlaubt; die Agenten haben ohne es weitergemacht.",
  "text.decidedAlready": "Das wurde schon entschieden.",
  "text.callOver": "Dieser Lauf ist zu Ende, oder der Beitrag wurde übersprungen: Es gibt nichts zu entscheiden.",
  "text.marks":
    "Was man nicht sieht oder was aussieht wie etwas anderes, steht mit seiner Nummer zwischen ⟦ und ⟧: Es gehört zu dem, was läuft.",
};
