/** Why somebody may not do something, or is shown nothing: to them alone. */
export const refusals = {
  "text.guest": "You are a guest of this workspace, and only its full members can {doing}. You can read along.",
  "text.external":
    "You are here from another organisation, or Slack does not say from where, and only members of this workspace can {doing}. You can read along.",
  "text.unsaid":
    "Slack does not say just now whether you are a full member or a guest of this workspace, and only full members can {doing}. Try again in a moment.",
  "text.notListed": "You are not on the list of people who can {doing} here. Ask whoever runs Parley for you.",
  "text.workflow":
    "A workflow has started this run, and Slack does not say who ran it: only admins of this workspace can {doing}. Ask one of them.",
  "text.only.starterAndAdmins": "Only {starter}, who started this run, and admins of this workspace can {doing}. Ask one of them.",
  "text.only.starter": "Only {starter}, who started this run, can {doing}. Ask {starter}, or start a run of your own.",
  "text.only.ownerAndAdmins": "Only {starter}, whose it is, and admins of this workspace can {doing}. Ask one of them.",
  "text.only.owner": "Only {starter}, whose it is, can {doing}. Ask {starter}, or start a run of your own.",
  "text.admins": "Only admins of this workspace can {doing}. Ask one of them.",
  "text.nobody": "Nobody can {doing} here. Ask whoever runs Parley for you.",

  "text.doing.start": "start a run",
  "text.doing.steer": "speak to the agents",
  "text.doing.answer": "answer the agents' questions",
  "text.doing.approve": "allow code to run",
  "text.doing.stop": "stop the run",
  "text.doing.forget": "make the agents forget something",
  "text.doing.forgetThread": "make Parley forget this thread",
  "text.doing.raise": "raise a limit",
  "text.doing.export": "share a result, or take a transcript or a team out",
  "text.doing.watch": "see runs in the studio",
  "text.doing.oversee": "see runs of channels that you are not in",
  "text.doing.schedule": "have work start by itself, or change it",
  "text.doing.editTeams": "change teams and settings",
  "text.doing.audit": "see who may do what, and who decided what",

  "text.theAdmins": "admins of this workspace",
  "text.everybody": "everybody here",
  "text.nobodyRaises": "Nobody in Slack can raise a day's budget; whoever runs Parley can.",
  "text.whoRaises": "A day's budget can be raised by {who}.",
  "text.seeBudget": "`/parley budget` shows how it stands.",

  "text.notInConversation":
    "I am not in this conversation, so nobody would see my answers. Ask me in a channel that I am in, or in your messages with me.",
  "text.invite": "I am not in this channel, so nobody would see my answers. Invite me first: `/invite @parley`",
  "text.couldNotPost": "I could not post your words in {where} ({code}). Try again, or mention me there.",
  "text.thisConversation": "this conversation",
  "text.notIn": "You are not in {where}, so I show you nothing of it, and nothing was done. Whoever is in it can invite you.",
  "text.overseesOnly": "You see what happens in this channel, and are not in it: you do nothing there. Whoever is in it can invite you.",
  "text.formTooLate": "Slack opens a form only within three seconds, and I took longer: nothing was done. Ask for it once more.",
  "text.notOpened":
    "Slack did not open the form ({code}), so nothing was done. Ask for it once more; whoever runs Parley finds it in its log.",
  "text.notUnderstood":
    "What Slack sent me of this could not be read, so nothing was done. Try again, or say it in words; whoever runs Parley finds in its log what was missing.",
  "text.sightUnsaid": "Slack does not say just now whether you are in {where} ({code}), so nothing was done.{why} Try again in a moment.",
} as const;
