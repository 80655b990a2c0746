/**
 * What is kept of a call, decided: takes what the exchange tells of it, one entry after the other, and gives what is to be written. A
 * line of the agent is kept once it was heard, and as far as it was heard.
 */
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { HumanLine } from '../bridge/listening/spoken-order.ts'
import type { TranscriptLine } from '../call/transcript.ts'
import { beginCounting, count, type Counted } from './counting.ts'
import { type Prices, type Tariff, tariffOf } from './money.ts'
import type { CallLine, LineKind, RecordWrite } from './record.ts'
import { noteCost, NOTHING_USED, type RunningCost, runningNano } from './running-cost.ts'
import { wholeMsIn } from './whole-ms.ts'

/** How much is kept: all, all but the sound, or only what happened and when. */
export type RecordLevel = 'everything' | 'noAudio' | 'factsOnly'

/** A call as it begins, or as another process takes it up. */
export type CallToRecord = Readonly<{
  callSid: string
  customer: string
  line: string
  direction: 'inbound' | 'outbound'
  from: string
  to: string
  /** ms since 1970. */
  startedAt: number
  /** The epoch in which this process took the call. */
  epoch: number
  owner: string
  agentVersion: string
  /** JSON of what the agent was told. */
  agentBody: string
  model: string
  transcriptionModel: string | undefined
  /** Kept with the call, and not looked at. */
  metadata: Readonly<Record<string, string>>
  /** What each call of the customer is tagged with. */
  tags: readonly string[]
  level: RecordLevel
  prices: Prices
}>

/** What is known of a call that is being recorded. */
export type Recording =
  & Counted
  & Readonly<{
    begun: CallToRecord
    writes: number
    moments: number
    /** Words of the agent that nobody has heard to their end yet, and items heard whose words are not all there. */
    unheard: ReadonlyMap<string, Told>
    heard: ReadonlySet<string>
    /** Absent when there is no price for the model. */
    tariff: Tariff | undefined
    cost: RunningCost
  }>

type Told = Readonly<{ line: TranscriptLine | HumanLine; previousItemId?: string }>

export type Recorded = readonly [recording: Recording, writes: readonly RecordWrite[]]

/** Begins the record of a call. */
export const beginRecording = (begun: CallToRecord): Recorded => {
  const { callSid, customer, startedAt, epoch } = begun
  const { line, direction, from, to, agentVersion, model, owner, metadata } = begun
  const recording: Recording = {
    ...beginCounting({
      callSid,
      customer,
      line,
      direction,
      from,
      to,
      startedAt,
      agentVersion,
      model,
      ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
      owner,
      epoch,
      revision: 0,
    }),
    begun,
    writes: 0,
    moments: 0,
    unheard: new Map(),
    heard: new Set(),
    tariff: tariffOf(begun),
    cost: NOTHING_USED,
  }
  const version: RecordWrite = {
    type: 'version',
    version: { version: agentVersion, customer, firstSeenAt: startedAt, body: begun.agentBody },
  }
  // Whoever takes a call up leaves alone what operators have made of its tags since.
  const tags = epoch === 1 ? begun.tags : []
  const [next, writes] = keepFacts(recording, 0)
  return [next, [
    version,
    ...writes,
    ...tags.map((tag): RecordWrite => ({
      type: 'tag',
      tag: { callSid, startedAt, tag, isSet: true, at: startedAt },
    })),
  ]]
}

/** Takes an entry of the call's feed, already redacted. */
export const record = (before: Recording, entry: FeedEntry): Recorded => {
  // A line is told again with each word, many times a second.
  if (entry.type === 'line' && !entry.line.final) return [before, []]
  const recording = { ...before, cost: noteCost(before.cost, entry) }
  switch (entry.type) {
    case 'line':
      return takeLine(recording, entry, entry.atMs)
    case 'agent-heard':
      return agentHeard(recording, entry.itemId, entry.atMs)
    case 'key-pressed':
      return keyPressed(recording, entry.digit, entry.atMs)
    case 'caller-speaking':
      return [{ ...recording, ...count(recording, entry, wallOf(recording, entry.atMs)) }, []]
    case 'summarised':
      return then(keepSummary(recording, entry), (next) => keepFacts(next, entry.atMs))
    case 'transcribed':
    case 'offered':
    case 'model-ready':
      return [recording, []]
    default:
      return then(moment(recording, entry), (next) => keepCounted(next, entry))
  }
}

/** What is known of the call itself hardly ever changes; what is counted of it does with each entry. */
const keepCounted = (recording: Recording, entry: FeedEntry): Recorded => {
  const counted = count(recording, entry, wallOf(recording, entry.atMs))
  const [kept, writes] = keepFacts({ ...recording, ...counted }, entry.atMs)
  const isCallNew = counted.call !== recording.call
  return [kept, isCallNew ? writes : writes.filter(({ type }) => type !== 'call')]
}

/** Writes what is known of the call and of this part of it, with what it cost so far. */
const keepFacts = (recording: Recording, atMs: number): Recorded => {
  const { tariff, cost: { tokens } } = recording
  const cost = tariff && runningNano(tariff, recording.cost, atMs)
  const [revision, next] = revise(recording)
  const call = { ...recording.call, revision }
  const part = { ...recording.part, revision, tokens, costNano: cost ?? 0 }
  return [{ ...next, call, part }, [{ type: 'call', call }, { type: 'part', part }]]
}

