/**
 * One call between two humans that is listened to: Twilio sends what each of them says, a transcriber each writes it down, and the
 * lines are told in the order in which they were spoken.
 *
 * The call does not depend on any of this: nothing is ever sent to Twilio, and whatever fails here ends the transcript at most.
 */
import type { Socket, SocketEvents } from '../../runtime/socket.ts'
import { decode } from '../../twilio/decode.ts'
import type { StreamMessage } from '../../twilio/messages.ts'
import { type ListenedTrack, type ListenedTrackOptions, listenToTrack } from './listened-track.ts'
import {
  begin,
  giveUp,
  type HumanLine,
  release,
  SILENCE,
  type Speaker,
  write,
} from './spoken-order.ts'

/** Why a call is not listened to any more. */
export type ListeningEnd =
  | 'call-ended'
  /** The stream broke, or says nothing any more; the call itself may go on. */
  | 'stream-lost'
  | 'no-stream'
  /** This process ends. */
  | 'service-stopped'
  | 'fault'

/** What is told of a call that is listened to. */
export type ListeningReport =
  | Readonly<{ type: 'listening' }>
  | Readonly<{ type: 'line'; line: HumanLine }>
  /** A transcriber broke and is being opened again; what is said meanwhile is kept for it. */
  | Readonly<{ type: 'transcriber-interrupted'; speaker: Speaker; cause: string }>
  | Readonly<{ type: 'transcriber-resumed'; speaker: Speaker }>
  | Readonly<{ type: 'transcriber-lost'; speaker: Speaker; cause: string }>
  /** `droppedMs` of audio never reached a transcriber, because it was away for too long. */
  | Readonly<{ type: 'ended'; reason: ListeningEnd; lines: number; droppedMs: number }>

export type Listening = Readonly<{
  /** What listens to the socket of the stream from now on. */
  events: SocketEvents
  /** To be called a few times a second. */
  tick: () => void
  /** Nothing more is said: what was said is put into words, then `ended` is told. */
  finish: (reason: ListeningEnd) => void
  /** Ends at once. */
  stop: (reason: ListeningEnd) => void
}>

export type ListeningOptions =
  & Omit<ListenedTrackOptions, 'speaker'>
  & Readonly<{ socket: Socket; onReport: (report: ListeningReport) => void }>

/** How long the last words are waited for. */
const LAST_WORDS_MS = 8_000
/** A stream that says nothing for this long is gone. */
const STREAM_LOST_MS = 60_000

/** Begins to listen to a stream that carries both tracks. `ended` is told last, once. */
export const listen = (options: ListeningOptions): Listening => {
  const { clock, log, socket } = options
  const startedAtMs = clock.nowMs()
  let phase: 'listening' | 'finishing' | 'ended' = 'listening'
  let ending: Readonly<{ reason: ListeningEnd; atMs: number }> = { reason: 'fault', atMs: 0 }
  let heardAtMs = startedAtMs
  let order = SILENCE
  let lines = 0

  const report = (what: ListeningReport) => {
    if (phase !== 'ended') options.onReport(what)
  }

  const tell = (all = false) => {
    const [next, told] = release(order, clock.nowMs(), all)
    order = next
    for (const line of told) {
      lines += 1
      report({ type: 'line', line })
    }
  }

  const track = (speaker: Speaker): ListenedTrack =>
    listenToTrack({ ...options, speaker, log: log.with({ speaker }) }, {
      began: guarded((itemId: string, atMs: number) => {
        order = begin(order, { itemId, speaker, atMs, sinceMs: clock.nowMs() })
      }),
      wrote: guarded((itemId: string, atMs: number, text: string) => {
        order = write(order, { itemId, speaker, text, final: true, atMs }, clock.nowMs())
        tell()
      }),
      interrupted: guarded((cause: string) => {
        order = giveUp(order, speaker)
        report({ type: 'transcriber-interrupted', speaker, cause })
        tell()
      }),
      resumed: guarded(() => report({ type: 'transcriber-resumed', speaker })),
      lost: guarded((cause: string) => {
        order = giveUp(order, speaker)
        report({ type: 'transcriber-lost', speaker, cause })
        tell()
      }),
    })

  const stop = (reason: ListeningEnd) => {
    if (phase === 'ended') return
    tell(true)
    const droppedMs = tracks.caller.droppedMs() + tracks.human.droppedMs()
    report({ type: 'ended', reason, lines, droppedMs })
    phase = 'ended'
    tracks.caller.close()
    tracks.human.close()
    socket.close(1000)
  }

  const finish = (reason: ListeningEnd) => {
    if (phase !== 'listening') return
    phase = 'finishing'
    ending = { reason, atMs: clock.nowMs() }
    tracks.caller.finish()
    tracks.human.finish()
  }

  /** A mistake of ours ends this transcript, and neither the call nor anything else. */
  const guarded =
    <Arguments extends unknown[]>(handle: (...given: Arguments) => void) =>
    (...given: Arguments): void => {
      if (phase === 'ended') return
      try {
        handle(...given)
      } catch (error) {
        log.error('listening.fault', { error })
        stop('fault')
      }
    }

  const take = (message: StreamMessage) => {
    switch (message.type) {
      case 'media':
        if (phase !== 'listening') return
        // The outbound track is what Twilio plays to the caller: the human, and whatever is said before they answer.
        return (message.track === 'outbound' ? tracks.human : tracks.caller)
          .frame(message.timestampMs, message.payload)
      case 'stop':
        return finish('call-ended')
      case 'malformed':
        return log.debug('listening.malformed-message', { problem: message.problem })
      default:
        return
    }
  }

  const tracks = { caller: track('caller'), human: track('human') }
  report({ type: 'listening' })
  return {
    events: {
      message: guarded((text: string) => {
        heardAtMs = clock.nowMs()
        take(decode(text))
      }),
      closed: guarded(() => finish('stream-lost')),
    },
    tick: guarded(() => {
      const nowMs = clock.nowMs()
      tracks.caller.tick()
      tracks.human.tick()
      tell()
      if (phase === 'listening' && nowMs - heardAtMs > STREAM_LOST_MS) finish('stream-lost')
      if (phase !== 'finishing') return
      const isDone = tracks.caller.isDone() && tracks.human.isDone()
      if (isDone || nowMs - ending.atMs > LAST_WORDS_MS) stop(ending.reason)
    }),
    finish: guarded(finish),
    stop,
  }
}
