import type { Translated } from "../../messages.ts";

export const refusals: Translated<"refusals"> = {
  "text.guest": "Vous êtes invité dans cet espace de travail, et seuls ses membres à part entière peuvent {doing}. Vous pouvez lire.",
  "text.external":
    "Vous venez d’une autre organisation, ou Slack ne dit pas d’où, et seuls les membres de cet espace de travail peuvent {doing}. Vous pouvez lire.",
  "text.unsaid":
    "Slack ne dit pas en ce moment si vous êtes membre à part entière ou invité de cet espace de travail, et seuls les membres à part entière peuvent {doing}. Réessayez dans un instant.",
  "text.notListed": "Vous n’êtes pas sur la liste des personnes qui peuvent {doing} ici. Demandez à qui gère Parley pour vous.",
  "text.workflow":
    "Un workflow a lancé cette exécution, et Slack ne dit pas qui l’a déclenché : seuls les administrateurs de cet espace de travail peuvent {doing}. Demandez à l’un d’eux.",
  "text.only.starterAndAdmins":
    "Seuls {starter}, qui a lancé cette exécution, et les administrateurs de cet espace de travail peuvent {doing}. Demandez à l’un d’eux.",
  "text.only.starter": "Seul {starter}, qui a lancé cette exécution, peut {doing}. Demandez à {starter}, ou lancez votre propre exécution.",
  "text.only.ownerAndAdmins":
    "Seuls {starter}, à qui cela appartient, et les administrateurs de cet espace de travail peuvent {doing}. Demandez à l’un d’eux.",
  "text.only.owner": "Seul {starter}, à qui cela appartient, peut {doing}. Demandez à {starter}, ou lancez votre propre exécution.",
  "text.admins": "Seuls les administrateurs de cet espace de travail peuvent {doing}. Demandez à l’un d’eux.",
  "text.nobody": "Personne ne peut {doing} ici. Demandez à qui gère Parley pour vous.",

  "text.doing.start": "lancer une exécution",
  "text.doing.steer": "parler aux agents",
  "text.doing.answer": "répondre aux questions des agents",
  "text.doing.approve": "autoriser l’exécution de code",
  "text.doing.stop": "arrêter l’exécution",
  "text.doing.forget": "faire oublier quelque chose aux agents",
  "text.doing.forgetThread": "faire oublier ce fil à Parley",
  "text.doing.raise": "relever une limite",
  "text.doing.export": "partager un résultat, ou exporter une transcription ou une équipe",
  "text.doing.watch": "voir les exécutions dans le studio",
  "text.doing.oversee": "voir les exécutions de canaux où l’on n’est pas",
  "text.doing.schedule": "faire démarrer du travail tout seul, ou le modifier",
  "text.doing.editTeams": "modifier équipes et réglages",
  "text.doing.audit": "voir qui peut faire quoi, et qui a décidé quoi",

  "text.theAdmins": "les administrateurs de cet espace de travail",
  "text.everybody": "tout le monde ici",
  "text.nobodyRaises": "Personne ne peut relever un budget quotidien dans Slack ; qui gère Parley le peut.",
  "text.whoRaises": "Peuvent relever un budget quotidien : {who}.",
  "text.seeBudget": "`/parley budget` montre où il en est.",

  "text.notInConversation":
    "Je ne suis pas dans cette conversation, donc personne ne verrait mes réponses. Demandez-moi dans un canal où je suis, ou dans vos messages avec moi.",
  "text.invite": "Je ne suis pas dans ce canal, donc personne ne verrait mes réponses. Invitez-moi d’abord : `/invite @parley`",
  "text.couldNotPost": "Je n’ai pas pu publier vos mots dans {where} ({code}). Réessayez, ou mentionnez-moi là-bas.",
  "text.thisConversation": "cette conversation",
  "text.notIn": "Vous n’êtes pas dans {where}, donc je ne vous en montre rien, et rien n’a été fait. Qui s’y trouve peut vous inviter.",
  "text.overseesOnly":
    "Vous voyez ce qui se passe dans ce canal, mais vous n’y êtes pas : vous n’y faites rien. Qui s’y trouve peut vous inviter.",
  "text.formTooLate":
    "Slack n’ouvre un formulaire que dans les trois secondes, et il m’en a fallu plus : rien n’a été fait. Redemandez-le.",
  "text.notOpened":
    "Slack n’a pas ouvert le formulaire ({code}), donc rien n’a été fait. Redemandez-le ; qui gère Parley le trouvera dans son journal.",
  "text.notUnderstood":
    "Ce que Slack m’en a envoyé était illisible, donc rien n’a été fait. Réessayez, ou dites-le avec des mots ; qui gère Parley trouvera dans son journal ce qui manquait.",
  "text.sightUnsaid":
    "Slack ne dit pas en ce moment si vous êtes dans {where} ({code}), donc rien n’a été fait.{why} Réessayez dans un instant.",
};
