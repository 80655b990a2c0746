/**
 * Keeps the event logs of calls: what is told of a call waits for a second and is then logged at once, so that none of it happens
 * while audio is on its way.
 */
import type { CallEvents } from '../bridge/call-events.ts'
import type { CallEffect } from '../call/effects.ts'
import type { CallEvent } from '../call/events.ts'
import type { Ringing } from '../call/state.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { writeEnd } from '../replay/event-log.ts'
import { beginEventLog, type EventLog, logEvent } from '../replay/keep-events.ts'
import type { Redact } from '../replay/mask.ts'
import { createEventFile, type EventFile, type EventFileOptions } from './event-file.ts'

/** A call whose events are kept; without `redact` texts are kept as they are. */
export type KeptCall = Readonly<{
  callSid: string
  customer: string
  agentVersion: string
  redact: Redact | undefined
}>

export type EventRecorderOptions = Readonly<{
  /** Opens the file of a call of a customer's. */
  open: (customer: string, callSid: string) => ReturnType<EventFileOptions['open']>
  /** The version of this program. */
  program: string
  clock: Clock
  /** Milliseconds since 1970. */
  wallMs: () => number
  log: Log
}>

export type EventRecorder = Readonly<{
  /** Keeps the events of a call from its beginning in this process on. */
  begin: (call: KeptCall) => CallEvents
  /** Resolves when what has ended is on the disk. Never rejects. */
  settled: () => Promise<void>
}>

const WRITTEN_EVERY_MS = 1_000
/** More than happens in a second, unless something has gone wild. */
const MOST_WAITING = 2_000

/** Makes what keeps the event logs of this process. */
export const createEventRecorder = (options: EventRecorderOptions): EventRecorder => {
  const { clock, wallMs, program } = options
  const files = new Set<EventFile>()

  const openFile = ({ customer, callSid }: KeptCall): EventFile => {
    const file = createEventFile({
      open: () => options.open(customer, callSid),
      fullLine: writeEnd('full'),
      failed: (problem) => options.log.error('events.failed', { callSid, customer, problem }),
    })
    files.add(file)
    return file
  }

  const begin = (call: KeptCall): CallEvents => {
    const { callSid, customer, agentVersion, redact } = call
    let log: EventLog = { is: 'ended' }
    let file: EventFile | undefined
    let waiting: { event: CallEvent; effects: readonly CallEffect[] | undefined }[] = []
    let cancel: Cancel = () => {}

    const write = () => {
      cancel()
      const told = waiting
      waiting = []
      const lines: string[] = []
      for (const each of told) {
        const [next, more] = logEvent(log, each)
        log = next
        lines.push(...more)
      }
      file?.write(lines)
      if (log.is === 'ended') finish()
    }

    const finish = () => {
      cancel()
      log = { is: 'ended' }
      waiting = []
      const ended = file
      file = undefined
      if (!ended) return
      ended.end()
      void ended.settled().then(() => files.delete(ended))
    }

    /** A mistake of ours costs the rest of the log and nothing else. */
    const guarded =
      <Given extends readonly unknown[]>(action: (...given: Given) => void) =>
      (...given: Given): void => {
        try {
          action(...given)
        } catch (error) {
          options.log.error('events.fault', { callSid, customer, error })
          finish()
        }
      }

    return {
      began: guarded((state: Ringing) => {
        const facts = { program, callSid, customer, agentVersion, startedAt: wallMs() }
        const [begun, lines] = beginEventLog(facts, state, redact)
        log = begun
        file = openFile(call)
        file.write(lines)
      }),
      happened: guarded((event: CallEvent) => {
        if (log.is === 'ended') return
        if (waiting.length >= MOST_WAITING) write()
        if (waiting.length === 0) cancel = clock.after(WRITTEN_EVERY_MS, guarded(write))
        waiting.push({ event, effects: undefined })
      }),
      decided: guarded((effects: readonly CallEffect[]) => {
        const last = waiting.at(-1)
        if (last) last.effects = effects
        if (effects.some(({ type }) => type === 'end-call')) write()
      }),
    }
  }

  return {
    begin,
    settled: async () => {
      await Promise.all([...files].map((file) => file.settled()))
    },
  }
}
