import type { Translated } from "../../messages.ts";

export const spokenSchedules: Translated<"spokenSchedules"> = {
  "text.time.when":
    "Dites d’abord quand, en anglais, par exemple `every weekday at 9:00`, `mondays at 14:30 Europe/Berlin`, `on the 1st of every month at 8:00` ou `0 9 * * 1-5`, puis la tâche.",
  "text.trigger":
    'Dites en anglais ce qui le déclenche, par exemple `when :bug: is added`, `when a file is posted`, `when a pdf is posted`, `when a message says "deploy failed"` ou `when "PagerDuty" posts`, puis la tâche.',
  "text.time.unevenMinutes": "Cela ne tombe pas juste dans une heure ou une journée. Prenez 15, 20 ou 30 minutes, ou des heures.",
  "text.time.unevenHours":
    "Cela ne tombe pas juste dans une heure ou une journée. Prenez 1, 2, 3, 4, 6, 8 ou 12 heures, ou une heure de la journée.",
  "text.time.timeOfDate": "Dites aussi à quelle heure ce jour-là, par exemple `tomorrow at 9:00`.",
  "text.time.timeOrEvery": "C’est soit à intervalles réguliers, soit à une heure de la journée. Enlevez l’un des deux.",
  "text.time.timeOfDay": "Dites aussi à quelle heure, par exemple `every weekday at 9:00`.",
  "text.time.minutesDiffer":
    "Plusieurs heures d’un même jour doivent tomber à la même minute, par exemple `9:00 and 17:00`. Faites-en deux planifications.",
  "text.noZone":
    "Il n’y a pas de fuseau horaire « {zone} ». Nommez-en un comme dans la base de l’IANA, par exemple Europe/Berlin ou America/New_York.",
  "text.noCron":
    "« {pattern} » n’est pas une règle cron : écrivez minute, heure, jour du mois, mois et jour de la semaine, par exemple `0 9 * * 1-5`.",
  "text.time.noTime": "Il n’y a plus de telle date à venir. Vérifiez le jour et le mois.",
  "text.tooOften":
    "{count, plural, one {C’est chaque minute ; une équipe démarre au plus toutes les {least} minutes. Laissez plus de temps entre les exécutions.} other {C’est toutes les # minutes ; une équipe démarre au plus toutes les {least} minutes. Laissez plus de temps entre les exécutions.}}",

  "text.noTask": "Dites aussi, après l’heure, ce qu’il faut faire : `every weekday at 9:00 Sum up what is new`.",
  "text.longTask": "La tâche a {chars} caractères ; {max} au plus sont gardés. Raccourcissez-la.",
  "text.answeredThere":
    "Ce qui démarre par une publication reçoit sa réponse dans le fil de celle-ci, ou dans un canevas (`to=canvas`) : ainsi rien ne peut se répondre sans fin.",
  "text.whereTo": "Les résultats vont là où le dit `to=thread`, `to=channel`, `to=canvas`, ou dans un fil de ce canal, par son lien.",
  "text.howMissed": "Les fois manquées sont rattrapées une fois à mon retour, avec `missed=once`, ou omises : `missed=skip`.",
  "text.howUsd": "Ce qu’une exécution peut coûter se dit en dollars US, par exemple `usd=0.50`, et au plus {max}.",
  "text.runsNotTimes":
    "`runs=` ne vaut que pour ce qui démarre par une publication. Une heure revient aussi souvent que vous la dites : dites-la moins souvent.",
  "text.howRuns": "Les exécutions par jour vont de `runs=1` à `runs={max}`.",

  "text.isPerson":
    '{person} est une personne, pas un bot. Ce que les personnes écrivent déclenche une exécution par ses mots : `when a message says "deploy failed"`.',
  "text.howBot":
    "Mentionnez l’app (`when @its-name posts`), ou donnez son identifiant (`when B0123ABCD posts`), qui est dans le lien de son profil.",
  "text.cannotLook": "Je ne peux pas voir quelle app est *{name}* : Slack ne répond pas en ce moment ({code}).",
  "text.manyCalled":
    "{count, plural, one {# app s’appelle *{name}* ici : {ids}. Nommez celle que vous voulez dire par son identifiant : `when {first} posts`.} other {# apps s’appellent *{name}* ici : {ids}. Nommez celle que vous voulez dire par son identifiant : `when {first} posts`.}}",
  "text.noneCalled": "Je n’ai vu ici récemment aucune publication d’une app appelée *{name}*.",
  "text.postsAs":
    "Ce qui publie ici sous le nom de *{name}* est `{id}`. Toute app peut publier sous n’importe quel nom : si c’est bien elle, dites `when {id} posts`.",
  "text.postsAsApp":
    "Ce qui publie ici sous le nom de *{name}* est `{id}`, l’app *{app}*. Toute app peut publier sous n’importe quel nom : si c’est bien elle, dites `when {id} posts`.",
};
