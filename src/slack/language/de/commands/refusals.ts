import type { Translated } from "../../messages.ts";

export const refusals: Translated<"refusals"> = {
  "text.guest": "Du bist Gast in diesem Workspace, und nur volle Mitglieder können {doing}. Du kannst mitlesen.",
  "text.external":
    "Du bist aus einer anderen Organisation hier, oder Slack sagt nicht, woher, und nur Mitglieder dieses Workspace können {doing}. Du kannst mitlesen.",
  "text.unsaid":
    "Slack sagt gerade nicht, ob du volles Mitglied oder Gast dieses Workspace bist, und nur volle Mitglieder können {doing}. Versuche es gleich noch einmal.",
  "text.notListed": "Nur bestimmte Personen können hier {doing}, und du stehst nicht auf der Liste. Frage, wer Parley für euch betreibt.",
  "text.workflow":
    "Ein Workflow hat diesen Lauf gestartet, und Slack sagt nicht, wer ihn ausgeführt hat: nur Admins dieses Workspace können {doing}. Frage eine Person von ihnen.",
  "text.only.starterAndAdmins":
    "Nur {starter} (hat diesen Lauf gestartet) und Admins dieses Workspace können {doing}. Frage eine Person von ihnen.",
  "text.only.starter": "Nur {starter} (hat diesen Lauf gestartet) kann {doing}. Frage {starter}, oder starte einen eigenen Lauf.",
  "text.only.ownerAndAdmins":
    "Nur {starter} (dem oder der es gehört) und Admins dieses Workspace können {doing}. Frage eine Person von ihnen.",
  "text.only.owner": "Nur {starter} (dem oder der es gehört) kann {doing}. Frage {starter}, oder starte einen eigenen Lauf.",
  "text.admins": "Nur Admins dieses Workspace können {doing}. Frage eine Person von ihnen.",
  "text.nobody": "Niemand kann hier {doing}. Frage, wer Parley für euch betreibt.",

  "text.doing.start": "einen Lauf starten",
  "text.doing.steer": "mit den Agenten sprechen",
  "text.doing.answer": "Fragen der Agenten beantworten",
  "text.doing.approve": "Code zur Ausführung freigeben",
  "text.doing.stop": "den Lauf stoppen",
  "text.doing.forget": "die Agenten etwas vergessen lassen",
  "text.doing.forgetThread": "Parley diesen Thread vergessen lassen",
  "text.doing.raise": "eine Grenze erhöhen",
  "text.doing.export": "ein Ergebnis teilen oder eine Mitschrift oder ein Team exportieren",
  "text.doing.watch": "Läufe im Studio ansehen",
  "text.doing.oversee": "Läufe aus fremden Kanälen ansehen",
  "text.doing.schedule": "Arbeit von selbst beginnen lassen oder das ändern",
  "text.doing.editTeams": "Teams und Einstellungen ändern",
  "text.doing.audit": "sehen, wer was darf und wer was entschied",

  "text.theAdmins": "Admins dieses Workspace",
  "text.everybody": "alle hier",
  "text.nobodyRaises": "In Slack kann niemand ein Tagesbudget erhöhen; wer Parley betreibt, kann es.",
  "text.whoRaises": "Ein Tagesbudget erhöhen können: {who}.",
  "text.seeBudget": "`/parley budget` zeigt, wie es steht.",

  "text.notInConversation":
    "Ich bin nicht in dieser Unterhaltung, also sähe niemand meine Antworten. Frage mich in einem Channel, in dem ich bin, oder in deinen Nachrichten mit mir.",
  "text.invite": "Ich bin nicht in diesem Channel, also sähe niemand meine Antworten. Lade mich zuerst ein: `/invite @parley`",
  "text.couldNotPost": "Ich konnte deine Worte nicht in {where} posten ({code}). Versuche es noch einmal, oder erwähne mich dort.",
  "text.thisConversation": "dieser Unterhaltung",
  "text.notIn": "Du bist nicht in {where}, also zeige ich dir nichts davon, und nichts wurde getan. Wer darin ist, kann dich einladen.",
  "text.overseesOnly":
    "Du siehst, was in diesem Channel geschieht, und bist nicht darin: dort tust du nichts. Wer darin ist, kann dich einladen.",
  "text.formTooLate":
    "Slack öffnet ein Formular nur innerhalb von drei Sekunden, und ich habe länger gebraucht: Es wurde nichts getan. Verlange es noch einmal.",
  "text.notOpened":
    "Slack hat das Formular nicht geöffnet ({code}), also wurde nichts getan. Verlange es noch einmal; wer Parley betreibt, findet es im Log.",
  "text.notUnderstood":
    "Was Slack mir davon geschickt hat, war nicht zu lesen, also wurde nichts getan. Versuche es noch einmal, oder sage es in Worten; wer Parley betreibt, findet im Log, was fehlte.",
  "text.sightUnsaid":
    "Slack sagt gerade nicht, ob du in {where} bist ({code}), also wurde nichts getan.{why} Versuche es gleich noch einmal.",
};
