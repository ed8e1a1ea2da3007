const INVITE = "Invite the app to the channel again and mention it there.";
const ADMIN = "Ask somebody who runs the workspace.";

/** What Slack means by the codes with which it refuses, where people read it; and what they are told of a thread that is closed to the app. */
export const codes = {
  "text.means.channel_not_found": `The channel is not there, or the app may not see it. ${INVITE}`,
  "text.means.not_in_channel": `The app is not in the channel any more. ${INVITE}`,
  "text.means.is_archived": "The channel is archived. Take it out of the archive, or ask in another.",
  "text.means.thread_not_found": "The thread is gone. Ask in a new one.",
  "text.means.cannot_reply_to_message": "Slack takes no replies to this message. Ask in a new one.",
  "text.means.message_not_found": "The first message of the thread is gone. Ask in a new one.",
  "text.means.user_not_found": "The person is not there, or the app may not see them.",
  "text.means.channel_type_not_supported": "Slack lets no app write in this kind of channel. Ask in another.",
  "text.means.restricted_action": `The workspace does not let the app post here. ${ADMIN}`,
  "text.means.restricted_action_read_only_channel": `Only a few may post in this channel. ${ADMIN}`,
  "text.means.restricted_action_thread_locked": "The thread is locked. Ask in a new one.",
  "text.means.restricted_action_thread_only_channel": "This channel takes replies alone. Ask in a thread.",
  "text.means.restricted_action_non_threadable_channel": "This channel has no threads. Ask in another.",
  "text.means.messages_tab_disabled": "The app's Messages tab is switched off. Switch it on under App Home of the app's settings.",
  "text.means.ekm_access_denied": `The organisation's key management has closed this channel for now. ${ADMIN}`,

  "text.means.storage_limit_reached": `The workspace has no room for files. ${ADMIN}`,
  "text.means.file_uploads_disabled": `Uploads are switched off in this workspace. ${ADMIN}`,
  "text.means.file_uploads_except_images_disabled": `Only pictures may be uploaded in this workspace. ${ADMIN}`,
  "text.means.file_type_not_allowed": `This type of file is not allowed in this workspace. ${ADMIN}`,
  "text.means.file_upload_size_restricted": `The file is larger than this workspace allows. ${ADMIN}`,
  "text.means.slack_connect_blocked_file_type": `This type of file is not allowed in channels shared with others. ${ADMIN}`,
  "text.means.slack_connect_canvas_sharing_blocked": `Links to canvases are not allowed in channels shared with others. ${ADMIN}`,
  "text.means.slack_connect_clip_sharing_blocked": `Clips are not allowed in channels shared with others. ${ADMIN}`,
  "text.means.slack_connect_file_link_sharing_blocked": `Links to files are not allowed in channels shared with others. ${ADMIN}`,
  "text.means.slack_connect_file_upload_sharing_blocked": `Files are not allowed in channels shared with others. ${ADMIN}`,
  "text.means.slack_connect_lists_sharing_blocked": `Lists are not allowed in channels shared with others. ${ADMIN}`,

  "text.pause": "Slack asks for a pause; Parley waits as long as it says.",
  "text.trouble": "Slack has trouble of its own; Parley tries again until it passes.",
  "text.token": "Slack does not take the app's token. Ask whoever runs Parley.",
  "text.askedWrongly": "Parley has asked Slack for something in a wrong way; please report it.",
  "text.notTaken": "Slack does not take it as it is.",
  "text.unknown": "Slack answers {code}, which Parley does not know; please report it.",

  "text.closed": "I can no longer post in {channel} ({code}). {says}",
  "text.runWaits":
    "The run that you began there waits, and goes on when I am back; {count, plural, one {after # day} other {after # days}} it is given up.",
  "text.wordsWait":
    "What I have to say there waits, and is posted when I am back; {count, plural, one {after # day} other {after # days}} it is given up.",
  "text.stopped":
    "I stopped working on your task: I can no longer post in its thread ({code}). {says} Nothing is lost: mention me there to go on.",
  "text.ended":
    "I have worked on your task, but can no longer post in its thread ({code}). {says} Nothing is lost: mention me there to go on.",
} as const;
