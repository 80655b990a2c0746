/** `tandem calls`: what the record has, as a list, as a story, as a page. */
import { inOrder } from '../record/record.ts'
import { storyOf, summaryOf } from './call-story.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { withRecord } from './record-access.ts'

export type CallsOptions = Readonly<{
  customer?: string
  number?: string
  tag?: string
  since?: number
  until?: number
  json?: true
}>

/** Lists the newest calls, or those in which words were said. */
export const listCalls = (
  context: CommandContext,
  { json, limit, words, ...filter }: CallsOptions & Readonly<{ limit: number; words?: string }>,
): Promise<ExitCode> =>
  withRecord(context, async ({ record }) => {
    if (words !== undefined) {
      const found = await record.find({ words, customer: filter.customer, limit })
      for (const { line } of found) {
        context.out(json ? JSON.stringify(line) : `${line.callSid}  ${line.kind}  ${line.text}`)
      }
      if (found.length === 0 && !json) context.err('no lines')
      return 0
    }
    const calls = await record.list(filter, limit)
    for (const call of calls) context.out(json ? JSON.stringify(call) : summaryOf(call))
    if (calls.length === 0 && !json) context.err('no calls')
    return 0
  })

/** Tells one call, or writes it as a page: to the file `html`, with its recording unless `audio` is false. */
export const showCall = (
  context: CommandContext,
  callSid: string,
  { json, html, audio }: Readonly<{ json?: true; html?: string; audio: boolean }>,
): Promise<ExitCode> =>
  withRecord(context, async ({ record, recordings, stored }) => {
    const whole = await record.call(callSid)
    if (!whole) {
      context.err(`there is no call ${callSid} in the record`)
      return 1
    }
    const file = await recordings.find(callSid)
    const recording = file ?? (await stored?.partsOf(whole.call.customer, callSid))?.[0]
    if (html !== undefined) {
      const { writeCallPage } = await import('./call-page/write.ts')
      return writeCallPage(context, { whole, recording: audio ? file : undefined, html, json })
    }
    if (json) context.out(JSON.stringify({ ...whole, lines: inOrder(whole.lines), recording }))
    else for (const line of storyOf(whole, recording)) context.out(line)
    return 0
  })
