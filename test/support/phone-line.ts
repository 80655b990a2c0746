/**
 * The far end of a phone line as a test needs it: it plays what it is sent, one ms each ms, and knows the truth. Written apart
 * from the code under test, and from the built-in caller, so that the same mistake is not made twice.
 */
import type { FakeClock } from './fake-clock.ts'

export type PhoneLineOptions = Readonly<{
  clock: FakeClock
  /** From us to the phone, and back. */
  downMs: number
  upMs: number
  /** How long the phone takes to begin when its queue is empty. */
  startLagMs: number
  /** Further delays of its echoes, one after the other, round and round. */
  echoJitterMs?: readonly number[]
  echo: (mark: string) => void
}>

export type PhoneLine = Readonly<{
  play: (itemId: string, ms: number) => void
  mark: (name: string) => void
  /** Empties the queue once the message has arrived. */
  clear: () => void
  /** What was truly heard of each item, as of now or of the `clear` that ended it. */
  heardMs: (itemId: string) => number
}>

type Segment = { itemId: string; startMs: number; ms: number }

export const createPhoneLine = (options: PhoneLineOptions): PhoneLine => {
  const { clock, downMs, upMs, startLagMs, echoJitterMs = [0] } = options
  let segments: Segment[] = []
  let pending: { name: string; cancel: () => void }[] = []
  let endsAtMs = 0
  let echoes = 0
  let lastEchoAtMs = 0

  const arrive = (action: () => void) => void clock.after(downMs, action)
  const playedOf = ({ startMs, ms }: Segment) => Math.max(0, Math.min(ms, clock.nowMs() - startMs))
  const echo = (name: string) => {
    const jitterMs = echoJitterMs[echoes++ % echoJitterMs.length]
    // A socket keeps the order: an echo never overtakes the one before.
    lastEchoAtMs = Math.max(lastEchoAtMs, clock.nowMs() + upMs + jitterMs)
    clock.after(lastEchoAtMs - clock.nowMs(), () => options.echo(name))
  }

  return {
    play: (itemId, ms) =>
      arrive(() => {
        const startMs = endsAtMs <= clock.nowMs() ? clock.nowMs() + startLagMs : endsAtMs
        segments.push({ itemId, startMs, ms })
        endsAtMs = startMs + ms
      }),
    mark: (name) =>
      arrive(() => {
        const cancel = clock.after(endsAtMs - clock.nowMs(), () => {
          pending = pending.filter((each) => each.name !== name)
          echo(name)
        })
        pending.push({ name, cancel })
      }),
    clear: () =>
      arrive(() => {
        segments = segments.map((segment) => ({ ...segment, ms: playedOf(segment) }))
        endsAtMs = clock.nowMs()
        for (const { name, cancel } of pending.splice(0)) {
          cancel()
          echo(name)
        }
      }),
    heardMs: (itemId) =>
      segments.filter((each) => each.itemId === itemId)
        .reduce((sum, segment) => sum + playedOf(segment), 0),
  }
}
