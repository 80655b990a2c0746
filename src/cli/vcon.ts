/**
 * A call as a vCon, the container for conversations that other programs read: who, when, the recording or the words, what was done.
 *
 * https://datatracker.ietf.org/doc/draft-ietf-vcon-vcon-core/ (drafts 03 and 04, syntax 0.4.0)
 */
import { type CallLine, inOrder, type WrittenSummary } from '../record/record.ts'
import { sha256 } from '../runtime/hmac.ts'
import type { CallSummary, WholeCall } from '../store/record-store.ts'

export type VconOptions = Readonly<{
  whole: WholeCall
  /** The stereo recording, caller left, agent right; absent where there is none, or it is not wanted. */
  recording: Uint8Array<ArrayBuffer> | undefined
  /** How long it is, in ms. */
  recordingMs: number
  /** Milliseconds since 1970. */
  now: number
}>

/** A party is named by its place in `parties`. */
const CALLER = 0
const AGENT = 1
const HUMAN = 2

/** Name the shapes of what is said about the dialog. */
const TRANSCRIPT = 'tandem-transcript-1'
const SUMMARY = 'tandem-summary-1'

/** Writes a call as the value of a vCon, ready for JSON. */
export const vconOf = (options: VconOptions): Readonly<Record<string, unknown>> => {
  const { whole: { call, lines, moments, messages, summary }, now } = options
  const said = inOrder(lines)
  const isHuman = said.some(({ kind }) => kind === 'human')
  const dialog = dialogOf(options, said)
  const analysis = [
    ...(said.length === 0
      ? []
      : [analysisOf('transcript', TRANSCRIPT, dialog.length, { lines: said.map(lineOf) })]),
    ...(summary?.summary === undefined
      ? []
      : [analysisOf('summary', SUMMARY, dialog.length, summaryOf(summary))]),
  ]
  const body = {
    call: factsOf(call),
    moments: moments.map(momentOf),
    messages: messages.map(messageOf),
  }
  return {
    vcon: '0.4.0',
    uuid: uuidOf(call),
    created_at: iso(call.endedAt ?? now),
    subject: call.direction === 'inbound' ? `A call to ${call.line}` : `A call from ${call.line}`,
    parties: [
      { ...addressOf(call.direction === 'inbound' ? call.from : call.to), type: 'person' },
      { ...addressOf(call.line), name: call.customer, type: 'bot' },
      ...(isHuman
        ? [{ name: 'the human who was put through to', type: 'person', org: call.customer }]
        : []),
    ],
    dialog,
    ...(analysis.length === 0 ? {} : { analysis }),
    attachments: [{
      purpose: 'what happened in the call, and what it cost',
      start: iso(call.startedAt),
      party: AGENT,
      dialog: 0,
      mediatype: 'application/json',
      encoding: 'json',
      body,
    }],
  }
}

const analysisOf = (type: string, schema: string, dialogs: number, body: unknown) => ({
  type,
  dialog: dialogs === 1 ? 0 : Array.from({ length: dialogs }, (_, at) => at),
  vendor: 'Tandem',
  product: 'tandem',
  schema,
  mediatype: 'application/json',
  encoding: 'json',
  body,
})

const dialogOf = (
  { whole: { call, moments }, recording, recordingMs }: VconOptions,
  said: readonly CallLine[],
): readonly Readonly<Record<string, unknown>>[] => {
  const connectedAt = moments.find(({ kind }) => kind === 'caller-connected')?.at
  const spoken = said.filter(({ kind }) => kind in SPEAKERS)
  const start = iso(connectedAt ?? call.startedAt)
  // The first is taken to be who called.
  const parties = [CALLER, AGENT]
  const originator = call.direction === 'inbound' ? {} : { originator: AGENT }
  const ends = { start, parties, ...originator }
  if (connectedAt === undefined && spoken.length === 0 && !recording) {
    return [{ type: 'incomplete', ...ends, disposition: dispositionOf(call) }]
  }
  const duration = Math.max(0, (call.endedAt ?? call.startedAt) - (connectedAt ?? call.startedAt))
  const keys = historyOf(said)
  const set = { type: 'recording', ...ends, duration: duration / 1000, ...keys }
  if (recording) {
    return [{
      ...set,
      duration: recordingMs / 1000,
      mediatype: 'audio/x-wav',
      filename: `${call.callSid}.wav`,
      encoding: 'base64url',
      body: recording.toBase64({ alphabet: 'base64url', omitPadding: true }),
    }]
  }
  // A call that nobody recorded, and of which no words are kept, still took place.
  if (spoken.length === 0) return [set]
  return spoken.map(({ kind, text, at }, first) => ({
    type: 'text',
    start: iso(at),
    parties: [SPEAKERS[kind] ?? AGENT],
    mediatype: 'text/plain',
    encoding: 'none',
    body: text,
    ...(first === 0 ? keys : {}),
  }))
}

const SPEAKERS: Readonly<Partial<Record<CallLine['kind'], number>>> = {
  caller: CALLER,
  agent: AGENT,
  human: HUMAN,
}

/** The keys that the caller pressed. */
const historyOf = (said: readonly CallLine[]) => {
  const keys = said.filter(({ kind }) => kind === 'key')
  return keys.length === 0 ? {} : {
    party_history: keys.map(({ at, text }) => ({
      party: CALLER,
      time: iso(at),
      event: 'keydown',
      button: text,
    })),
  }
}

const dispositionOf = ({ endReason }: CallSummary): string => {
  switch (endReason) {
    case 'not-answered':
      return 'no-answer'
    case 'machine-answered':
      return 'voicemail-no-message'
    case 'caller-hung-up':
      return 'hung-up'
    default:
      return 'failed'
  }
}

/** A number, an address, or a name where it is neither. */
const addressOf = (end: string): Readonly<Record<string, string>> =>
  /^\+\d+$/.test(end) ? { tel: end } : /^sips?:/.test(end) ? { sip: end } : { name: end }

const lineOf = ({ kind, text, at, heardMs, tool }: CallLine) => ({
  kind,
  text,
  at: iso(at),
  ...(heardMs === undefined ? {} : { heardMs }),
  ...(tool ? { tool } : {}),
})

const summaryOf = (
  { summary, outcome, fields }: Pick<WrittenSummary, 'summary' | 'outcome' | 'fields'>,
) => ({ summary, outcome, ...(fields ? { fields } : {}) })

const factsOf = ({ revision: _, costNano, startedAt, endedAt, ...call }: CallSummary) => ({
  ...call,
  startedAt: iso(startedAt),
  ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
  costUsd: costNano / 1e9,
})

const momentOf = ({ at, kind, data }: WholeCall['moments'][number]) => ({ at: iso(at), kind, data })

const messageOf = ({ at, text, for: whom }: WholeCall['messages'][number]) => ({
  at: iso(at),
  ...(whom === undefined ? {} : { for: whom }),
  text,
})

/**
 * The same for a call whenever it is exported: a UUID of version 8, the time in front as in version 7, and then what names the call.
 *
 * https://www.rfc-editor.org/rfc/rfc9562#section-5.8
 */
const uuidOf = ({ callSid, startedAt }: CallSummary): string => {
  const time = Math.floor(startedAt).toString(16).padStart(12, '0')
  const name = sha256(callSid)
  const variant = '89ab'[parseInt(name[3], 16) % 4]
  return [
    time.slice(0, 8),
    time.slice(8, 12),
    `8${name.slice(0, 3)}`,
    `${variant}${name.slice(4, 7)}`,
    name.slice(7, 19),
  ].join('-')
}

const iso = (ms: number): string => new Date(ms).toISOString()
