/** `tandem calls tag`: gives tags to calls, or takes some away, as `POST /api/v1/calls/{callSid}/tags` does. */
import { MOST_TAGS } from '../config/schema/tags.ts'
import type { Tagged } from '../store/record-tags.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { withRecord } from './record-access.ts'

export type TagOptions = Readonly<{
  add?: readonly string[]
  remove?: readonly string[]
  json?: true
}>

/** Changes the tags of each call and says what they are then; a call that cannot be tagged holds up no other. */
export const tagCalls = (
  context: CommandContext,
  callSids: readonly string[],
  { add = [], remove = [], json }: TagOptions,
): Promise<ExitCode> => {
  if (add.length === 0 && remove.length === 0) {
    context.err('nothing to do: give --add <tag> or --remove <tag>')
    return Promise.resolve(2)
  }
  return withRecord(context, async ({ record }) => {
    let code: ExitCode = 0
    for (const callSid of new Set(callSids)) {
      const tagged = await record.tag(callSid, { add, remove, most: MOST_TAGS })
      if (tagged.is !== 'tagged') {
        context.err(refusalOf(callSid, tagged.is))
        code = 1
      } else if (json) context.out(JSON.stringify({ callSid, tags: tagged.tags }))
      else context.out(`${callSid}  ${tagged.tags.join(', ') || 'no tags'}`)
    }
    return code
  })
}

const refusalOf = (callSid: string, why: Exclude<Tagged['is'], 'tagged'>): string =>
  why === 'no-such-call'
    ? `there is no call ${callSid} in the record`
    : `${callSid} would have more than ${MOST_TAGS} tags, the most there may be; its tags are unchanged`
