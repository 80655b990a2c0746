/** `tandem calls export`: what the record has, for other programs: a line a call on stdout, or a file a call in a folder. */
import { readWav } from '../audio/wav.ts'
import { inOrder } from '../record/record.ts'
import type { Recordings } from '../record/recordings.ts'
import * as files from '../runtime/files.ts'
import type { CallFilter, CallSummary, RecordStore } from '../store/record-store.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { csvRow } from './csv-row.ts'
import { countOf } from './format.ts'
import { withRecord } from './record-access.ts'
import { vconOf } from './vcon.ts'

export type ExportOptions = Readonly<{
  format: 'jsonl' | 'csv' | 'vcon'
  /** The folder for a file a call. */
  out?: string
  /** Whether recordings are part of vCons. */
  audio: boolean
  customer?: string
  number?: string
  tag?: string
  since?: number
  until?: number
  json?: true
}>

/** Writes calls: all that is kept as JSON lines, facts as CSV, or vCons. */
export const exportCalls = (
  context: CommandContext,
  { format, out, audio, json: _, ...filter }: ExportOptions,
): Promise<ExitCode> => {
  if (format === 'csv' && out !== undefined) {
    context.err('csv is one table: leave --out away and write stdout to a file')
    return Promise.resolve(2)
  }
  return withRecord(context, async ({ record, recordings }) => {
    if (format === 'csv') context.out(csvRow(Object.keys(csvOf(undefined))))
    // Where a person reads the lines themselves a bar would be in between.
    const isRead = out === undefined && context.isTerminal
    const total = isRead ? 0 : await countCalls(record, filter)
    const progress = await context.progress('calls', total)
    let written = 0
    try {
      for await (const call of allCalls(record, filter)) {
        progress.advance()
        if (format === 'csv') {
          context.out(csvRow(Object.values(csvOf(call))))
          continue
        }
        const whole = await record.call(call.callSid)
        if (!whole) continue
        const value = format === 'vcon'
          ? vconOf({ whole, ...await soundOf(recordings, audio, call.callSid), now: Date.now() })
          : { ...whole, lines: inOrder(whole.lines) }
        if (out === undefined) context.out(JSON.stringify(value))
        else {
          const name = `${call.callSid}.${format === 'vcon' ? 'vcon' : 'json'}`
          await files.write(`${out}/${name}`, `${JSON.stringify(value)}\n`, { isPrivate: true })
        }
        written++
      }
    } finally {
      progress.stop()
    }
    if (out !== undefined) context.err(`${countOf(written, 'call')} in ${out}`)
    return 0
  })
}

const PAGE = 200

const allCalls = async function* (
  record: RecordStore,
  filter: CallFilter,
): AsyncGenerator<CallSummary> {
  let page = await record.list(filter, PAGE)
  while (page.length > 0) {
    yield* page
    page = await record.list(filter, PAGE, page.at(-1))
  }
}

/** How many there will be; those with a number or a tag nobody counts, and these are short lists. */
const countCalls = async (
  record: RecordStore,
  { number, tag, customer, since, until }: CallFilter,
): Promise<number> => {
  if (number !== undefined || tag !== undefined) return 0
  const sums = await record.costs({ by: 'customer', customer, since, until })
  return sums.reduce((all, { calls }) => all + calls, 0)
}

const soundOf = async (
  recordings: Pick<Recordings, 'find'>,
  isWanted: boolean,
  callSid: string,
): Promise<Readonly<{ recording: Uint8Array<ArrayBuffer> | undefined; recordingMs: number }>> => {
  const path = isWanted ? await recordings.find(callSid) : undefined
  const recording = path === undefined ? undefined : await files.readBytesIfThere(path)
  return { recording, recordingMs: recording ? lengthOf(recording) : 0 }
}

const lengthOf = (wav: Uint8Array): number => {
  try {
    const { channels: [channel], sampleRateHz } = readWav(wav)
    return channel.length / sampleRateHz * 1000
  } catch {
    return 0
  }
}

const csvOf = (call: CallSummary | undefined) => ({
  callSid: call?.callSid,
  customer: call?.customer,
  line: call?.line,
  direction: call?.direction,
  from: call?.from,
  to: call?.to,
  startedAt: iso(call?.startedAt),
  endedAt: iso(call?.endedAt),
  endReason: call?.endReason,
  model: call?.model,
  agentVersion: call?.agentVersion,
  firstAudioMs: call?.firstAudioMs,
  turns: call?.turns,
  latencySumMs: call?.latencySumMs,
  latencyMaxMs: call?.latencyMaxMs,
  bargeIns: call?.bargeIns,
  errors: call?.errors,
  costUsd: call && call.costNano / 1e9,
  tags: call?.tags.join(','),
  metadata: call?.metadata && JSON.stringify(call.metadata),
})

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()
