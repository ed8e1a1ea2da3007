import type { Translated } from "../../messages.ts";

export const runForms: Translated<"runForms"> = {
  "title.newRun": "Neuer Lauf",
  "label.task": "Aufgabe",
  "hint.member": "Ich muss Mitglied sein: /invite @parley",
  "text.atMost": "höchstens {turns}, {minutes}, {money}",

  "title.controls": "Parley-Lauf",
  "text.atWork": "*{team}* arbeitet: {turns}, {duration}, gestartet von {person}.\nZum Steuern antworte im Thread.",
  "text.somebody": "jemandem",
  "text.noRun": "In diesem Thread sprechen keine Agenten. Um einen Lauf zu starten, erwähne mich hier mit einer Aufgabe.",
  "button.forget": "Diesen Thread vergessen…",
  "sure.forget": "Diesen Thread vergessen?",
  "meaning.forget":
    "Was darin gesagt wurde, Dateien und Notizen der Agenten daraus verlassen Parley endgültig; ein laufender Lauf wird gestoppt, ebenso Abzweigungen, die das Gemeinsame verlieren. Kosten und Entscheidungen bleiben, ohne Worte. Nachrichten in Slack bleiben: lösche sie dort.",
  "yes.forget": "Vergessen",

  "title.steer": "Den Lauf steuern",
  "submit.send": "Senden",
  "label.to": "An",
  "option.next": "Wer als Nächstes spricht",
  "label.steer": "Was sollen sie wissen oder tun?",
  "title.continue": "Weitermachen",
  "submit.continue": "Weiter",
  "text.continue": "Das Team macht in diesem Thread weiter und hat alles darin gelesen.",
  "label.continue": "Was als Nächstes?",
  "title.otherTeam": "Ein anderes Team",
  "title.answer": "Antworten",
  "text.asks": "*{agent} fragt:*\n{question}",
  "submit.answer": "Antworten",
  "label.answer": "Deine Antwort",

  "title.forkSpeaker": "Anders fortfahren",
  "title.forkTeam": "Ab hier",
  "submit.fork": "Abzweigen",
  "text.shared": "Es beginnt ein eigener Thread, der alle Beiträge bis zu diesem teilt. Dieser Thread bleibt, wie er ist.",
  "text.spokeNext":
    "Hier sprach als Nächstes *{agent}*. Es beginnt ein eigener Thread, der alle Beiträge bis zu diesem teilt. Dieser Thread bleibt, wie er ist.",
  "label.nextSpeaker": "Wer als Nächstes spricht",

  "title.edit": "Ändern und ausführen",
  "submit.edit": "Einmal ausführen",
  "text.wantsToRun": "Was *{agent}* ausführen will. Die Agenten erfahren, was du änderst.",
  "text.wantsToCall": "Womit *{agent}* `{tool}` aufrufen will, als JSON. Die Agenten erfahren, was du änderst.",
  "text.takenOut": "Was du wegnimmst, fehlt auch in dem, was läuft.",
  "label.code": "Code",
  "label.arguments": "Argumente",
  "title.deny": "Ablehnen",
  "submit.deny": "Ablehnen",
  "text.readsReason": "*{agent}* liest deine Begründung und macht ohne weiter.",
  "label.whyNot": "Warum nicht?",
};
