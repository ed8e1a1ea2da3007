import type { Translated } from "../../messages.ts";

export const notes: Translated<"notes"> = {
  "title.notOpen": "Pas ouvert pour vous",
  "title.run": "Exécution",
  "title.answer": "Réponse",
  "title.raise": "Relever",
  "title.finish": "Terminer",
  "title.resume": "Reprendre",
  "title.stop": "Arrêter",
  "title.schedules": "Planifications",
  "text.runGone": "Cette exécution n’existe plus, ou se trouve dans un canal où vous n’êtes pas.",
  "text.answered": "Cette question a déjà reçu une réponse. Pour en dire plus, répondez dans le fil.",
  "text.over": "Cette exécution est terminée.",
  "text.nobodyElse": "Personne d’autre de cette équipe ne pourrait parler ensuite ici.",
  "text.agentGone": "L’équipe *{team}* n’a plus personne du nom de « {agent} ».",
  "text.transcriptThere": "La transcription est déjà dans ce fil.",
  "text.transcriptFailed":
    "La transcription n’a pas pu être téléversée ({code}). `parley export` écrit la même chose sur la machine où tourne Parley.",
  "text.sharedAlready": "Ce résultat a déjà été partagé dans le canal.",
  "text.shareFailed": "Le résultat n’a pas pu être partagé ({code}). Réessayez.",
  "text.shareUnsure": "On ne sait pas si le résultat a été partagé ({code}), car je ne peux pas lire ici. Regardez dans le canal.",
  "text.nothingToForget": "Il ne reste rien de ce fil à oublier.",
  "text.forgotten":
    "Oublié : ce qui a été dit dans ce fil, ses fichiers et ce que les agents en ont noté ont disparu de Parley, ainsi que ce que ses branches partageaient avec lui. Les coûts et les décisions restent, sans les mots. Les messages ici sont ceux de Slack : supprimez-les dans Slack.",
  "text.onlyOnce":
    "Tout n’était pas affiché sur sa carte : on peut donc l’autoriser une fois, et non pour toute l’exécution. Cela attend toujours.",
  "text.tooLong":
    "C’est trop long pour un formulaire de Slack. Refusez-le en disant ce qui devrait changer, ou écrivez-le ici dans le fil : l’agent le lit et le réécrit.",
  "text.noJson":
    "Ce que vous avez écrit n’est pas du JSON valide : rien n’a donc été exécuté. Cela attend toujours : appuyez de nouveau sur `{button}`.",
  "text.expired": "Personne ne l’avait autorisé à temps ; les agents ont continué sans.",
  "text.decidedAlready": "La décision a déjà été prise.",
  "text.callOver": "Cette exécution est terminée, ou son tour a été passé : il n’y a rien à décider.",
  "text.marks":
    "Ce qui ne se voit pas, ou ressemble à autre chose, figure par son numéro entre ⟦ et ⟧ : cela fait partie de ce qui s’exécute.",
};
