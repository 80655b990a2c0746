/**
 * One response on its way, at the pace of the scenario, until it is complete or is told to stop.
 *
 * It is written as a generator that does a step and yields how long to wait, so that it reads like
 * the protocol; to stop it is not to go on with it.
 */
import type { Cancel } from '../../clock.ts'
import type { Desk } from './desk.ts'
import type { AudioFormat, Item, ResponseObject, StatusDetails } from './events.ts'
import type { Generated } from './meter.ts'
import { createOutputWriter, type OutputWriter } from './output-writer.ts'
import type { Planned } from './plan.ts'
import type { RemoteTools } from './remote-tools.ts'
import { bytesPerMs, encodeSound } from './sound.ts'

/** A response as it is known when it begins. */
export type ResponseHead = Omit<ResponseObject, 'status' | 'status_details' | 'output' | 'usage'>

export type PerformanceOptions = Readonly<{
  desk: Desk
  remoteTools: Pick<RemoteTools, 'called'>
  head: ResponseHead
  outputs: readonly Planned[]
  firstDeltaMs: number
  /** How it ends when nothing stops it; absent: completed. */
  ending?: StatusDetails | undefined
  /** Called once, when everything but `response.done` has been sent. */
  finished: (end: PerformanceEnd) => void
}>

export type PerformanceEnd = Readonly<{
  output: readonly Item[]
  generated: Generated
  details: StatusDetails | null
}>

export type Performance = Readonly<{
  id: string
  /**
   * Ends it as cancelled, after as many more deltas of the item being spoken as the scenario lets
   * come late.
   */
  cancel: (reason: 'turn_detected' | 'client_cancelled') => void
}>

/** Begins a response: `response.created` goes out at once. */
export const perform = (options: PerformanceOptions): Performance => {
  const { desk, head, finished, ending = null } = options
  const { remoteTools } = options
  const writer = createOutputWriter(desk, remoteTools, head.id, head.conversation_id !== null)
  const steps = stepsOf(options, writer)
  let cancelWait: Cancel = () => {}
  let isMidItem = false
  let isOver = false

  const end = (details: StatusDetails | null) => {
    isOver = true
    cancelWait()
    writer.close(details === null ? 'completed' : 'incomplete')
    finished({ output: writer.output(), generated: writer.generated(), details })
  }
  const proceed = () => {
    const { done, value } = steps.next()
    if (done) return end(ending)
    isMidItem = value.isMidItem
    cancelWait = desk.later(value.waitMs, proceed)
  }

  desk.send({
    type: 'response.created',
    response: { ...head, status: 'in_progress', status_details: null, output: [], usage: null },
  })
  proceed()

  return {
    id: head.id,
    cancel: (reason) => {
      if (isOver) return
      for (let late = 0; late < desk.scenario.lateDeltas && isMidItem; late++) {
        isMidItem = steps.next().value?.isMidItem ?? false
      }
      end({ type: 'cancelled', reason })
    },
  }
}

/** A wait, and whether more of the same item comes after it. */
type Step = Readonly<{ waitMs: number; isMidItem: boolean }>

function* stepsOf(options: PerformanceOptions, writer: OutputWriter): Generator<Step, undefined> {
  const { desk, head, outputs, firstDeltaMs, ending } = options
  yield { waitMs: firstDeltaMs, isMidItem: false }
  for (const [at, planned] of outputs.entries()) {
    if (planned.kind !== 'message') yield* call(writer, planned)
    else if (head.output_modalities[0] === 'text') yield* write(writer, planned.text)
    else yield* speak(desk, writer, head.audio.output.format, planned)
    const isCutOff = ending !== undefined && at === outputs.length - 1
    writer.close(isCutOff ? 'incomplete' : 'completed')
  }
}

function* speak(
  { scenario }: Desk,
  writer: OutputWriter,
  format: AudioFormat,
  { text, sound }: Extract<Planned, { kind: 'message' }>,
): Generator<Step, undefined> {
  const bytes = encodeSound(sound, format)
  const words = text.match(/\S+\s*/g) ?? []
  let saidWords = 0
  writer.openMessage(sound)
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const delta = bytes.subarray(from, from + deltaBytes(scenario.deltaMs, turn, format))
    from += delta.length
    const knownWords = Math.ceil((words.length * from) / bytes.length)
    const ms = delta.length / bytesPerMs(format)
    writer.text(words.slice(saidWords, knownWords).join(''))
    writer.audio(delta, ms)
    saidWords = knownWords
    yield { waitMs: ms / scenario.speed, isMidItem: from < bytes.length }
  }
  if (saidWords < words.length) writer.text(text)
}

function* write(writer: OutputWriter, text: string): Generator<Step, undefined> {
  writer.openMessage()
  for (const delta of text.match(/(?:\S+\s*){1,4}/g) ?? []) {
    writer.text(delta)
    yield { waitMs: TEXT_DELTA_MS, isMidItem: false }
  }
}

function* call(
  writer: OutputWriter,
  planned: Exclude<Planned, { kind: 'message' }>,
): Generator<Step, undefined> {
  if (planned.kind === 'call') writer.openCall(planned.name)
  else writer.openMcpCall(planned.label, planned.name)
  for (const delta of planned.arguments.match(/.{1,12}/gs) ?? []) {
    writer.text(delta)
    yield { waitMs: TEXT_DELTA_MS, isMidItem: false }
  }
}

const TEXT_DELTA_MS = 10

const deltaBytes = (deltaMs: readonly number[], turn: number, format: AudioFormat): number =>
  Math.max(1, Math.floor(deltaMs[turn % deltaMs.length] * bytesPerMs(format)))