const takeLine = (recording: Recording, told: Told, atMs: number): Recorded => {
  const { line, previousItemId } = told
  const { itemId, speaker, text } = line
  const heardMs = 'heardMs' in line ? line.heardMs : undefined
  const isHeard = speaker !== 'agent' || heardMs !== undefined || recording.heard.has(itemId)
  const unheard = new Map(recording.unheard)
  if (isHeard) unheard.delete(itemId)
  else unheard.set(itemId, told)
  const next = { ...recording, unheard }
  if (!isHeard || (text === '' && speaker !== 'tool')) return [next, []]
  const [after, writes] = keepLine(next, {
    itemId,
    ...contentOf(line),
    at: lineAt(recording, line.atMs, atMs),
    ...(previousItemId === undefined ? {} : { previousItemId }),
    ...(heardMs === undefined ? {} : { heardMs: Math.round(heardMs) }),
  })
  return [after, [...writes, ...messageOf(after, line, lineAt(recording, line.atMs, atMs))]]
}

/** The message that a caller left, if the line is that of the tool which takes it. */
const messageOf = (
  { begun: { callSid, customer, level } }: Recording,
  line: Told['line'],
  at: number,
): readonly RecordWrite[] => {
  if (line.speaker !== 'tool' || line.tool.name !== 'take_message') return []
  if (line.tool.failed || level === 'factsOnly') return []
  const text = line.tool.given
  return [{
    type: 'message',
    message: { id: `${callSid}/${line.itemId}`, callSid, customer, at, text },
  }]
}

const contentOf = (
  line: Told['line'],
): Readonly<{ kind: LineKind; text: string }> & Pick<CallLine, 'tool'> => {
  if (line.speaker !== 'tool') return { kind: line.speaker, text: line.text }
  const { name, given, failed } = line.tool
  return { kind: 'tool', text: name, tool: { given, result: line.text, failed } }
}

const agentHeard = (recording: Recording, itemId: string, atMs: number): Recorded => {
  const next = { ...recording, heard: new Set(recording.heard).add(itemId) }
  const told = recording.unheard.get(itemId)
  return told ? takeLine(next, told, atMs) : [next, []]
}

const keyPressed = (recording: Recording, digit: string, atMs: number): Recorded =>
  keepLine(recording, {
    itemId: `key-${recording.begun.epoch}-${recording.writes}`,
    kind: 'key',
    text: digit,
    at: wallOf(recording, atMs),
  })

const keepLine = (
  recording: Recording,
  line: Omit<CallLine, 'callSid' | 'customer' | 'revision'>,
): Recorded => {
  const { callSid, customer, level } = recording.begun
  if (level === 'factsOnly') return [recording, []]
  const [revision, next] = revise(recording)
  return [next, [{ type: 'line', line: { callSid, customer, ...line, revision } }]]
}

const keepSummary = (
  recording: Recording,
  entry: Extract<FeedEntry, { type: 'summarised' }>,
): Recorded => {
  const { callSid, customer, level } = recording.begun
  if (level === 'factsOnly') return [recording, []]
  const { type: _, status: __, atMs, afterMs: ___, usage: ____, ...written } = entry
  const at = wallOf(recording, atMs)
  return [recording, [{ type: 'summary', summary: { callSid, customer, at, ...written } }]]
}

/** Something for the timeline. What the model's server wrote about a problem may quote the caller, so it counts as content. */
const moment = (recording: Recording, entry: FeedEntry): Recorded => {
  const { callSid, epoch, level } = recording.begun
  const { type, atMs, ...data } = entry
  const kept = level === 'factsOnly' && 'problem' in data ? { ...data, problem: undefined } : data
  const seq = recording.moments + 1
  if (seq > MOST_MOMENTS && type !== 'ended') return [recording, []]
  return [{ ...recording, moments: seq }, [{
    type: 'moment',
    moment: {
      callSid,
      part: epoch,
      seq,
      at: wallOf(recording, atMs),
      kind: type,
      data: wholeMsIn(kept),
    },
  }]]
}

/** A call of an hour has some 500. */
const MOST_MOMENTS = 5_000
/** More than any process writes of a call, so that what a later one writes counts as newer. */
const PART = 1_000_000_000

const revise = (recording: Recording): readonly [number, Recording] => {
  const writes = recording.writes + 1
  return [recording.begun.epoch * PART + writes, { ...recording, writes }]
}

const wallOf = ({ begun }: Recording, atMs: number): number => Math.round(begun.startedAt + atMs)

/** When a line began; of one from a process before this that is not known here. */
const lineAt = (recording: Recording, lineAtMs: number, atMs: number): number =>
  wallOf(recording, lineAtMs >= 0 && lineAtMs <= atMs ? lineAtMs : atMs)

const then = (
  [recording, writes]: Recorded,
  next: (recording: Recording) => Recorded,
): Recorded => {
  const [after, more] = next(recording)
  return [after, [...writes, ...more]]
}
