import type { Translated } from "../../messages.ts";

export const failures: Translated<"failures"> = {
  "text.means.rate_limited": "das Modell wird zu oft gefragt; warte eine Minute",
  "text.means.overloaded": "das Modell ist überlastet; versuche es in ein paar Minuten wieder",
  "text.means.unavailable": "das Modell ist nicht erreichbar oder hat abgebrochen",
  "text.means.timeout": "das Modell hat zu lange gebraucht",
  "text.means.empty": "das Modell hat mit nichts geantwortet",
  "text.means.bad_key": "der Anbieter nimmt den Schlüssel nicht an; sag es denen, die Parley betreiben",
  "text.means.unknown_model": "der Anbieter kennt dieses Modell nicht; sag es denen, die Parley betreiben",
  "text.means.quota": "beim Anbieter ist kein Guthaben mehr; sag es denen, die Parley betreiben",
  "text.means.queue_full": "zu viele Aufrufe warten schon; versuche es in ein paar Minuten wieder",
  "text.means.bad_request": "der Anbieter hat die Anfrage abgelehnt; sag es denen, die Parley betreiben",
  "text.means.bad_answer": "die Antwort war nicht zu gebrauchen",
  "text.means.filtered": "der Filter des Anbieters hat die Antwort aufgehalten; formuliere es anders",
  "text.means.refused": "das Modell wollte nicht antworten; formuliere es anders",
  "text.means.context_too_long": "das Gespräch ist zu lang für das Modell",
  "text.means.guarded": "eine Schutzregel des Teams steht dem entgegen",
  "text.means.stuck": "das Team kam nicht weiter",
  "text.means.team_unavailable": "das Team gibt es so nicht mehr",
  "text.means.bug": "in Parley ist etwas schiefgegangen; sag es denen, die es betreiben",

  "text.inFull": "{means} (im Wortlaut: {message})",
};
