import type { Translated } from "../../messages.ts";

export const cards: Translated<"cards"> = {
  "text.isOnIt": "*{team}* arbeitet daran, gefragt von {person}",
  "text.isDone": "*{team}* ist fertig, gefragt von {person}",
  "text.hasStopped": "*{team}* hat aufgehört, gefragt von {person}",
  "text.newRun": "ein neuer Lauf",
  "text.atMost": "Höchstens {turns}, {minutes}, {tokens}, {money}",
  "text.forecast": "4 von 5 solchen Läufen brauchten {what}",
  "text.replyToSteer": "zum Steuern hier antworten",
  "text.near": ":hourglass_flowing_sand: nahe an einer Grenze: {what}",
  "text.endsWithSummary": "endet mit einer Zusammenfassung",
  "text.waitsAtLimit": "wartet an einer Grenze",
  "text.pausedBy": "angehalten von {person}",
  "text.waitForAnswer": "{count, plural, one {{agents} wartet auf eine Antwort} other {{agents} warten auf eine Antwort}}",
  "text.waitsForApproval": "wartet auf eine Freigabe",
  "text.next": "als Nächstes: {agents}",
  "text.behind":
    ":hourglass_flowing_sand: wartet, bis er dran ist, hinter höchstens {count, plural, one {# anderen Lauf} other {# anderen Läufen}}",
  "text.spentOf": "{spent} von {limit}",
  "text.ownPart": "teilt {shared} · eigener Teil: {facts}",

  "button.stop": "Stoppen",
  "button.pause": "Anhalten",
  "button.resume": "Fortsetzen",
  "button.steer": "Steuern…",
  "sure.stop": "Diesen Lauf stoppen?",
  "meaning.stop": "Er endet sofort, mitten im Beitrag. Was bisher gesagt wurde, bleibt, und du kannst später damit weitermachen.",
  "yes.stop": "Stoppen",

  "text.turnNow": "Beitrag {turn}",
  "text.ofAtMost": "{what} von höchstens {most}",
  "text.earlierAbove": "{what}, {count, plural, one {# früherer Beitrag darüber} other {# frühere Beiträge darüber}}",
  "text.speaksNext": "spricht als Nächstes, eine Person bat darum",
  "text.handsOver": "übergibt an {agent}",
  "text.nothingToAdd": "hatte nichts hinzuzufügen",
  "text.couldNotAnswer": "konnte nicht antworten",
  "text.skippedBy": "übersprungen von {person}",

  "text.readBefore": "{what} von vorher in diesem Thread gelesen",
  "text.readNothing": "Nichts von vorher in diesem Thread gelesen",
  "text.messages": "{count, plural, one {# Nachricht} other {# Nachrichten}}",
  "text.files": "{count, plural, one {# Datei} other {# Dateien}}",
  "text.olderLeftOut": "{count, plural, one {# ältere der Länge wegen weggelassen} other {# ältere der Länge wegen weggelassen}}",
  "text.unreadNewer":
    "{count, plural, one {mindestens eine neuere war nicht zu lesen: {why}} other {# neuere waren nicht zu lesen: {why}}}",
  "text.unreadMore":
    "{count, plural, one {mindestens eine weitere war nicht zu lesen: {why}} other {# weitere waren nicht zu lesen: {why}}}",
  "text.whyUnread.busy": "Slack lässt die App gerade nichts weiter lesen",
  "text.whyUnread.barred": "die App darf nicht lesen, was hier vorher gesagt wurde",
  "text.whyUnread.outside": "die App ist nicht in diesem Channel",
  "text.whyUnread.silent": "Slack hat nicht geantwortet",
  "text.whyUnread.long": "der Thread hat mehr als {read}",
  "text.whyUnread.refused": "Slack antwortete {code}",

  "text.asks": "*{agent} fragt:*",
  "text.agentAsks": "{agent} fragt: {question}",
  "text.answeredBy": "beantwortet von {person}: {answer}",
  "text.nobodyAnswered": "niemand hat rechtzeitig geantwortet; der Lauf ging weiter",
  "text.stoppedUnanswered": "nicht beantwortet; der Lauf hat aufgehört",
  "text.skippedUnanswered": "nicht beantwortet; der Beitrag wurde übersprungen",
  "button.inWords": "In Worten antworten…",
  "text.orReply": "oder einfach hier antworten",
  "text.goesOnWithout": "ohne Antwort geht der Lauf am {at} weiter",

  "text.codeOffByRule":
    "Code ist hier ausgeschaltet, nach der Regel dieses Channels oder des Teams; die Agenten denken also nur darüber nach.",
  "text.codeOff": "In dieser Installation läuft kein Code; die Agenten denken also nur darüber nach. Für die, die Parley betreiben: {why}",
  "text.silent": "{agent} hatte dem, was die Werkzeuge lieferten, nichts hinzuzufügen.",
  "text.wasAway": "Ich war eine Weile weg und mache weiter, wo das Gespräch aufgehört hat; nichts ist verloren.",

  "text.runIsPaused": "Der Lauf ist angehalten.",
  "text.runWasPaused": "Der Lauf war angehalten.",
  "text.pausedNow":
    ":double_vertical_bar: Der Lauf wurde von {person} angehalten. Begonnene Beiträge enden noch, weitere beginnen nicht. Was du hier schreibst, wird aufgehoben, bis es weitergeht.",
  "text.letGoOn": "Der Lauf wurde von {person} angehalten; {other} ließ ihn weitergehen.",
  "text.endedPaused": "Der Lauf wurde von {person} angehalten; inzwischen ist er zu Ende.",
  "text.skipped": "Der Beitrag von *{agent}* wurde von {person} übersprungen.",
  "text.turnSkipped": "Der Beitrag von {agent} wurde übersprungen.",

  "text.notUploaded": "{file} wurde nicht hochgeladen: Dateien über {size} bleiben im Protokoll.",
  "text.madeByCode": "{file}, erzeugt von Code, den {agent} ausgeführt hat",
  "text.fileFrom": "{file}, von *{agent}*",
};
