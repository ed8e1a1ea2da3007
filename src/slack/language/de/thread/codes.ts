import type { Translated } from "../../messages.ts";

const INVITE = "Lade die App wieder in den Channel ein und erwähne sie dort.";
const ADMIN = "Frage eine Person, die den Workspace verwaltet.";
const CONNECT = "in Channels, die mit anderen geteilt sind, nicht erlaubt";

export const codes: Translated<"codes"> = {
  "text.means.channel_not_found": `Den Channel gibt es nicht, oder die App darf ihn nicht sehen. ${INVITE}`,
  "text.means.not_in_channel": `Die App ist nicht mehr im Channel. ${INVITE}`,
  "text.means.is_archived": "Der Channel ist archiviert. Hole ihn aus dem Archiv, oder frage in einem anderen.",
  "text.means.thread_not_found": "Den Thread gibt es nicht mehr. Frage in einem neuen.",
  "text.means.cannot_reply_to_message": "Slack nimmt auf diese Nachricht keine Antworten an. Frage mit einer neuen.",
  "text.means.message_not_found": "Die erste Nachricht des Threads gibt es nicht mehr. Frage in einem neuen.",
  "text.means.user_not_found": "Die Person gibt es nicht, oder die App darf sie nicht sehen.",
  "text.means.channel_type_not_supported": "In dieser Art von Channel lässt Slack keine App schreiben. Frage in einem anderen.",
  "text.means.restricted_action": `Der Workspace lässt die App hier nicht posten. ${ADMIN}`,
  "text.means.restricted_action_read_only_channel": `In diesem Channel dürfen nur wenige posten. ${ADMIN}`,
  "text.means.restricted_action_thread_locked": "Der Thread ist gesperrt. Frage in einem neuen.",
  "text.means.restricted_action_thread_only_channel": "Dieser Channel nimmt nur Antworten an. Frage in einem Thread.",
  "text.means.restricted_action_non_threadable_channel": "Dieser Channel hat keine Threads. Frage in einem anderen.",
  "text.means.messages_tab_disabled":
    "Der Tab „Nachrichten“ der App ist ausgeschaltet. Er wird in den Einstellungen der App unter App Home eingeschaltet.",
  "text.means.ekm_access_denied": `Die Schlüsselverwaltung der Organisation hat diesen Channel vorerst geschlossen. ${ADMIN}`,

  "text.means.storage_limit_reached": `Der Workspace hat keinen Platz mehr für Dateien. ${ADMIN}`,
  "text.means.file_uploads_disabled": `In diesem Workspace ist das Hochladen ausgeschaltet. ${ADMIN}`,
  "text.means.file_uploads_except_images_disabled": `In diesem Workspace dürfen nur Bilder hochgeladen werden. ${ADMIN}`,
  "text.means.file_type_not_allowed": `Diese Art von Datei ist in diesem Workspace nicht erlaubt. ${ADMIN}`,
  "text.means.file_upload_size_restricted": `Die Datei ist größer, als dieser Workspace erlaubt. ${ADMIN}`,
  "text.means.slack_connect_blocked_file_type": `Diese Art von Datei ist ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_canvas_sharing_blocked": `Links zu Canvases sind ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_clip_sharing_blocked": `Clips sind ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_file_link_sharing_blocked": `Links zu Dateien sind ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_file_upload_sharing_blocked": `Dateien sind ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_lists_sharing_blocked": `Listen sind ${CONNECT}. ${ADMIN}`,

  "text.pause": "Slack bittet um eine Pause; Parley wartet so lange, wie Slack sagt.",
  "text.trouble": "Slack hat selbst gerade Schwierigkeiten; Parley versucht es wieder, bis sie vorbei sind.",
  "text.token": "Slack nimmt das Token der App nicht an. Frage eine Person, die Parley betreibt.",
  "text.askedWrongly": "Parley hat Slack falsch gefragt; bitte melde das.",
  "text.notTaken": "Slack nimmt es so nicht an.",
  "text.unknown": "Slack antwortet {code}, was Parley nicht kennt; bitte melde das.",

  "text.closed": "Ich kann in {channel} nicht mehr posten ({code}). {says}",
  "text.runWaits":
    "Der Lauf, den du dort begonnen hast, wartet und geht weiter, wenn ich wieder da bin; {count, plural, one {nach # Tag} other {nach # Tagen}} wird er aufgegeben.",
  "text.wordsWait":
    "Was ich dort zu sagen habe, wartet und wird gepostet, wenn ich wieder da bin; {count, plural, one {nach # Tag} other {nach # Tagen}} wird es verworfen.",
  "text.stopped":
    "Ich habe die Arbeit an deiner Aufgabe abgebrochen: In ihrem Thread kann ich nicht mehr posten ({code}). {says} Nichts ist verloren: Erwähne mich dort, und es geht weiter.",
  "text.ended":
    "Ich habe an deiner Aufgabe gearbeitet, kann aber in ihrem Thread nicht mehr posten ({code}). {says} Nichts ist verloren: Erwähne mich dort, und es geht weiter.",
};
