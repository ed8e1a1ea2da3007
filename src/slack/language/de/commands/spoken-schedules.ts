import type { Translated } from "../../messages.ts";

export const spokenSchedules: Translated<"spokenSchedules"> = {
  "text.time.when":
    "Sag zuerst auf Englisch, wann, etwa `every weekday at 9:00`, `mondays at 14:30 Europe/Berlin`, `on the 1st of every month at 8:00` oder `0 9 * * 1-5`, und dahinter die Aufgabe.",
  "text.trigger":
    'Sag auf Englisch, womit es beginnt, etwa `when :bug: is added`, `when a file is posted`, `when a pdf is posted`, `when a message says "deploy failed"` oder `when "PagerDuty" posts`, und dahinter die Aufgabe.',
  "text.time.unevenMinutes": "Das geht in einer Stunde oder einem Tag nicht auf. Nimm 15, 20 oder 30 Minuten, oder Stunden.",
  "text.time.unevenHours": "Das geht in einer Stunde oder einem Tag nicht auf. Nimm 1, 2, 3, 4, 6, 8 oder 12 Stunden, oder eine Uhrzeit.",
  "text.time.timeOfDate": "Sag auch, um wie viel Uhr an diesem Tag, etwa `tomorrow at 9:00`.",
  "text.time.timeOrEvery": "Entweder in regelmäßigen Abständen oder zu einer Uhrzeit: Lass eines davon weg.",
  "text.time.timeOfDay": "Sag auch, um wie viel Uhr, etwa `every weekday at 9:00`.",
  "text.time.minutesDiffer":
    "Mehrere Zeiten eines Tages müssen auf dieselbe Minute fallen, etwa `9:00 and 17:00`. Mach zwei Zeitpläne daraus.",
  "text.noZone":
    "Eine Zeitzone „{zone}“ gibt es nicht. Nenn eine, wie sie in der IANA-Datenbank heißt, etwa Europe/Berlin oder America/New_York.",
  "text.noCron": "„{pattern}“ ist keine Cron-Regel: Schreib Minute, Stunde, Tag des Monats, Monat und Wochentag, etwa `0 9 * * 1-5`.",
  "text.time.noTime": "Diesen Zeitpunkt gibt es von jetzt an nicht. Sieh dir Tag und Monat an.",
  "text.tooOften":
    "{count, plural, one {Das wäre jede Minute; ein Team beginnt höchstens alle {least} Minuten. Lass mehr Zeit zwischen den Läufen.} other {Das wäre alle # Minuten; ein Team beginnt höchstens alle {least} Minuten. Lass mehr Zeit zwischen den Läufen.}}",

  "text.noTask": "Sag hinter der Zeit auch, was zu tun ist: `every weekday at 9:00 Sum up what is new`.",
  "text.longTask": "Die Aufgabe hat {chars} Zeichen; höchstens {max} werden gespeichert. Kürze sie.",
  "text.answeredThere":
    "Was mit einer Nachricht oder Datei beginnt, wird in ihrem Thread beantwortet oder auf einem Canvas (`to=canvas`): So kann sich nichts endlos selbst antworten.",
  "text.whereTo": "Wohin Ergebnisse kommen, sagt `to=thread`, `to=channel`, `to=canvas` oder der Link eines Threads in diesem Channel.",
  "text.howMissed": "Verpasste Male hole ich mit `missed=once` einmal nach, wenn ich zurück bin; mit `missed=skip` fallen sie aus.",
  "text.howUsd": "Was ein Lauf kosten darf, steht in US-Dollar, etwa `usd=0.50`, und ist höchstens {max}.",
  "text.runsNotTimes":
    "`runs=` gibt es nur für das, was mit einer Nachricht oder Datei beginnt. Eine Zeit kommt so oft, wie du sie nennst: Nenn sie seltener.",
  "text.howRuns": "Läufe am Tag gibt es von `runs=1` bis `runs={max}`.",

  "text.isPerson":
    '{person} ist ein Mensch und kein Bot. Was Menschen schreiben, beginnt etwas durch seine Worte: `when a message says "deploy failed"`.',
  "text.howBot": "Erwähne die App (`when @its-name posts`), oder nenn ihre ID (`when B0123ABCD posts`); sie steht im Link ihres Profils.",
  "text.cannotLook": "Ich kann nicht nachsehen, welche App *{name}* ist: Slack antwortet gerade nicht ({code}).",
  "text.manyCalled":
    "{count, plural, one {# App heißt hier *{name}*: {ids}. Nenn die gemeinte mit ihrer ID: `when {first} posts`.} other {# Apps heißen hier *{name}*: {ids}. Nenn die gemeinte mit ihrer ID: `when {first} posts`.}}",
  "text.noneCalled": "Eine App namens *{name}* hat hier in letzter Zeit nichts gepostet.",
  "text.postsAs":
    "Was hier als *{name}* postet, ist `{id}`. Jede App kann unter jedem Namen posten: Wenn du diese meinst, sag `when {id} posts`.",
  "text.postsAsApp":
    "Was hier als *{name}* postet, ist `{id}`, die App *{app}*. Jede App kann unter jedem Namen posten: Wenn du diese meinst, sag `when {id} posts`.",
};
