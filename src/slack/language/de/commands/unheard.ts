import type { Translated } from "../../messages.ts";

export const unheard: Translated<"unheard"> = {
  "text.for.empty": "In einer leeren Nachricht gibt es nichts zu tun. Erwähne mich mit einer Aufgabe.",
  "text.long": "Die Nachricht hat {chars} Zeichen; ich lese höchstens {max}. Kürze sie, oder häng den Text als Datei an.",
  "text.team": "Ein Team „{team}“ gibt es nicht. Die Teams sind: {teams}.",
  "text.usedUp": "Das Budget für heute ist aufgebraucht: {budgets}. Es beginnt am {at} von vorn.",
  "text.runs":
    "{count, plural, one {Du hast in einer Stunde # Lauf gestartet, mehr darf eine Person hier nicht. Den nächsten kannst du am {at} starten.} other {Du hast in einer Stunde # Läufe gestartet, mehr darf eine Person hier nicht. Den nächsten kannst du am {at} starten.}}",
  "text.messages":
    "{count, plural, one {Du hast in einer Stunde # Nachricht an Agenten geschrieben, mehr darf eine Person hier nicht; diese neue haben sie nicht bekommen. Sag es am {at} noch einmal.} other {Du hast in einer Stunde # Nachrichten an Agenten geschrieben, mehr darf eine Person hier nicht; diese neue haben sie nicht bekommen. Sag es am {at} noch einmal.}}",
  "text.more":
    "{count, plural, one {# weitere Nachricht von dir hier wurde nicht gehört. {why}} other {# weitere Nachrichten von dir hier wurden nicht gehört. {why}}}",
  "text.for.ended": "Der Lauf war dort schon zu Ende: Von da aus geht es nicht weiter.",
  "text.for.taken": "In diesem Thread hat jemand schon etwas anderes begonnen.",
  "text.for.elsewhere": "Einen solchen Thread gibt es hier nicht.",
  "text.for.later": "Zu dem Zeitpunkt durfte kein Lauf mehr starten. Zweig ihn noch einmal ab.",
};
