import type { Translated } from "../../messages.ts";

export const scheduledRuns: Translated<"scheduledRuns"> = {
  "text.begins": ":alarm_clock: *{starts}*, eingerichtet von {owner} (`{id}`):\n{task}",
  "text.answers": "*{agent}* antwortet: {starts}",
  "text.noCanvas": "Die Antwort kam nicht auf den Canvas ({code}); sie steht in diesem Thread. {mend}",
  "text.canvasScope": "Parley braucht dafür die Berechtigung `canvases:write`.",
  "text.hasPaused": ":double_vertical_bar: Der Zeitplan *{starts}* (`{id}`) von {owner} ist angehalten: {why} {mend}",
  "text.makeAnew": "Seine Zeit ist schon vorbei: Richte einen neuen ein.",
  "text.switchOn": "Es geht weiter, wenn ihn jemand wieder einschaltet, in App Home oder mit `/parley schedule on {id}`.",
  "text.didNotBegin": "Der Zeitplan *{starts}* (`{id}`) in {place} hat keinen Lauf begonnen: {why}",

  "text.why.ownerLeft": "{owner} (hat ihn eingerichtet) ist kein aktives volles Mitglied dieses Workspace mehr.",
  "text.why.ownerOutside": "{owner} (hat ihn eingerichtet) ist nicht mehr in {place}.",
  "text.why.ownerMayNot": "{owner} (hat ihn eingerichtet) darf dort nicht mehr {doing}. Wer es darf, kann ihn neu einrichten.",
  "text.why.closed": "Ich kann in {place} nicht mehr posten ({code}). {says}",
  "text.why.busy": "In seinem Thread sprachen schon Agenten.",
  "text.why.enoughToday":
    "{count, plural, one {Er hat heute # Lauf begonnen, mehr darf er nicht.} other {Er hat heute # Läufe begonnen, mehr darf er nicht.}}",
  "text.why.enoughByBots":
    "{count, plural, one {Worte von Bots haben # Lauf begonnen, und kein Mensch hat seitdem etwas gesagt.} other {Worte von Bots haben # Läufe hintereinander begonnen, und kein Mensch hat dazwischen etwas gesagt.}}",
  "text.why.botByName":
    "Er wartet auf einen Bot mit einem Namen, den jeder wählen kann, der postet. Lösch ihn und richte ihn neu ein: Dann steht der Name für eine bestimmte App.",
  "text.why.silent": "Slack hat eine Stunde lang nicht geantwortet oder nicht herausgegeben, was gepostet wurde.",
  "text.why.queue":
    "{count, plural, one {Slack antwortet nicht, und # Lauf wartet schon darauf.} other {Slack antwortet nicht, und # Läufe warten schon darauf.}}",
  "text.why.late": "Er konnte innerhalb einer Stunde nach der vorgesehenen Zeit nicht beginnen.",
  "text.why.missed": "Parley war zur vorgesehenen Zeit nicht da.",
};
