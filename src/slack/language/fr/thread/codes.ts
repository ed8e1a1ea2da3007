import type { Translated } from "../../messages.ts";

const INVITE = "Réinvitez l’app dans le canal et mentionnez-la là-bas.";
const ADMIN = "Demandez à une personne qui gère l’espace de travail.";
const CONNECT = "dans les canaux partagés avec d’autres";

export const codes: Translated<"codes"> = {
  "text.means.channel_not_found": `Le canal n’existe pas, ou l’app n’a pas le droit de le voir. ${INVITE}`,
  "text.means.not_in_channel": `L’app n’est plus dans le canal. ${INVITE}`,
  "text.means.is_archived": "Le canal est archivé. Désarchivez-le, ou posez la question dans un autre.",
  "text.means.thread_not_found": "Le fil n’existe plus. Posez la question dans un nouveau fil.",
  "text.means.cannot_reply_to_message": "Slack n’accepte pas de réponses à ce message. Posez la question dans un nouveau message.",
  "text.means.message_not_found": "Le premier message du fil n’existe plus. Posez la question dans un nouveau fil.",
  "text.means.user_not_found": "La personne n’existe pas, ou l’app n’a pas le droit de la voir.",
  "text.means.channel_type_not_supported":
    "Slack ne laisse aucune app écrire dans ce type de canal. Posez la question dans un autre canal.",
  "text.means.restricted_action": `L’espace de travail ne laisse pas l’app publier ici. ${ADMIN}`,
  "text.means.restricted_action_read_only_channel": `Seules quelques personnes peuvent publier dans ce canal. ${ADMIN}`,
  "text.means.restricted_action_thread_locked": "Le fil est verrouillé. Posez la question dans un nouveau fil.",
  "text.means.restricted_action_thread_only_channel": "Ce canal n’accepte que des réponses. Posez la question dans un fil.",
  "text.means.restricted_action_non_threadable_channel": "Ce canal n’a pas de fils. Posez la question dans un autre canal.",
  "text.means.messages_tab_disabled": "L’onglet Messages de l’app est désactivé. Il s’active dans les paramètres de l’app, sous App Home.",
  "text.means.ekm_access_denied": `La gestion des clés de l’organisation a fermé ce canal pour le moment. ${ADMIN}`,

  "text.means.storage_limit_reached": `L’espace de travail n’a plus de place pour des fichiers. ${ADMIN}`,
  "text.means.file_uploads_disabled": `Le téléversement est désactivé dans cet espace de travail. ${ADMIN}`,
  "text.means.file_uploads_except_images_disabled": `Seules des images peuvent être téléversées dans cet espace de travail. ${ADMIN}`,
  "text.means.file_type_not_allowed": `Ce type de fichier n’est pas autorisé dans cet espace de travail. ${ADMIN}`,
  "text.means.file_upload_size_restricted": `Le fichier est plus grand que cet espace de travail ne le permet. ${ADMIN}`,
  "text.means.slack_connect_blocked_file_type": `Ce type de fichier n’est pas autorisé ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_canvas_sharing_blocked": `Les liens vers des canevas ne sont pas autorisés ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_clip_sharing_blocked": `Les clips ne sont pas autorisés ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_file_link_sharing_blocked": `Les liens vers des fichiers ne sont pas autorisés ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_file_upload_sharing_blocked": `Les fichiers ne sont pas autorisés ${CONNECT}. ${ADMIN}`,
  "text.means.slack_connect_lists_sharing_blocked": `Les listes ne sont pas autorisées ${CONNECT}. ${ADMIN}`,

  "text.pause": "Slack demande une pause ; Parley attend aussi longtemps que Slack le dit.",
  "text.trouble": "Slack a lui-même des difficultés ; Parley réessaie jusqu’à ce qu’elles soient passées.",
  "text.token": "Slack n’accepte pas le jeton de l’app. Demandez à une personne qui gère Parley.",
  "text.askedWrongly": "Parley a mal interrogé Slack ; veuillez le signaler.",
  "text.notTaken": "Slack ne l’accepte pas tel quel.",
  "text.unknown": "Slack répond {code}, que Parley ne connaît pas ; veuillez le signaler.",

  "text.closed": "Je ne peux plus publier dans {channel} ({code}). {says}",
  "text.runWaits":
    "L’exécution que vous y avez lancée attend ; elle reprend dès que je peux de nouveau y publier, et est abandonnée {count, plural, one {après # jour} other {après # jours}}.",
  "text.wordsWait":
    "Ce que j’ai à y dire attend ; c’est publié dès que je peux de nouveau y publier, et abandonné {count, plural, one {après # jour} other {après # jours}}.",
  "text.stopped":
    "J’ai arrêté de travailler sur votre tâche : je ne peux plus publier dans son fil ({code}). {says} Rien n’est perdu : mentionnez-moi là-bas pour continuer.",
  "text.ended":
    "J’ai travaillé sur votre tâche, mais je ne peux plus publier dans son fil ({code}). {says} Rien n’est perdu : mentionnez-moi là-bas pour continuer.",
};
