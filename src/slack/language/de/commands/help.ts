import type { Translated } from "../../messages.ts";

export const help: Translated<"help"> = {
  "text.mention": "*Erwähne mich mit einer Aufgabe*, und ein Team von Agenten erarbeitet sie im Thread: `@parley compare these two plans`",
  "text.otherTeam": "Für ein anderes Team stelle seinen Namen und einen Doppelpunkt voran: {bot} `{team}: …` (oder `team:{team} …`)",
  "text.whileTheyTalk":
    "*Während sie sprechen*, antworte einfach im Thread, ohne Erwähnung: deine Worte erreichen, wer als Nächstes spricht, oder beantworten die Frage, die gestellt wurde. Beginne mit dem Namen eines Agenten (`critic: …`), und er spricht als Nächster.",
  "text.alone": "*Allein auf einer Zeile*, mit oder ohne Bitte, und auch in einigen anderen Sprachen:",
  "text.below":
    "Was unter einer ersten Zeile `pause`, `resume` oder `skip` steht, ist für die Agenten; ein längerer Satz (_hör auf zu raten und frag_) auch.",
  "text.direct": "In einer Direktnachricht an mich ist jede Nachricht eine Aufgabe.",
  "text.link":
    "Setze einen Link zu einer Nachricht in deine Aufgabe, und ich lese sie, wo wir beide es dürfen. `/parley help` hat den Rest.",
  "text.commands":
    "*/parley*, außerhalb von Threads (dort hat Slack keine Befehle; nimm die Wörter, die Buttons oder _Parley run controls_ im Menü einer Nachricht)",
  "text.teams": "*Teams*",
  "text.more": "… und {count} weitere",
  "text.noTeam": "Es gibt kein Team „{team}“ mehr; wähle ein anderes.",
  "text.unknown": "Ich kenne `/parley {typed}` nicht.",

  "text.word.stop": "beendet den Lauf sofort",
  "text.word.pause": "lässt begonnene Beiträge enden und beginnt keinen weiteren",
  "text.word.resume": "lässt einen angehaltenen Lauf weitergehen; in einem solchen tun das auch `continue`, `go on` und `weiter`",
  "text.word.skip": "bricht den Beitrag ab, der gerade läuft",
  "text.word.summary": "sagt dir allein, wie es steht; ein Modell des Teams fasst zusammen",
  "text.word.help": "sagt dir allein, was ich verstehe",

  "text.slash.new": "startet hier einen Lauf; ohne Aufgabe wird danach gefragt",
  "text.slash.status": "die laufenden Läufe dieses Channels, mit Buttons; `mine`: deine, überall",
  "text.slash.pause": "hält hier einen Lauf an; gibt es mehrere, wählst du",
  "text.slash.resume": "lässt hier einen angehaltenen Lauf weitergehen; gibt es mehrere, wählst du",
  "text.slash.stop": "beendet hier einen Lauf sofort; gibt es mehrere, wählst du",
  "text.slash.transcript": "ein ganzer Lauf als Datei, für dich allein",
  "text.slash.teams": "die Teams, und welches hier der Standard ist",
  "text.slash.settings": "wie ich mich in diesem Channel verhalte",
  "text.slash.schedule": "lässt Arbeit von selbst beginnen, etwa `every weekday at 9:00 …`; allein: was hier schon von selbst beginnt",
  "text.slash.budget": "was heute ausgegeben wurde und ausgegeben werden darf",
  "text.slash.memory": "was Agenten sich in diesem Channel merken, und wie du es löschst",
  "text.slash.help": "all das",
};
